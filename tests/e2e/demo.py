"""`python -m sandbox` as a child process."""

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 90


class Sandbox:
    """The whole demonstration as a child process; `log` is what it printed."""

    def __init__(self) -> None:
        self.url = ""  # known when it is ready: a port that is free now may be somebody's by then
        self.log: list[str] = []
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--port", "0"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.log.append(line)
            if ready := re.search(r"Deskside is ready: (\S+)", line):
                self.url = ready.group(1)
                self._ready.set()
        self._ready.set()

    def wait(self) -> None:
        self._ready.wait(STARTS_WITHIN_S)
        assert self._process.poll() is None, "".join(self.log)
        assert any("Deskside is ready" in line for line in self.log), "".join(self.log)

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(30)
        self._reader.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return status
