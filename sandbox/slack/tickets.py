"""What Slack hands out with a request and takes back later: trigger ids and response URLs."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

TRIGGER_SECONDS = 3
RESPONSE_SECONDS = 30 * 60
RESPONSE_USES = 5


@dataclass
class Trigger:
    """The right to open one form for `user` within three seconds."""

    user: str
    given: float
    used: bool = False


@dataclass
class ResponseUrl:
    """The right to answer a request five times within half an hour.

    `message` is the ts of the message whose button was pressed, or of the last answer, which is what
    `replace_original` and `delete_original` act on.
    """

    user: str
    channel: str
    given: float
    message: str | None = None
    uses: int = 0


class Tickets:
    """Everything handed out so far, by its token."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseUrl] = {}

    def trigger(self, user: str) -> str:
        """A new trigger id."""
        id_ = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[id_] = Trigger(user, self._now())
        return id_

    def exchange(self, trigger_id: str) -> tuple[str, str]:
        """Use a trigger id: ("", user), or (Slack's error, "")."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            return "invalid_trigger_id", ""
        if trigger.used:
            return "exchanged_trigger_id", ""
        if self._now() - trigger.given > TRIGGER_SECONDS:
            return "expired_trigger_id", ""
        trigger.used = True
        return "", trigger.user

    def response(self, user: str, channel: str, message: str | None = None) -> str:
        """The token of a new response URL."""
        token = secrets.token_hex(12)
        self._responses[token] = ResponseUrl(user, channel, self._now(), message)
        return token

    def respond(self, token: str) -> ResponseUrl | str:
        """Use a response URL once; a str is Slack's error."""
        ticket = self._responses.get(token)
        if ticket is None:
            return "invalid_url"
        if self._now() - ticket.given > RESPONSE_SECONDS:
            return "expired_url"
        if ticket.uses >= RESPONSE_USES:
            return "used_url"
        ticket.uses += 1
        return ticket
