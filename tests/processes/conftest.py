"""Real processes on loopback: the simulated AWS and bots as they are started by hand, the chat in this process."""

import asyncio
import json
import os
import re
import signal
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from aws_ops.queue import Queue
from aws_ops.table import Table
from tests.chats import SIDES, Human, Side
from tests.scenarios.config import config_text

ROOT = Path(__file__).parent.parent.parent


class Bot:
    """One `python -m bot`."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def port(self) -> int:
        """The port that it found, once it says that it has started; 0 before."""
        written, _, _ = self.log.read_text(encoding="utf-8").rpartition("\n")  # the last line may be half there
        for line in written.splitlines():
            if '"started"' in line and (port := json.loads(line).get("port")):
                return int(port)
        return 0

    async def kill(self) -> None:
        """SIGKILL: no farewell."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def end(self) -> int:
        """SIGTERM; its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 30)


class Processes:
    """A simulated AWS, simulated chats (the first is meant where none is named), and any number of bots."""

    def __init__(self, folder: Path, side: Side, *others: Side) -> None:
        self.folder = folder
        self.side = side
        self.sides = (side, *others)
        self.environment: dict[str, str] = {}
        self.bots: list[Bot] = []
        self.also_approver = ""  # somebody who is one beside whom the configuration names
        self._aws: asyncio.subprocess.Process | None = None

    async def start_aws(self, associate_s: int = 2, sweep_s: int = 3) -> None:
        """Start the simulated AWS, with its own sweep."""
        file = self.folder / "aws.env"
        paces = ["--associate", str(associate_s), "--disassociate", "1", "--sweep", str(sweep_s)]
        options = ["--port", "0", "--env-file", str(file), *paces]
        self._aws = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox.aws", *options, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert self._aws.stdout is not None
        async with asyncio.timeout(60):
            while (line := await self._aws.stdout.readline()).strip() != b"READY":
                assert line, "the simulated AWS has ended"
        self.environment = dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())

    async def start_bot(self, idle: str = "10m") -> Bot:
        """One more bot, with this idle time; the chat sends to the newest."""
        settings = {
            **{name: value for side in self.sides for name, value in side.environment().items()},
            "DESKSIDE_CONFIG": str(self.config(idle)),
            "DESKSIDE_TICK": "1",
            # Of its own finding: one that is free now may be somebody's when the bot has started.
            "PORT": "0",
            "ADMIN_PORT": "0",
        }
        log = self.folder / f"bot-{len(self.bots)}.log"
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                cwd=ROOT,
                env={**os.environ, **self.environment, **settings},
                stderr=out,
                stdout=out,
            )
        bot = Bot(process, log)
        self.bots.append(bot)
        await self.until(lambda: bot.port or process.returncode is not None)
        assert process.returncode is None, log.read_text(encoding="utf-8")
        for side in self.sides:
            side.point_at(bot.port)
        return bot

    def config(self, idle: str) -> Path:
        """The scenarios' configuration, with another idle time."""
        file = self.folder / "config.yaml"
        text = config_text(self.side.place("deskside-admin"))
        if self.also_approver:
            user = self.person(self.also_approver).id
            text = re.sub(rf"(approver: .*{self.side.platform}_users: \[)", rf"\g<1>{user}, ", text)
        # These live by the wall clock, by which the simulated AWS lets nobody call more often.
        text = text.replace("calls_per_second: 1000, burst: 1000", "calls_per_second: 2, burst: 5")
        file.write_text(re.sub(r"idle: \S+", f"idle: {idle}", text), encoding="utf-8")
        return file

    def person(self, name: str) -> Human:
        """Somebody by their short name; what follows from what they do has to be waited for."""

        async def at_once() -> None:
            return

        return self.side.human(name, at_once)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Use the simulated AWS's controls."""
        request = urllib.request.Request(  # noqa: S310 - loopback, from our own environment
            f"{self.environment['AWS_ENDPOINT_URL']}/_sandbox/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            return json.loads(answer.read() or b"null")

    def cards(self) -> list[str]:
        """What the app posted in #vpn for all to see."""
        return self.side.posted("vpn")

    async def until(self, condition: Callable[[], object], seconds: float = 60) -> None:
        """Look ten times a second until it is so."""
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.1)

    async def card_says(self, words: str) -> None:
        """Wait for the live card to say so."""
        try:
            await self.until(lambda: any(words in card for card in self.cards()))
        except TimeoutError:
            logs = "\n".join(bot.log.read_text(encoding="utf-8")[-2000:] for bot in self.bots)
            raise AssertionError(f"no card says {words!r}: {self.cards()}\n{logs}") from None

    def table(self) -> Table:
        """The table that the bots share."""
        client = self._session().resource("dynamodb", endpoint_url=self.environment["AWS_ENDPOINT_URL"]).meta.client
        return Table(client, self.environment["DESKSIDE_TABLE"])

    def queue(self) -> Queue:
        """The queue that the bots read."""
        client = self._session().client("sqs", endpoint_url=self.environment["AWS_ENDPOINT_URL"])
        return Queue(client, self.environment["DESKSIDE_QUEUE_URL"])

    def _session(self) -> boto3.session.Session:
        env = self.environment
        return boto3.session.Session(
            env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], region_name=env["AWS_REGION"]
        )

    async def card_is_noted(self) -> None:
        """Wait until a bot has written down which message the card is: killed before, it says it once more."""
        table = self.table()
        run = self.control("GET", "state")["executions"][0]["DurableExecutionName"]
        await self.until(lambda: table.get(f"CARD#{run}", self.side.place("vpn")))

    async def stop(self) -> None:
        for bot in self.bots:
            await bot.end()
        if self._aws is not None:
            self._aws.terminate()
            await self._aws.wait()


@pytest.fixture(params=["slack", "teams"])
def side(request: pytest.FixtureRequest) -> Side:
    """Every test that asks for it is lived through in each chat."""
    return SIDES[request.param]()


@pytest.fixture
async def processes(tmp_path: Path, side: Side, request: pytest.FixtureRequest) -> AsyncIterator[Processes]:
    """The processes; a test may give what `start_aws` takes as the fixture's parameter."""
    await side.start()
    all_of_it = Processes(tmp_path, side)
    try:
        await all_of_it.start_aws(**getattr(request, "param", {}))
        yield all_of_it
    finally:
        await all_of_it.stop()
        await side.stop()
