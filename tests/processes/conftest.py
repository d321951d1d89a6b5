"""Real processes on loopback: the simulated AWS and bots as they are started by hand, Slack in this process."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws.world import TOKYO_SUBNETS
from sandbox.slack.people import APP_NAME
from sandbox.slack.server import Slack

ROOT = Path(__file__).parent.parent.parent
SCENARIO = ROOT / "tests" / "scenarios" / "config.yaml"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Bot:
    """One `python -m bot`."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, log: Path) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}/slack/events"
        self.log = log

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
    """A simulated AWS, a simulated Slack, and any number of bots."""

    def __init__(self, folder: Path, slack: Slack) -> None:
        self.folder = folder
        self.slack = slack
        self.environment: dict[str, str] = {}
        self.bots: list[Bot] = []
        self._aws: asyncio.subprocess.Process | None = None

    async def start_aws(self) -> None:
        """Where association takes two seconds."""
        file = self.folder / "aws.env"
        options = ["--port", "0", "--env-file", str(file), "--associate", "2", "--disassociate", "1", "--sweep", "3"]
        self._aws = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox.aws", *options, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert self._aws.stdout is not None
        async with asyncio.timeout(30):
            while (await self._aws.stdout.readline()).strip() != b"READY":
                pass
        self.environment = dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())

    async def start_bot(self, idle: str = "10m") -> Bot:
        """One more bot, with this idle time; Slack sends to the newest."""
        port = free_port()
        settings = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.url,
            "DESKSIDE_CONFIG": str(self.config(idle)),
            "DESKSIDE_TICK": "1",
            "PORT": str(port),
            "ADMIN_PORT": str(free_port()),
        }
        log = self.folder / f"bot-{port}.log"
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
        bot = Bot(process, port, log)
        self.bots.append(bot)
        self.slack.bot_url = bot.url
        await self.until(lambda: answers(port) or process.returncode is not None, 30)
        assert process.returncode is None, log.read_text(encoding="utf-8")
        return bot

    def config(self, idle: str) -> Path:
        """The scenarios' configuration, with another idle time."""
        text = SCENARIO.read_text(encoding="utf-8").replace("TOKYO_SUBNETS", f"[{', '.join(TOKYO_SUBNETS)}]")
        file = self.folder / "config.yaml"
        file.write_text(re.sub(r"idle: \S+", f"idle: {idle}", text), encoding="utf-8")
        return file

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
        shown = self.slack.person("mika").sees("#vpn")
        return [one.plain for one in shown if one.author == APP_NAME and not one.ephemeral]

    async def until(self, condition: Callable[[], object], seconds: float = 25) -> None:
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

    async def stop(self) -> None:
        for bot in self.bots:
            await bot.end()
        if self._aws is not None:
            self._aws.terminate()
            await self._aws.wait()


def answers(port: int) -> bool:
    """Whether a bot is alive on this port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[Processes]:
    slack = Slack()
    await slack.start()
    all_of_it = Processes(tmp_path, slack)
    try:
        await all_of_it.start_aws()
        yield all_of_it
    finally:
        await all_of_it.stop()
        await slack.stop()
