"""Whether a request is the Bot Framework's: its token, checked against the keys that Microsoft publishes.

The keys are asked for without blocking the event loop, which the library does.
https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import jwt

from aws_ops import clock

log = logging.getLogger(__name__)

ISSUER = "https://api.botframework.com"
METADATA_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"

FRESH_S = 12 * 3600  # older keys are asked for again while they still serve
KEPT_S = 24 * 3600  # older keys are not believed, as the page above has it
PAUSE_S = 5.0  # after an answer, before it is asked again for an unknown key, or because there are none
REFRESH_S = 60.0  # the same for fresher ones than those that still serve
FETCH_S = 5.0  # for both documents; Teams waits 15 s for an answer
_LEEWAY_S = 300
_CHANNEL = "msteams"

# What a token that somebody made up can make of reading it: PyJWT lets some of these out.
_MALFORMED = (jwt.PyJWTError, ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError)


class BadToken(Exception):
    """This is no request of the Bot Framework's to our app; the reason quotes nothing of the token."""


class NoKeys(Exception):
    """The keys cannot be had now: nobody can be believed, and it is nobody's fault."""


@dataclass(frozen=True)
class Token:
    """A token of Teams'. Its signature, times, audience and issuer are right; what it is about is still to be asked."""

    service_url: object

    def check(self, service_url: str) -> None:
        """Return when it was made for an activity with this serviceUrl. Raises BadToken."""
        if self.service_url != service_url:
            raise BadToken("made for another serviceUrl")


@dataclass(frozen=True)
class _Key:
    key: Any
    endorsed: bool


def _epoch() -> float:
    return clock.now().timestamp()


class TokenCheck:
    """Checks tokens. `session` gives the HTTP session to ask for keys with; `elapsed` only ever grows (seconds)."""

    def __init__(
        self,
        app_id: str,
        issuer: str | None,
        metadata_url: str | None,
        session: Callable[[], aiohttp.ClientSession],
        *,
        epoch: Callable[[], float] = _epoch,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app_id = app_id
        self._issuer = issuer or ISSUER
        self._metadata_url = metadata_url or METADATA_URL
        self._session = session
        self._epoch = epoch
        self._elapsed = elapsed
        self._keys: Mapping[str, _Key] = {}
        self._got = self._asked = float("-inf")  # asked: when the last answer came, also a bad one
        self._failed = False
        self._asking: asyncio.Task[None] | None = None

    async def check(self, header: str | None) -> Token:
        """The token of an Authorization header of Teams'. Raises BadToken, or NoKeys when that cannot be told now."""
        token = _bearer(header)
        try:
            head = jwt.get_unverified_header(token)
            kid, algorithm = head.get("kid"), head.get("alg")
        except _MALFORMED as error:
            raise BadToken(f"no token ({type(error).__name__})") from None
        if algorithm != "RS256" or not isinstance(kid, str):
            raise BadToken("signed in no way that the Bot Framework signs in")
        key = await self._key(kid)
        if not key.endorsed:
            raise BadToken("the key does not speak for Teams")
        claims = self._claims(token, key)
        self._check_times(claims)
        return Token(claims.get("serviceurl"))

    async def ready(self) -> None:
        """Have keys. Raises NoKeys."""
        if not self._believed:
            await self._ask()
        elif self._age > FRESH_S:
            self._refresh()
        if not self._believed:
            raise NoKeys("the Bot Framework's keys cannot be had")

    async def close(self) -> None:
        """Ask for nothing more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    def _claims(self, token: str, key: _Key) -> Mapping[str, Any]:
        # Times are checked below, by our clock: PyJWT has its own.
        own = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        options: Any = {"require": ["exp", "iss", "aud"], "strict_aud": True, **own}
        try:
            return jwt.decode(
                token, key.key, algorithms=["RS256"], audience=self._app_id, issuer=self._issuer, options=options
            )
        except _MALFORMED as error:
            raise BadToken(type(error).__name__) from None

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now, ends, begins = self._epoch(), claims["exp"], claims.get("nbf", 0)
        if not _is_time(ends) or not _is_time(begins):
            raise BadToken("its times are none")
        if now >= ends + _LEEWAY_S:
            raise BadToken("expired")
        if now < begins - _LEEWAY_S:
            raise BadToken("not yet valid")

    @property
    def _age(self) -> float:
        return self._elapsed() - self._got

    @property
    def _believed(self) -> bool:
        return self._age < KEPT_S

    async def _key(self, kid: str) -> _Key:
        await self.ready()
        if kid not in self._keys:
            await self._ask()
        key = self._keys.get(kid)
        if key is None and self._failed:
            raise NoKeys("an unknown key, and the Bot Framework's keys cannot be had")
        if key is None:
            raise BadToken("signed with an unknown key")
        return key

    def _refresh(self) -> None:
        """Ask in the background: who waits for an answer now has good keys."""
        if self._elapsed() - self._asked >= REFRESH_S:
            self._begin()

    async def _ask(self) -> None:
        """Ask, or wait with whoever asked. Not right after an answer: else all whom nobody believes make us ask."""
        answered = self._asking is None or self._asking.done()
        if answered and self._elapsed() - self._asked < PAUSE_S:
            return
        # One who hangs up must not take the answer from the others who wait for it.
        await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Task[None]:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._fetch())
        return self._asking

    async def _fetch(self) -> None:
        """Never raises: what comes of it is in the fields."""
        try:
            async with asyncio.timeout(FETCH_S):
                metadata = await self._get(self._metadata_url)
                keys = _read_keys(await self._get(self._jwks_url(metadata)))
        except (aiohttp.ClientError, OSError, *_MALFORMED) as error:
            self._failed = True
            log.warning("the Bot Framework's keys cannot be had: %s", type(error).__name__)
        else:
            self._failed = False
            self._keys, self._got = keys, self._elapsed()
        finally:
            self._asked = self._elapsed()

    def _jwks_url(self, metadata: Mapping[str, Any]) -> str:
        url = str(metadata["jwks_uri"])
        if urlsplit(url).scheme not in ("https", urlsplit(self._metadata_url).scheme):
            raise ValueError("the keys are at no safe address")
        return url

    async def _get(self, url: str) -> Mapping[str, Any]:
        async with self._session().get(url, headers={"Accept": "application/json"}) as answer:
            answer.raise_for_status()
            document = await answer.json(content_type=None)
            if not isinstance(document, dict):
                raise TypeError("no object")
            return document


def _bearer(header: str | None) -> str:
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token or not token.isascii() or " " in token:
        raise BadToken("no bearer token")
    return token


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read_keys(document: Mapping[str, Any]) -> dict[str, _Key]:
    """The signing keys by their ids. Raises ValueError where there is none."""
    keys = {}
    for entry in document["keys"]:
        try:
            kid, endorsements = entry["kid"], entry.get("endorsements")
            if entry["kty"] == "RSA" and entry.get("use", "sig") == "sig" and isinstance(kid, str):
                endorsed = endorsements is None or _CHANNEL in endorsements
                keys[kid] = _Key(jwt.PyJWK(entry, algorithm="RS256").key, endorsed)
        except _MALFORMED as error:
            log.warning("a key of the Bot Framework's is not understood (%s)", type(error).__name__)
    if not keys:
        raise ValueError("no keys")
    return keys
