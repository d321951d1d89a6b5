"""The Bot Connector over one shared connection pool: what fails becomes one of four words that the outbox knows.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr

from notifiers import teams_failures, teams_urls
from notifiers.delivery import PlaceGone, TryLater, patiently
from notifiers.teams_conversations import Conversation
from notifiers.teams_failures import Fault, NotAllowed, TeamsRefused
from notifiers.teams_pipeline import ConnectorFactory, DeserializationError, Factory, Sender, connector
from notifiers.teams_token import PUBLIC_LOGIN, AppToken

__all__ = ["Activity", "Json", "NotAllowed", "TeamsApi", "TeamsRefused"]

Json = dict[str, Any]
# What is sent, as the Bot Framework's JSON: {"type": "message", "attachments": […]}.
# The library's own Activity does, too.
Activity = Mapping[str, Any]

log = logging.getLogger(__name__)

TIMEOUT_S = 8.0
UPLOAD_S = 60.0

_CLIENTS = 64
_PAGE = 500
_PAGES = 20

_NOBODY: Json = {}


class TeamsApi:
    """One app's Bot Connector. Start it in the event loop that uses it.

    The connector has no idempotency key: whatever is tried again after a lost answer may be said twice.
    `authenticated=False` asks for no token and sends none. Without a token, or with a `login_url` on loopback, service
    and upload urls there are allowed as well.
    """

    def __init__(
        self,
        app_id: str,
        app_password: SecretStr,
        tenant_id: str,
        *,
        login_url: str | None = None,
        authenticated: bool = True,
    ) -> None:
        self.app_id = app_id
        self._tenant = tenant_id
        self._authenticated = authenticated
        self._local = teams_urls.is_loopback(login_url) or not authenticated
        url = f"{(login_url or PUBLIC_LOGIN).rstrip('/')}/{quote(tenant_id, safe='')}/oauth2/v2.0/token"
        self._token = AppToken(app_id, app_password, url, lambda: self.session)
        self._sender = Sender(lambda: self.session)
        self._clients: OrderedDict[str, Any] = OrderedDict()
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The connection pool, after `start`."""
        if self._session is None:
            raise RuntimeError("start() comes first")
        return self._session

    async def start(self) -> None:
        """Open the connection pool. Teams need not be reachable."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), cookie_jar=aiohttp.DummyCookieJar()
        )

    async def close(self) -> None:
        """Close the connection pool."""
        await self._token.close()
        if self._session is not None:
            await self._session.close()

    async def token(self) -> str:
        """The app's token. Raises TryLater, and NotAllowed when the app's id or secret is wrong."""
        return await self._token.get()

    async def send(self, at: Conversation, activity: Activity, *, tries: int = 3) -> str:
        """Say it; the activity's id. Raises TryLater, PlaceGone or TeamsRefused."""
        answer = await self._call(
            lambda: self._client(at.service_url).conversations.send_to_conversation(at.id, activity, raw=True),
            tries,
            teams_failures.on_send,
        )
        return _id(answer)

    async def update(self, at: Conversation, activity_id: str, activity: Activity, *, tries: int = 3) -> None:
        """Change what an activity of the app's says. Raises MessageGone besides."""
        await self._call(
            lambda: self._client(at.service_url).conversations.update_activity(at.id, activity_id, activity, raw=True),
            tries,
            teams_failures.on_update,
        )

    async def open_direct(self, service_url: str, user: str, *, tries: int = 3) -> str:
        """The id of the app's own chat with `user`. Raises PlaceGone where they have not installed the app."""
        wanted = {
            "isGroup": False,
            "bot": {"id": f"28:{self.app_id}"},
            "members": [{"id": user}],
            "tenantId": self._tenant,
            "channelData": {"tenant": {"id": self._tenant}},
        }
        answer = await self._call(
            lambda: self._client(service_url).conversations.create_conversation(wanted, raw=True),
            tries,
            teams_failures.on_send,
        )
        return _id(answer)

    async def member(self, at: Conversation, user: str) -> Json | None:
        """Somebody of that conversation, as Teams' own JSON; None when nobody there has that id.

        `user` is an object id or a `29:…` id. Raises PlaceGone where the conversation itself is gone.
        """
        answer = await self._call(
            lambda: self._client(at.service_url).conversations.get_conversation_member(at.id, user, raw=True),
            3,
            teams_failures.on_look_up,
        )
        return None if answer is _NOBODY else _readable(answer)

    async def members(self, at_service_url: str, conversation: str) -> list[Json]:
        """Everybody of a conversation or a team (at most 10,000); of none when the app is not in there."""
        found: list[Json] = []
        token: str | None = None
        for _ in range(_PAGES):
            try:
                page = await self._page(at_service_url, conversation, token)
            except PlaceGone:
                return []
            found += [member for member in page.get("members") or () if isinstance(member, dict)]
            token = page.get("continuationToken")
            if not token:
                return found
        log.warning("a team has more members than are read", extra={"read": len(found)})
        return found

    async def present(self, at: Conversation) -> bool:
        """Whether the app is in that conversation now."""
        try:
            await self._page(at.service_url, at.id, None)
        except PlaceGone:
            return False
        return True

    async def upload(self, url: str, content: bytes) -> None:
        """Put a file where somebody's consent says. Raises TryLater or TeamsRefused."""
        if not teams_urls.is_file_store(url) and not self._on_loopback(url):
            raise TeamsRefused(400, "UploadUrl")
        headers = {
            "Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}",
            "Content-Type": "application/octet-stream",
        }
        patience = aiohttp.ClientTimeout(total=UPLOAD_S)

        async def put() -> None:
            # Without the app's token: the url itself is the permission.
            async with self.session.put(
                url, data=content, headers=headers, allow_redirects=False, timeout=patience
            ) as answer:
                if not 200 <= answer.status < 300:
                    raise Fault(answer.status, seconds=teams_failures.seconds(answer.headers.get("Retry-After")))

        await self._call(put, 3, _upload_failure)

    def connector_factory(self) -> ConnectorFactory:
        """For the adapter of the edge: the same session and token."""
        return Factory(self._client)

    async def get(self) -> str | None:
        """The token that a request needs, if any (for the pipeline)."""
        return await self._token.get() if self._authenticated else None

    def forget(self, token: str) -> None:
        """The connector does not take this token (for the pipeline)."""
        self._token.forget(token)

    async def _page(self, service_url: str, conversation: str, token: str | None) -> Json:
        answer = await self._call(
            lambda: self._client(service_url).conversations.get_conversation_paged_members(
                conversation, page_size=_PAGE, continuation_token=token, raw=True
            ),
            3,
            teams_failures.on_send,
        )
        return _readable(answer)

    def _client(self, service_url: str) -> Any:
        """The client for a service url; made once, for making one takes the library long."""
        known = self._clients.get(service_url)
        if known is None:
            if not self._may_reach(service_url):
                # A stored reference outlives the token that proved it, so it is looked at each time.
                raise PlaceGone("its service url is none of Teams'")
            known = self._clients[service_url] = connector(service_url, self, self._sender)
            while len(self._clients) > _CLIENTS:
                self._clients.popitem(last=False)
        return known

    def _may_reach(self, service_url: str) -> bool:
        return teams_urls.is_service(service_url) or self._on_loopback(service_url)

    def _on_loopback(self, url: str) -> bool:
        return self._local and teams_urls.is_loopback(url)

    async def _call(
        self, operation: Callable[[], Awaitable[Any]], tries: int, meaning: Callable[[Fault], Exception | None]
    ) -> Json | None:
        """The JSON object that an operation answers with, tried again while Teams asks for patience or is silent.

        None where the answer is something else, `_NOBODY` where `meaning` is that there is nobody.
        """

        async def once() -> Json | None:
            try:
                answer = await operation()
            except Fault as fault:
                if failure := meaning(fault):
                    raise failure from None
                return _NOBODY
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise TryLater(f"Teams does not answer: {type(error).__name__}") from None
            except DeserializationError:
                raise TryLater("Teams answers with what cannot be read") from None
            said = getattr(answer, "response", None)
            return said if isinstance(said, dict) else None

        return await patiently(once, tries)


def _readable(answer: Json | None) -> Json:
    if answer is None:
        raise TryLater("Teams answers with what cannot be read")
    return answer


def _id(answer: Json | None) -> str:
    found = _readable(answer).get("id")
    if not isinstance(found, str) or not found:
        raise TryLater("Teams gives no id")
    return found


def _upload_failure(fault: Fault) -> Exception:
    meant = teams_failures.on_send(fault)
    # There is no place here that could be gone, and no token that could be wrong.
    return meant if type(meant) is TryLater else TeamsRefused(fault.status, fault.code)
