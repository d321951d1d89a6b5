"""Incoming webhooks: addresses that whoever knows them posts to, each into one channel.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
"""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.slack.api import with_ids
from sandbox.slack.limits import check_message
from sandbox.slack.people import HOOK, TEAM
from sandbox.slack.world import Json, Said, World

_NO_SERVICE = (404, "no_service")


@dataclass
class Webhooks:
    """The webhooks of one workspace, by their path: the channel that they post into."""

    world: World
    _channels: dict[str, str] = field(default_factory=dict)

    def add(self, channel: str) -> str:
        """A new one for a channel, by id: its path."""
        path = f"/services/{TEAM}/{self.world.new_id('B')}/{secrets.token_urlsafe(18)}"
        self._channels[path] = channel
        return path

    def remove(self, path: str) -> None:
        """Somebody takes it away."""
        self._channels.pop(path, None)

    def channel(self, path: str) -> str:
        """The channel of the webhook at a path; empty where there is none."""
        return self._channels.get(path, "")

    def post(self, path: str, payload: Any) -> tuple[int, str]:
        """HTTP status and text of the answer; Slack's error, or `ok` once it is said."""
        channel = self.world.channels.get(self.channel(path))
        if channel is None:
            return _NO_SERVICE
        if channel.archived:
            return 410, "channel_is_archived"
        if not isinstance(payload, dict):
            return 400, "invalid_payload"
        text, blocks = str(payload.get("text") or ""), payload.get("blocks") or []
        error, _ = check_message(text, blocks)
        if error:
            return 400, error
        kept, marked = with_ids(self.world, blocks), payload.get("mrkdwn") is not False
        root = self.world.root(channel.id, str(payload.get("thread_ts") or ""))
        said = Said(self.world.new_ts(), channel.id, HOOK, text, kept, thread_ts=root, mrkdwn=marked)
        self.world.post(said)
        return 200, "ok"


async def payload_of(request: web.Request) -> Json | None:
    """What was posted to a webhook: JSON, or a form with it in the field `payload`; None where it is neither."""
    try:
        if request.content_type == "application/x-www-form-urlencoded":
            return _object(json.loads(str((await request.post()).get("payload", ""))))
        return _object(await request.json())
    except ValueError:
        return None


def _object(value: Any) -> Json | None:
    return value if isinstance(value, dict) else None
