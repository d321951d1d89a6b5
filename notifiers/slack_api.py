"""Slack's Web API over one shared connection pool: what fails becomes one of four words that the outbox knows.

https://docs.slack.dev/apis/web-api/rate-limits
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from notifiers.delivery import MessageGone, PlaceGone, Refused, TryLater, patiently

Method = Callable[..., Awaitable[AsyncSlackResponse]]

TIMEOUT_S = 8.0

_MESSAGE_GONE = frozenset(
    {
        "cannot_reply_to_message",
        "cant_update_message",
        "edit_window_closed",
        "is_inactive",
        "message_not_found",
        "thread_not_found",
    }
)
_PLACE_GONE = frozenset(
    {
        "cannot_dm_bot",
        "channel_not_found",
        "ekm_access_denied",
        "is_archived",
        "messages_tab_disabled",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "team_access_not_granted",
        "user_disabled",
        "user_not_found",
        "user_not_in_channel",
        "user_not_visible",
    }
)
# An administrator mends the app's token or scopes within the day, and then these go out.
_LATER = frozenset(
    {
        "account_inactive",
        "fatal_error",
        "internal_error",
        "invalid_auth",
        "not_authed",
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "token_expired",
        "token_revoked",
    }
)
# What one method is not allowed to do; the others may be.
_NOT_ALLOWED = frozenset({"access_denied", "missing_scope", "no_permission"})
_USED_UP = ("used_url", "expired_url", "invalid_url")
MALFORMED = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
    }
)


class SlackRefused(Refused):
    """Slack said no; `code` is its own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack says {code}")
        self.code = code


class NotAllowed(TryLater):
    """The app lacks a scope or a permission for this, until an administrator mends that."""


@dataclass(frozen=True)
class Identity:
    """The workspace and the scopes of a token; `scopes` is None where the server does not say."""

    team: str
    enterprise: str | None
    scopes: frozenset[str] | None

    @property
    def teams(self) -> frozenset[str]:
        """Every id that may stand for this organisation."""
        return frozenset(filter(None, (self.team, self.enterprise)))


def quiet_logger(name: str, level: int = logging.WARNING) -> logging.Logger:
    """A logger for Slack's libraries, which write whole requests below WARNING, whatever the root's level is."""
    logger = logging.getLogger(name)
    logger.setLevel(level)
    return logger


class SlackApi:
    """One bot token's Web API. Start it in the event loop that uses it."""

    def __init__(self, token: SecretStr, base_url: str) -> None:
        self.client = AsyncWebClient(
            token=token.get_secret_value(),
            base_url=base_url,
            timeout=int(TIMEOUT_S),
            logger=quiet_logger("deskside.slack_sdk"),
            retry_handlers=[],
        )
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the connection pool. Slack need not be reachable."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        self.client.session = self._session

    async def close(self) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("start() comes first")
        return self._session

    async def call(self, method: Method, *, tries: int = 3, **arguments: Any) -> dict[str, Any]:
        """Slack's answer to one method of `client`, tried again while Slack asks for patience or does not answer.

        Raises TryLater, PlaceGone, MessageGone or SlackRefused.
        """
        return await self.find(method, frozenset(), tries=tries, **arguments) or {}

    async def find(
        self, method: Method, absent: frozenset[str], *, tries: int = 3, **arguments: Any
    ) -> dict[str, Any] | None:
        """As `call`; None when Slack's error is one of `absent`."""

        async def once() -> dict[str, Any] | None:
            try:
                answer = await method(**arguments)
            except SlackApiError as error:
                if _code(error) in absent:
                    return None
                raise _failure(error) from None
            except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError) as error:
                raise TryLater(f"Slack does not answer: {type(error).__name__}") from error
            return answer.data if isinstance(answer.data, dict) else {}

        return await patiently(once, tries)

    async def identity(self) -> "Identity":
        """Whose token this is. Raises as `call`."""
        headers: dict[str, str] = {}

        async def test() -> AsyncSlackResponse:
            answer = await self.client.auth_test()
            headers.update({name.lower(): str(value) for name, value in answer.headers.items()})
            return answer

        said = await self.call(test, tries=1)
        scopes = headers.get("x-oauth-scopes")
        return Identity(
            team=str(said["team_id"]),
            enterprise=said.get("enterprise_id"),
            scopes=None if scopes is None else frozenset(scope.strip() for scope in scopes.split(",")),
        )

    async def respond(self, response_url: str, body: dict[str, Any]) -> None:
        """Use a response_url (5 times within 30 minutes). Raises PlaceGone when it is used up, else as `call`."""

        async def once() -> None:
            try:
                async with self._pool().post(response_url, json=body, proxy=self.client.proxy) as answer:
                    text = await answer.text()
                    status, retry_after = answer.status, answer.headers.get("Retry-After")
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise TryLater(f"Slack does not answer: {type(error).__name__}") from error
            if failure := _response_failure(status, text, retry_after):
                raise failure

        await patiently(once, 3)


def _code(error: SlackApiError) -> str:
    """Slack's word for what is wrong; "" where the answer was not Slack's JSON."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _failure(error: SlackApiError) -> Exception:
    code, response = _code(error), error.response
    # Where the body could not be read at all, the SDK hands over aiohttp's response instead of its own.
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return TryLater("Slack asks for patience", _seconds(response.headers.get("Retry-After")))
    if status >= 500 or not code:
        return TryLater(f"Slack answers with status {status}")
    return _by_code(code)


def _by_code(code: str) -> Exception:
    if code in _MESSAGE_GONE:
        return MessageGone(f"Slack says {code}")
    if code in _PLACE_GONE:
        return PlaceGone(f"Slack says {code}")
    if code in _NOT_ALLOWED:
        return NotAllowed(f"Slack says {code}", 30.0)
    if code in _LATER:
        return TryLater(f"Slack says {code}", 30.0 if code not in ("fatal_error", "internal_error") else None)
    return SlackRefused(code)


def _response_failure(status: int, text: str, retry_after: str | None) -> Exception | None:
    """What an answer of a response_url means: 200 with `ok` or nothing is fine."""
    if status == 429:
        return TryLater("Slack asks for patience", _seconds(retry_after))
    if any(word in text for word in MALFORMED):
        return SlackRefused(next(word for word in MALFORMED if word in text))
    if status >= 500 and not any(word in text for word in _USED_UP):
        return TryLater(f"Slack answers with status {status}")
    if status >= 400 or '"ok":false' in text.replace(" ", ""):
        return PlaceGone(f"the response_url is of no use any more (status {status})")
    return None


def _seconds(retry_after: str | None) -> float | None:
    try:
        asked = float(retry_after) if retry_after is not None else 0.0
    except ValueError:
        return None
    return asked if asked > 0 else None
