"""What Slack sends, as Requests. Pure.

https://docs.slack.dev/interactivity/implementing-slash-commands and
https://docs.slack.dev/reference/interaction-payloads
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commands.request import Request
from notifiers.place import Place, Recipient
from notifiers.slack import FormOrigin

Body = Mapping[str, Any]

_PIECE = re.compile(r"<([^<>|]*)(?:\|[^<>]*)?>")


class Ignored(Exception):
    """Nothing for us to do: a link was pressed, a form closed, an event that nobody listens to."""


def as_typed(text: str) -> str:
    """What somebody typed, from text that Slack escaped (the manifest's should_escape).

    A mention becomes `@` and the id, a channel `#` and the id, a link or an address itself; a name shown beside them
    is dropped, for names resolve nobody.
    """
    plain = _PIECE.sub(lambda piece: piece[1].removeprefix("mailto:"), text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def new_correlation() -> str:
    """A short id for the log and for error messages."""
    return secrets.token_hex(4)


def from_command(body: Body) -> Request:
    """A slash command. Raises KeyError where something is missing."""
    words = str(body["command"]).removeprefix("/")
    return Request(
        id=body["trigger_id"],
        correlation=new_correlation(),
        platform="slack",
        user=body["user_id"],
        place=Place(scheme="slack", id=body["channel_id"]),
        text=f"{words} {as_typed(str(body.get('text') or ''))}".strip(),
        via="typed",
        recipient=Recipient(platform="slack", user=body["user_id"], reply_to=body.get("response_url")),
        trigger=body["trigger_id"],
        team=body["team_id"],
    )


def from_button(body: Body, home: str | None = None) -> Request:
    """A button press in a message, or in a Home (`home`: the channel of that person's direct messages).

    Raises KeyError where something is missing, Ignored for what is no command.
    """
    action = body["actions"][0]
    if action["type"] != "button" or "url" in action or not action.get("value"):
        raise Ignored
    channel = home or (body.get("channel") or {}).get("id") or body["container"]["channel_id"]
    return Request(
        id=body["trigger_id"],
        correlation=new_correlation(),
        platform="slack",
        user=body["user"]["id"],
        place=Place(scheme="slack", id=channel),
        text=action["value"],
        via="button",
        recipient=Recipient(platform="slack", user=body["user"]["id"], reply_to=body.get("response_url")),
        trigger=body["trigger_id"],
        team=_team(body),
    )


def pressed_at_home(body: Body) -> str | None:
    """Who pressed a button in their Home; None where it was in a message."""
    container = body.get("container") or {}
    return str(body["user"]["id"]) if container.get("type") == "view" else None


@dataclass(frozen=True)
class HomeOpened:
    """Somebody looks at their Home. `channel` is that of their direct messages, `event` the id of the event."""

    event: str
    user: str
    channel: str
    team: str | None


def home_opened(body: Body) -> HomeOpened:
    """The event that tells so. Raises KeyError where something is missing, Ignored for every other event.

    https://docs.slack.dev/reference/events/app_home_opened
    """
    event = body["event"]
    if event.get("type") != "app_home_opened" or event.get("tab") != "home":
        raise Ignored
    return HomeOpened(
        event=str(body["event_id"]), user=str(event["user"]), channel=str(event["channel"]), team=body.get("team_id")
    )


def from_form(body: Body, origin: FormOrigin, arguments: Mapping[str, str]) -> Request:
    """A submitted form. Sent again, also by a second click, it is the same request: the view has one hash."""
    view = body["view"]
    return Request(
        id=f"{view['id']}:{view['hash']}",
        correlation=new_correlation(),
        platform="slack",
        user=body["user"]["id"],
        place=origin.place,
        text=origin.command,
        arguments=dict(arguments),
        via="form",
        recipient=Recipient(platform="slack", user=body["user"]["id"], reply_to=origin.reply_to),
        trigger=body.get("trigger_id"),
        team=_team(body),
    )


def _team(body: Body) -> str | None:
    """The workspace that the person acts from; in a shared channel that is theirs, not the channel's."""
    user, team = body["user"], body.get("team") or {}
    return user.get("team_id") or team.get("id")
