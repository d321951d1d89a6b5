"""Tasks that a stop waits for, the pool of threads, readiness, and the log."""

import asyncio
import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bot import logs
from bot.health import Readiness
from bot.work import MOST_THREADS, Threads, Work


class TestWork:
    async def test_it_counts_what_is_not_done(self) -> None:
        work, gate = Work(), asyncio.Event()

        async def wait() -> None:
            await gate.wait()

        work.begin(wait())
        work.begin(wait())
        assert work.count == 2
        gate.set()
        assert await work.drain(5) == 0
        assert work.count == 0

    async def test_what_takes_too_long_is_cancelled_and_counted(self) -> None:
        work = Work()
        ended: list[str] = []

        async def never() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("cleaned up")

        work.begin(never())
        assert await work.drain(0.01) == 1
        assert ended == ["cleaned up"]

    async def test_nothing_is_drained_at_once(self) -> None:
        assert await Work().drain(60) == 0


class TestThreads:
    async def test_answers_and_errors_come_back(self) -> None:
        threads = Threads()
        assert await threads(divmod, 7, 2) == (3, 1)
        assert await threads(sorted, [1, 2], reverse=True) == [2, 1]
        with pytest.raises(ZeroDivisionError):
            await threads(divmod, 1, 0)
        threads.close()

    async def test_there_are_at_most_twenty(self) -> None:
        threads, lock = Threads(), threading.Lock()
        gate, now, most = threading.Event(), [0], [0]

        def work() -> None:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
                if now[0] == MOST_THREADS:
                    gate.set()
            gate.wait(10)
            with lock:
                now[0] -= 1

        await asyncio.gather(*(threads(work) for _ in range(50)))
        assert most[0] == MOST_THREADS == 20
        threads.close()

    async def test_the_correlation_id_goes_along(self) -> None:
        threads = Threads()
        logs.correlation.set("c0ffee")
        assert await threads(logs.correlation.get) == "c0ffee"
        threads.close()


class TestReadiness:
    async def test_every_check_is_reported(self) -> None:
        async def well() -> None:
            pass

        async def ill() -> None:
            raise ConnectionError("no answer")

        report = await Readiness({"a": well, "b": ill}).report()
        assert not report.ready
        assert report.checks == {"a": "ok", "b": "ConnectionError: no answer"}

    async def test_ten_seconds_of_questions_are_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now, asked = [100.0], [0]
        monkeypatch.setattr("bot.health.time.monotonic", lambda: now[0])

        async def check() -> None:
            asked[0] += 1

        readiness = Readiness({"a": check})
        await asyncio.gather(*(readiness.report() for _ in range(20)))
        now[0] += 9.9
        await readiness.report()
        assert asked == [1]
        now[0] += 0.1
        await readiness.report()
        assert asked == [2]

    async def test_a_check_that_hangs_is_not_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.health.CHECK_S", 0.01)

        async def hang() -> None:
            await asyncio.Event().wait()

        assert (await Readiness({"a": hang}).report()).checks == {"a": "no answer in 0.01 s"}

    async def test_whoever_stops_is_not_ready(self) -> None:
        readiness = Readiness({})
        assert (await readiness.report()).ready
        readiness.draining = True
        assert not (await readiness.report()).ready


class TestLog:
    @pytest.fixture
    def written(self) -> Iterator[io.StringIO]:
        """What is logged, as `python -m bot` does it."""
        root = logging.getLogger()
        before, level = root.handlers[:], root.level
        talkative = {name: logging.getLogger(name).level for name in logs._TALKATIVE}
        stream = io.StringIO()
        logs.configure(["hush-hush-hush", ""], stream)
        yield stream
        root.handlers[:] = before
        root.setLevel(level)
        for name, its_level in talkative.items():
            logging.getLogger(name).setLevel(its_level)

    @staticmethod
    def lines(written: io.StringIO) -> list[dict[str, Any]]:
        return [json.loads(line) for line in written.getvalue().splitlines()]

    def test_each_thing_is_one_line_of_json(self, written: io.StringIO) -> None:
        logs.correlation.set("c0ffee")
        logging.getLogger("bot").info("two\nlines of %s", "text", extra={"place": "slack:C1", "odd": object()})
        (line,) = self.lines(written)
        assert line["message"] == "two\nlines of text"
        assert (line["level"], line["logger"], line["correlation"], line["place"]) == (
            "info",
            "bot",
            "c0ffee",
            "slack:C1",
        )
        assert line["time"].endswith("+00:00")

    def test_a_trace_is_in_the_same_line(self, written: io.StringIO) -> None:
        try:
            raise ValueError("oh")
        except ValueError:
            logging.getLogger("bot").exception("it failed")
        (line,) = self.lines(written)
        assert "ValueError: oh" in line["trace"]

    def test_secrets_are_blacked_out_wherever_they_are(self, written: io.StringIO) -> None:
        try:
            raise ValueError("xoxb-12345678-abc")
        except ValueError:
            logging.getLogger("bot").exception(
                "with hush-hush-hush and xapp-1-A2-abcdef", extra={"url": "https://hooks.slack.com/commands/T1/2/abc"}
            )
        text = written.getvalue()
        for secret in ("hush-hush-hush", "xoxb-12345678", "xapp-1-A2", "T1/2/abc"):
            assert secret not in text
        assert "hooks.slack.com/commands/***" in text

    def test_libraries_are_quiet(self, written: io.StringIO) -> None:
        logging.getLogger("botocore.endpoint").info("everything")
        logging.getLogger("slack_bolt.App").debug("everything")
        assert written.getvalue() == ""
