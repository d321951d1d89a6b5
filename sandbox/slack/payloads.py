"""The bodies of what Slack sends to an app when a person does something.

https://docs.slack.dev/interactivity/implementing-slash-commands and
https://docs.slack.dev/reference/interaction-payloads
"""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.slack.people import APP_ID, BOT_USER, PARTNER_TEAM, TEAM, TEAM_DOMAIN, Person
from sandbox.slack.shown import Pressable
from sandbox.slack.world import Json, Said, World

_NAMES = re.compile(r"(?<![\w<@#])([@#])([a-z0-9][a-z0-9._-]*)")
_LINKS = re.compile(r"\bhttps?://[^\s<>|]+")
_MAILS = re.compile(r"(?<![\w@./:|+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def escaped(world: World, text: str) -> str:
    """What a person typed after a command, as Slack sends it to an app with `should_escape`."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def named(match: re.Match[str]) -> str:
        everyone: Mapping[str, Any] = world.people if match[1] == "@" else world.channels
        for id_, item in everyone.items():
            if item.name == match[2]:
                return f"<{match[1]}{id_}|{item.name}>"
        return match[0]

    text = _LINKS.sub(lambda match: f"<{match[0]}>", text)
    text = _MAILS.sub(lambda match: f"<mailto:{match[0]}|{match[0]}>", text)
    return _NAMES.sub(named, text)


def _team(person: Person) -> Json:
    return {"id": person.team_id, "domain": "partner" if person.team_id == PARTNER_TEAM else TEAM_DOMAIN}


def _user(person: Person) -> Json:
    return {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id}


def slash_command(world: World, token: str, person: Person, text: str, channel: str, base: str) -> dict[str, str]:
    """The form fields of a slash command; `text` begins with the slash."""
    command, _, rest = text.partition(" ")
    place = world.channels[channel]
    return {
        "token": token,
        "team_id": person.team_id,
        "team_domain": _team(person)["domain"],
        "channel_id": place.id,
        "channel_name": place.name_in_requests,
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": escaped(world, rest),
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": f"{base}/respond/{world.tickets.response(person.id, channel)}",
        "trigger_id": world.tickets.trigger(person.id),
    }


def block_actions(world: World, token: str, person: Person, said: Said, button: Pressable, base: str) -> Json:
    """The payload of a button press in a message."""
    place = world.channels[said.channel]
    container: Json = {
        "type": "message",
        "message_ts": said.ts,
        "channel_id": said.channel,
        "is_ephemeral": said.only_to is not None,
    }
    if said.only_to is None and (said.thread_ts or world.replies(said)):
        container["thread_ts"] = said.thread_ts or said.ts
    payload: Json = {
        "type": "block_actions",
        "user": _user(person),
        "api_app_id": APP_ID,
        "token": token,
        "container": container,
        "trigger_id": world.tickets.trigger(person.id),
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": place.id, "name": place.name_in_requests},
        "state": {"values": {}},
        "response_url": f"{base}/respond/{world.tickets.response(person.id, said.channel, said.ts)}",
        "actions": [_action(world, button)],
    }
    if said.only_to is None:
        payload["message"] = world.message_object(said, base)
    return payload


def home_actions(world: World, token: str, person: Person, view: Json, button: Pressable) -> Json:
    """The payload of a button press in a Home: it has no channel, and no response URL."""
    return {
        "type": "block_actions",
        "user": _user(person),
        "api_app_id": APP_ID,
        "token": token,
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": world.tickets.trigger(person.id),
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "view": view,
        "actions": [_action(world, button)],
    }


def home_opened(world: World, token: str, person: Person, tab: str) -> Json:
    """The event after somebody opened the app's Home, or its messages (`tab`).

    https://docs.slack.dev/reference/events/app_home_opened
    """
    view = world.homes.get(person.id)
    event = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": world.direct(person.id).id,
        "event_ts": world.new_ts(),
        "tab": tab,
        **({"view": view} if view and tab == "home" else {}),
    }
    return {
        "token": token,
        "team_id": TEAM,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": world.new_id("Ev"),
        "event_time": int(world.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def _action(world: World, button: Pressable) -> Json:
    action: Json = {
        "action_id": button.action_id,
        "block_id": button.block_id,
        "text": {"type": "plain_text", "text": button.label, "emoji": True},
        "type": "button",
        "action_ts": world.new_ts(),
    }
    for key in ("value", "style", "url"):
        if getattr(button, key) is not None:
            action[key] = getattr(button, key)
    return action


def view_submission(world: World, token: str, person: Person, view: Json, values: Json) -> Json:
    """The payload of a submitted form; `values` is `state.values`."""
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "user": _user(person),
        "api_app_id": APP_ID,
        "token": token,
        "trigger_id": world.tickets.trigger(person.id),
        "view": view | {"state": {"values": values}},
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
    }


def view_closed(token: str, person: Person, view: Json) -> Json:
    """The payload of a form that was dismissed (only for views with `notify_on_close`)."""
    return {
        "type": "view_closed",
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "user": _user(person),
        "api_app_id": APP_ID,
        "token": token,
        "view": view,
        "is_cleared": False,
        "is_enterprise_install": False,
        "enterprise": None,
    }
