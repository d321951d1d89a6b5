"""Calls of the simulated AWS without a socket: the same requests and answers, handed over in this process.

What goes over the wire is tested in `tests/sandbox`, `tests/bot` and `tests/processes`; elsewhere it is time lost.
"""

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore import handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from sandbox.aws.app import SandboxApp
from sandbox.aws.httpd import Application
from sandbox.aws.items import ITEM_OPERATIONS
from sandbox.aws.server import SandboxAws

_apps: dict[str, Application] = {}
_BINARY = (b'"B"', b'"BS"')


def connect(aws: SandboxAws) -> None:
    """From now on clients that are made in this process hand their calls to `aws`, which is started, directly."""
    _apps[urlsplit(aws.url).netloc] = aws.app


def disconnect(aws: SandboxAws) -> None:
    """No more; before it is stopped."""
    _apps.pop(urlsplit(aws.url).netloc, None)


@contextmanager
def in_process(aws: SandboxAws) -> Iterator[SandboxAws]:
    """`aws`, started, and connected while this lasts."""
    with aws:
        connect(aws)
        try:
            yield aws
        finally:
            disconnect(aws)


def _hand_over(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
    url = urlsplit(request.url)
    app = _apps.get(url.netloc)
    if app is None:
        return None
    told: list[Any] = []
    parts: Iterable[bytes] = app(_environ(request), lambda status, headers, _=None: told.extend((status, headers)))
    status, headers = told
    answered: Any = dict(headers)
    return AWSResponse(request.url, int(status.partition(" ")[0]), answered, _Raw(b"".join(parts)))


def _hand_over_items(model: Any, params: Any, request_signer: Any, **_: Any) -> tuple[AWSResponse, Any] | None:
    """What most calls are about: neither signed nor written as HTTP, which takes longer than all else about them."""
    app = _apps.get(urlsplit(params["url"]).netloc)
    if (
        model.name not in ITEM_OPERATIONS
        or not isinstance(app, SandboxApp)
        or any(mark in params["body"] for mark in _BINARY)
    ):
        return None
    answered = app.items(model.name, json.loads(params["body"]), request_signer._credentials.access_key)
    if answered is None:
        return None
    status, told = answered
    headers: Any = {}
    return AWSResponse(params["url"], status, headers, _Raw()), _parsed(model, status, told)


def _parsed(model: Any, status: int, told: Mapping[str, Any]) -> dict[str, Any]:
    """As botocore reads an answer whose values are neither binary nor times."""
    metadata = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0, "RequestId": "in-process"}
    if status < HTTPStatus.MULTIPLE_CHOICES:
        known = model.output_shape.members  # moto says more than AWS does
        return {**{name: told[name] for name in told if name in known}, "ResponseMetadata": metadata}
    code = str(told["__type"]).rpartition("#")[2]
    error = {"Code": code, "Message": told.get("message") or told.get("Message", "")}
    members: Mapping[str, Any] = next((shape.members for shape in model.error_shapes if shape.name == code), {})
    return {**{name: told[name] for name in members if name in told}, "Error": error, "ResponseMetadata": metadata}


# Each session of botocore's takes its handlers from there when it is made.
handlers.BUILTIN_HANDLERS.append(("before-send", _hand_over))
handlers.BUILTIN_HANDLERS.append(("before-call.dynamodb", _hand_over_items))


class _Raw(io.BytesIO):
    """A body as botocore reads it: it knows urllib3's answers only."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _environ(request: AWSPreparedRequest) -> dict[str, Any]:
    url = urlsplit(request.url)
    body = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    content = body.encode() if isinstance(body, str) else bytes(body)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote(url.path) or "/",
        "RAW_URI": request.url,
        "REQUEST_URI": request.url,
        "QUERY_STRING": url.query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": url.netloc,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(content),
    }
    headers: Iterable[tuple[str, str | bytes]] = request.headers.items()  # signing writes bytes
    for name, value in headers:
        key = name.upper().replace("-", "_")
        said = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = said
    return environ | {"CONTENT_LENGTH": str(len(content))}
