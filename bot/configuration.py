"""The configuration in use: read at start, read again every minute, announced when it changes or is refused."""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from aws_ops import clock
from commands.config import Config, ConfigFaults
from notifiers.message import Code, Message, Text
from notifiers.place import PLATFORMS, Place

log = logging.getLogger(__name__)

EVERY_S = 60.0
ADMIN_SCHEMES = (*PLATFORMS, "person")
# An outage of S3 is not news, a file that somebody deleted is.
_UNREADABLE_BEFORE_NEWS = 5

Say = Callable[[Place, str, Message], Awaitable[object]]


class Configuration:
    """Keeps the configuration. `read` gives its text now, `publish` hands a taken one to the scheduled functions.

    Replicas read the same file: what is announced has a key of its content, the day, and how often this process has
    seen just that. So each change is said once, also the second time that it is made on a day.
    A changed text counts once it reads the same `settle_s` later: of a file that is just being written, the first half
    may well be a valid configuration, with half of the roles.
    """

    def __init__(
        self,
        text: str,
        read: Callable[[], Awaitable[str]],
        say: Say,
        publish: Callable[[Config], Awaitable[None]],
        good: Callable[[bool], None] = lambda _: None,
        every_s: float = EVERY_S,
        platforms: Collection[str] = PLATFORMS,
        settle_s: float = 1.0,
    ) -> None:
        """Begin with `text`, for the `platforms` that are set up. Raises ConfigFaults."""
        self.current = parse(text, platforms)
        self._platforms = platforms
        self._times: Counter[str] = Counter()
        self._looking = asyncio.Lock()  # two looks at once would count one change twice
        self._digest = self._seen = _digest(text)
        self._read = read
        self._say = say
        self._publish = publish
        self._good = good
        self._every_s = every_s
        self._settle_s = settle_s
        self._published: Config | None = None
        self._unreadable = 0

    async def keep(self) -> None:
        """Publish what is in use, and look for changes, until cancelled."""
        self._good(True)
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("a look at the configuration failed, the next one is in a while")
                self._good(False)
            await asyncio.sleep(self._every_s)

    async def look(self) -> None:
        """Read the file once; a good change is taken, a bad one refused, both are announced."""
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        try:
            text = await self._read_settled()
        except Exception as error:  # noqa: BLE001 - said and counted there
            await self._note_unreadable(error)
        else:
            self._unreadable = 0
            if (digest := _digest(text)) != self._seen:
                await self._consider(text, digest)
            self._good(digest == self._digest)
        await self._publish_once()

    async def _read_settled(self) -> str:
        """The text, once two readings in a row agree or it is the one already seen."""
        text = await self._read()
        while _digest(text) != self._seen:
            await asyncio.sleep(self._settle_s)
            before, text = text, await self._read()
            if text == before:
                break
        return text

    async def _consider(self, text: str, digest: str) -> None:
        try:
            config = parse(text, self._platforms)
        except ConfigFaults as faults:
            log.error("the configuration is refused: %s", "; ".join(faults.faults))
            await self._announce(f"refused#{digest}", _refused(faults.faults))
        else:
            before, self.current = self.current, config
            if digest != self._digest:  # and not: a bad change was taken back
                log.info("the configuration is changed")
                await self._announce(f"changed#{self._digest}#{digest}", _changed(before, config))
                self._digest = digest
        self._seen = digest

    async def _note_unreadable(self, error: Exception) -> None:
        self._unreadable += 1
        log.warning("the configuration cannot be read: %s: %s", type(error).__name__, error)
        if self._unreadable == _UNREADABLE_BEFORE_NEWS:
            self._good(False)
            await self._announce("unreadable", _unreadable(error))

    async def _publish_once(self) -> None:
        if self._published is self.current:
            return
        config = self.current
        try:
            await self._publish(config)
            self._published = config
        except Exception:
            log.exception("the configuration could not be published, it is tried again")

    async def _announce(self, key: str, message: Message) -> None:
        self._times[key] += 1
        once = f"config#{key}#{clock.now():%Y-%m-%d}#{self._times[key]}"
        try:
            await self._say(self.current.admin_place, once, message)
        except Exception:
            log.exception("a change of the configuration could not be announced")


def parse(text: str, platforms: Collection[str] = PLATFORMS) -> Config:
    """A configuration with which this version can do its work on `platforms`. Raises ConfigFaults."""
    config = Config.parse(text)
    faults = config.faults_for(platforms)
    scheme = config.admin_place.scheme
    if scheme not in ADMIN_SCHEMES:
        # Not the place itself: the address of a webhook is a secret.
        better = "slack:<channel>, teams:<channel> or person:<e-mail>"
        why = f"this version cannot write to {scheme}: places: write {better}"
        faults.append(f"admin_place: {why}")
    if faults:
        raise ConfigFaults(faults)
    return config


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _changed(before: Config, after: Config) -> Message:
    old, new = _leaves(before.model_dump(mode="json")), _leaves(after.model_dump(mode="json"))
    keys = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    summary = "The configuration was changed and is in use."
    blocks = (Text.of(summary), Text.of("Changed: " + ", ".join(keys)) if keys else Text.of("Nothing in it differs."))
    return Message(title="", summary=summary, severity="ok", blocks=blocks)


def _refused(faults: list[str]) -> Message:
    summary = "The configuration was changed, and the change is refused: the one before stays in use."
    return Message(
        title="Configuration refused",
        summary=summary,
        severity="critical",
        blocks=(Text.of(summary), Code(text="\n".join(faults))),
    )


def _unreadable(error: Exception) -> Message:
    summary = "The configuration file cannot be read; what was read last stays in use."
    return Message(
        title="Configuration unreadable",
        summary=summary,
        severity="critical",
        blocks=(Text.of(summary), Code(text=f"{type(error).__name__}: {error}")),
    )


def _leaves(value: Any, path: str = "") -> Mapping[str, Any]:
    """Every value by the path of its key."""
    if not isinstance(value, dict) or not value:
        return {path: sorted(value, key=str) if isinstance(value, list) else value}
    found: dict[str, Any] = {}
    for key, inner in value.items():
        found |= _leaves(inner, f"{path}.{key}" if path else str(key))
    return found
