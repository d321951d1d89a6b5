"""The token with which the app speaks to the Bot Connector.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication

Asked for with our own POST: the library's way (msal) blocks the event loop and refuses a login server on loopback.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
from pydantic import SecretStr

from aws_ops import clock
from notifiers.delivery import TryLater
from notifiers.teams_failures import NotAllowed, seconds, word

PUBLIC_LOGIN = "https://login.microsoftonline.com"
_SCOPE = "https://api.botframework.com/.default"
_RENEW_S = 300


class AppToken:
    """The app's token: asked for by one at a time, and renewed five minutes before its end."""

    def __init__(
        self, app_id: str, password: SecretStr, url: str, session: Callable[[], aiohttp.ClientSession]
    ) -> None:
        self._app_id = app_id
        self._password = password
        self._url = url
        self._session = session
        self._token = ""
        self._until = 0.0
        self._asking: asyncio.Task[str] | None = None

    async def get(self) -> str:
        """A token that is good for a while. Raises TryLater, and NotAllowed when the app's id or secret is wrong."""
        if self._token and clock.epoch() < self._until:
            return self._token
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(_heard)
        # One who hangs up must not take the token from the others who wait for it.
        return await asyncio.shield(self._asking)

    def forget(self, token: str) -> None:
        """Ask anew next time: the connector does not take this one."""
        if token == self._token:
            self._token = ""

    async def close(self) -> None:
        """Stop asking."""
        if self._asking is not None and not self._asking.done():
            self._asking.cancel()
            await asyncio.wait([self._asking])

    async def _ask(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._app_id,
            "client_secret": self._password.get_secret_value(),
            "scope": _SCOPE,
        }
        try:
            async with self._session().post(self._url, data=form, allow_redirects=False) as answer:
                said = await answer.json(content_type=None)
                status, retry_after = answer.status, answer.headers.get("Retry-After")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise TryLater(f"the login server of Teams does not answer: {type(error).__name__}") from None
        said = said if isinstance(said, dict) else {}
        if status != 200:
            raise _failure(status, said, seconds(retry_after))
        return self._keep(said)

    def _keep(self, said: dict[str, Any]) -> str:
        token, lasts = said.get("access_token"), said.get("expires_in")
        if not isinstance(token, str) or not token:
            raise TryLater("the login server of Teams gives no token")
        lasting = float(lasts) if isinstance(lasts, int | float | str) and str(lasts).isdecimal() else 0.0
        self._token, self._until = token, clock.epoch() + max(lasting - _RENEW_S, lasting / 2)
        return token


def _heard(asking: asyncio.Task[str]) -> None:
    if not asking.cancelled():
        asking.exception()  # whoever asked may have gone: asyncio shall not call it unheard


def _failure(status: int, said: dict[str, Any], wait: float | None) -> Exception:
    """A wrong id or secret is 400 or 401 with a word; the numbers are those of Entra (AADSTS7000215: wrong secret)."""
    if status == 429 or status >= 500 or status < 400:
        return TryLater(f"the login server of Teams answers with status {status}", wait)
    numbers = said.get("error_codes")
    codes = [f"AADSTS{number}" for number in numbers if isinstance(number, int)] if isinstance(numbers, list) else []
    why = ", ".join(filter(None, [word(said.get("error")), *codes])) or f"status {status}"
    return NotAllowed(f"the login server of Teams does not give the app a token: {why}")
