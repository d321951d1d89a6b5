"""The bot as a child process: started, watched, started again when it dies."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import aiohttp

BAD_SETTINGS = 2
_HEALTHY_WITHIN_S = 60
_DRAIN_S = 10
_LOOK_S = 0.1
_LONGEST_LINE = 16 * 2**20  # a line of JSON has a whole traceback in it
_PAUSES_S = (0.5, 1, 2, 5)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at the moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class BotProcess:
    """`python -m bot` in the folder `root`; `told(state, note)` hears of starting, up and down."""

    def __init__(self, root: Path) -> None:
        self.environment: Mapping[str, str] = {}
        self.told: Callable[[str, str], None] = lambda state, note: None
        self._root = root
        self._port, self._admin_port = free_ports(2)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def events_url(self) -> str:
        """Where Slack's requests go."""
        return f"http://127.0.0.1:{self._port}/slack/events"

    @property
    def messages_url(self) -> str:
        """Where Teams' activities go."""
        return f"http://127.0.0.1:{self._port}/api/messages"

    async def keep_running(self) -> int:
        """Start the bot again whenever it ends; returns 1 when it cannot even start for the first time."""
        deaths, was_up = 0, False
        while True:
            up = await self._run_once("" if not deaths else "Starting the bot again.")
            was_up = was_up or up
            status = self._process.returncode if self._process else None
            if not was_up and (status == BAD_SETTINGS or deaths):
                print(f"The bot does not start (exit status {status}); its last lines above say why.", file=sys.stderr)
                return 1
            deaths = 1 if up else deaths + 1
            self.told("down", f"The bot ended ({_said(status)}); it is being started again.")
            await asyncio.sleep(_PAUSES_S[min(deaths, len(_PAUSES_S)) - 1])

    async def _run_once(self, note: str) -> bool:
        """Run the bot until it ends; whether it ever was healthy."""
        self.told("starting", note)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot"),
            cwd=self._root,
            env={**self.environment, "PORT": str(self._port), "ADMIN_PORT": str(self._admin_port)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=_LONGEST_LINE,
            start_new_session=True,  # Ctrl-C comes to us, and the bot is asked to end while all others still answer
        )
        reading = asyncio.create_task(self._copy_log(self._process))
        up = await self._healthy(self._process)
        if up:
            self.told("up", "")
        await self._process.wait()
        await reading
        return up

    async def _copy_log(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        async for line in process.stdout:
            print(f"bot | {line.decode(errors='replace').rstrip()}", flush=True)

    async def _healthy(self, process: asyncio.subprocess.Process) -> bool:
        ended = asyncio.create_task(process.wait())
        try:
            async with aiohttp.ClientSession() as session, asyncio.timeout(_HEALTHY_WITHIN_S):
                while not ended.done():
                    with contextlib.suppress(aiohttp.ClientError):
                        async with session.get(f"http://127.0.0.1:{self._port}/healthz") as response:
                            if response.ok:
                                return True
                    await asyncio.wait({ended}, timeout=_LOOK_S)
        except TimeoutError:
            self.kill()
        finally:
            ended.cancel()
        return False

    def kill(self) -> None:
        """End the bot as a crash would."""
        if self._process and self._process.returncode is None:
            self._process.kill()

    async def stop(self) -> None:
        """Ask the bot to end, and end it when it does not."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _DRAIN_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def _said(status: int | None) -> str:
    if status is not None and status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exit status {status}"
