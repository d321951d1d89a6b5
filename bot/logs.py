"""The log: one line of JSON for each thing that happened, on stderr, with the request's correlation id.

Secrets never reach it: known values and whatever looks like a token of Slack's are blacked out, also in tracebacks.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

correlation: ContextVar[str] = ContextVar("correlation", default="")

_TOKENS = re.compile(r"\bx(?:ox[a-z]|app)-[\w-]{6,}")
_URLS = re.compile(r"(hooks\.slack\.com/\w+)/[\w/]+")
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Below WARNING these write requests, with their bodies and credentials.
_TALKATIVE = ("boto3", "botocore", "urllib3", "slack_sdk", "slack_bolt", "aiohttp", "asyncio", "s3transfer")


class JsonLines(logging.Formatter):
    """Formats records as JSON objects; `secrets` are values that must not be shown."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = [secret for secret in secrets if len(secret) >= 6]

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := correlation.get():
            line["correlation"] = current
        line.update({name: value for name, value in vars(record).items() if name not in _USUAL})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return self._blacked_out(json.dumps(line, default=str, ensure_ascii=False))

    def _blacked_out(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return _URLS.sub(r"\1/***", _TOKENS.sub("***", text))


def configure(secrets: Iterable[str] = (), stream: TextIO = sys.stderr) -> None:
    """Log to `stream` from now on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
