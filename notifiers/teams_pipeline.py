"""The library's ConnectorClient on our own HTTP session: the only file here that imports botframework and msrest.

Left to itself the library sends with `requests` in threads, opens a connection for each reply and retries for
minutes. Its public hooks (`pipeline_type`, `sender`) put our sender there instead. The credentials are set by our
pipeline, not handed over as a policy: the client also builds a default pipeline, which would take a shared policy
and tie it to `requests`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import aiohttp
from azure.core.exceptions import DeserializationError
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth.connector_factory import ConnectorFactory
from msrest.pipeline import Request, Response
from msrest.pipeline.async_abc import AsyncHTTPPolicy, AsyncHTTPSender, AsyncPipeline
from msrest.universal_http import ClientRequest
from msrest.universal_http.async_abc import AsyncClientResponse
from yarl import URL

from notifiers import teams_failures

__all__ = ["ConnectorFactory", "DeserializationError", "Factory", "Sender", "Tokens", "connector"]

_AGENT = "Deskside"


class Tokens(Protocol):
    """Where the app's token comes from; None: none is wanted."""

    async def get(self) -> str | None: ...

    def forget(self, token: str) -> None: ...


class _Answer(AsyncClientResponse):
    """An answer as msrest takes it; `internal_response` is what the raw form of an operation hands out."""

    def __init__(self, request: ClientRequest, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(request, _json(body))
        self.status_code = status
        self.headers = dict(headers)
        self._body = body

    def body(self) -> bytes:
        return self._body


class Sender(AsyncHTTPSender[Any, Any]):
    """Sends over one aiohttp session, whoever the client is. Redirects are not followed: the token is for this host."""

    def __init__(self, session: Callable[[], aiohttp.ClientSession]) -> None:
        self._session = session

    async def send(self, request: Request[Any], **config: Any) -> Response[Any, Any]:
        asked = request.http_request
        body, headers = _compact(asked)
        url = URL(asked.url, encoded=True)
        async with self._session().request(
            asked.method, url, data=body, headers=headers, allow_redirects=False
        ) as answer:
            content = await answer.read()
            got = _Answer(asked, answer.status, answer.headers, content)
        # Where the library looks for the JSON of an answer.
        return Response(request, got, {"deserialized_data": got.internal_response})

    async def __aexit__(self, *exc_details: object) -> None:
        """Nothing to close: the session is not this sender's."""


class _WithToken(AsyncHTTPPolicy[Any, Any]):
    """Puts the app's token on, asks for another one when that is not taken, and raises Fault for an error."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens

    async def send(self, request: Request[Any], **config: Any) -> Response[Any, Any]:
        answer, token = await self._once(request)
        if answer.http_response.status_code == 401 and token:
            self._tokens.forget(token)
            answer, _ = await self._once(request)
        got = answer.http_response
        if not 200 <= got.status_code < 300:
            raise teams_failures.read(got.status_code, got.headers, got.body())
        return answer

    async def _once(self, request: Request[Any]) -> tuple[Response[Any, Any], str | None]:
        token = await self._tokens.get()
        request.http_request.headers["User-Agent"] = _AGENT
        if token:
            request.http_request.headers["Authorization"] = f"Bearer {token}"
        if self.next is None:
            raise RuntimeError("a policy is part of a pipeline")
        return await self.next.send(request), token


class _Pipeline(AsyncPipeline[Any, Any]):
    """Token and sender, and nothing else: no retries, no log of requests."""

    def __init__(self, config: Any) -> None:
        super().__init__([_WithToken(config.credentials)], config.sender)


def connector(service_url: str, tokens: Tokens, sender: Sender) -> Any:
    """A ConnectorClient for `service_url`. Its operations raise Fault, aiohttp's errors, and what `tokens` raises."""
    return ConnectorClient(tokens, base_url=service_url, pipeline_type=_Pipeline, sender=sender)


class Factory(ConnectorFactory):
    """Gives an adapter the clients that everything else is sent with."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    async def create(self, service_url: str, audience: str) -> Any:
        """The client for that service url; there is one audience, the connector's."""
        return self._client(service_url)


def _compact(request: ClientRequest) -> tuple[bytes | None, dict[str, str]]:
    """The body in UTF-8: the library escapes every letter that is not ASCII, which counts against Teams' limit."""
    headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
    body = request.data
    if body is None:
        return None, headers
    text = body if isinstance(body, str) else bytes(body).decode()
    if "\\u" in text:
        text = json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate has no UTF-8; everything else is what it was.
    return text.encode(errors="replace"), headers


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
