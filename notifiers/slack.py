"""Delivers to Slack: posts, updates, direct messages, private answers, files and forms.

https://docs.slack.dev/reference/methods/chat.postMessage and https://docs.slack.dev/interactivity/handling-user-interaction
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from notifiers import block_kit
from notifiers.block_kit import SlackMessage
from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.member import Member
from notifiers.message import File, Form, Message, Text, line
from notifiers.place import Place, Recipient
from notifiers.recent import Recent
from notifiers.slack_api import MALFORMED, NotAllowed, SlackApi, SlackRefused

log = logging.getLogger(__name__)

Sent = TypeVar("Sent")
Report = Callable[[str], Awaitable[None]]

_QUIET = {"unfurl_links": False, "unfurl_media": False}
_CHANNELS_S = 24 * 3600
_MEMBERS_PAGE = 1_000  # the most; https://docs.slack.dev/reference/methods/conversations.members
_NO_THREADS = "restricted_action_non_threadable_channel"
_FAULTY_VIEW = MALFORMED | {"view_too_large"}


class FormOrigin(BaseModel):
    """What a form remembers of the request that opened it: Slack keeps it in the view's private_metadata."""

    model_config = ConfigDict(frozen=True)

    command: str
    place: Place
    reply_to: str | None = None

    def write(self) -> str:
        """As private_metadata; the response_url is left out where it would not fit (3,000 characters)."""
        text = self.model_dump_json()
        return text if len(text) <= 3000 else self.model_copy(update={"reply_to": None}).model_dump_json()

    @classmethod
    def read(cls, private_metadata: str) -> "FormOrigin | None":
        """What `write` wrote; None for a form that is not ours."""
        try:
            return cls.model_validate_json(private_metadata)
        except ValidationError:
            return None


async def _no_report(_: str) -> None:
    """For whoever has nobody to tell."""


class Slack:
    """Says things in Slack. `find` gives the account of a person's key; it may raise TryLater.

    `report` is told, in a sentence for administrators, what Slack does not let the app do.
    """

    def __init__(
        self, api: SlackApi, find: Callable[[str], Awaitable[Member | None]], report: Report = _no_report
    ) -> None:
        self._api = api
        self._find = find
        self._report = report
        self._direct: Recent[str, str] = Recent(_CHANNELS_S)

    async def post(self, place: Place, message: Message) -> str:
        """Say it in a channel or to a person; the message's ts. Tries once: trying again is the outbox's business."""
        return await self._post(await self._channel(place), message)

    async def reply(self, place: Place, message_id: str, message: Message) -> str | None:
        """Say it in the thread of the message whose ts is `message_id`; its own ts, None in a channel without threads.

        Tries once.
        """
        try:
            return await self._post(await self._channel(place), message, thread_ts=message_id)
        except SlackRefused as refused:
            if refused.code != _NO_THREADS:
                raise
            return None

    async def update(self, place: Place, message_id: str, message: Message) -> None:
        """Change the message whose ts is `message_id`. Tries once. Files stay as they are."""
        channel = await self._channel(place)

        async def send(**content: Any) -> None:
            await self._api.call(self._api.client.chat_update, tries=1, channel=channel, ts=message_id, **content)

        await _rich_or_plain(message, block_kit.render(message), send)

    async def answer(self, to: Recipient, message: Message) -> None:
        """Say it to that person alone: where they asked if Slack still lets us, else in their direct messages.

        Files cannot be private in a channel: they always go to the direct messages.
        """
        rendered = block_kit.render(message)
        if to.reply_to is None or not await self._responded(to.reply_to, message, rendered):
            channel = await self._open(to.user)

            async def send(**content: Any) -> None:
                await self._api.call(self._api.client.chat_postMessage, channel=channel, **_QUIET, **content)

            await _rich_or_plain(message, rendered, send)
        if rendered.files:
            missing = await self._upload(await self._open(to.user), rendered.files, tries=3)
            if missing:
                await self.answer(to, line(missing, "warning"))

    async def ask(self, trigger: str, form: Form, origin: FormOrigin) -> None:
        """Open a form; `trigger` is good for 3 seconds. Raises Refused when it was too late."""
        view = block_kit.render_form(form, private_metadata=origin.write())
        await self._api.call(self._api.client.views_open, tries=2, trigger_id=trigger, view=view)

    async def publish(self, user: str, message: Message) -> None:
        """Draw somebody's Home. Raises TryLater, PlaceGone and Refused.

        https://docs.slack.dev/reference/methods/views.publish
        """
        try:
            await self._api.call(self._api.client.views_publish, user_id=user, view=block_kit.render_home(message))
        except SlackRefused as refused:
            if refused.code not in _FAULTY_VIEW:
                raise
            log.error("Slack finds fault with a Home (%s): it is drawn as plain text", refused.code)
            await self._api.call(self._api.client.views_publish, user_id=user, view=block_kit.plain_home(message))

    async def can_post(self, place: Place) -> bool:
        """Whether the app is in that channel, or that is its own conversation with somebody."""
        if place.scheme != "slack":
            return place.scheme == "person"

        try:
            # Not remembered: whoever just invited the app wants the card there now.
            answer = await self._api.call(self._api.client.conversations_info, channel=place.id)
        except (PlaceGone, Refused):
            return False
        channel = answer["channel"]
        return not channel.get("is_archived") and any(channel.get(yes) for yes in ("is_member", "is_im", "is_mpim"))

    async def has_member(self, place: Place, user: str) -> bool:
        """Whether somebody is in that channel. Raises TryLater."""
        page: str | None = ""
        while place.scheme == "slack" and page is not None:
            try:
                answer = await self._api.call(
                    self._api.client.conversations_members, channel=place.id, cursor=page, limit=_MEMBERS_PAGE
                )
            except (PlaceGone, Refused):
                return False
            if user in answer["members"]:
                return True
            page = (answer.get("response_metadata") or {}).get("next_cursor") or None
        return False

    async def private_place(self, user: str) -> Place:
        """Their direct messages. Raises TryLater, PlaceGone and Refused."""
        return Place(scheme="slack", id=await self._open(user))

    async def _post(self, channel: str, message: Message, **where: str) -> str:
        rendered = block_kit.render(message)
        # Files first: one that fails for now must not make the message appear twice.
        if missing := await self._upload(channel, rendered.files, tries=1, **where):
            message = _with_remark(message, missing)
            rendered = block_kit.render(message)

        async def send(**content: Any) -> str:
            answer = await self._api.call(
                self._api.client.chat_postMessage, tries=1, channel=channel, **where, **_QUIET, **content
            )
            return str(answer["ts"])

        return await _rich_or_plain(message, rendered, send)

    async def _responded(self, url: str, message: Message, rendered: SlackMessage) -> bool:
        """Whether the response_url still took the answer."""

        async def send(**content: Any) -> None:
            private = {"response_type": "ephemeral", "replace_original": False}
            await self._api.respond(url, {**private, **content})

        try:
            await _rich_or_plain(message, rendered, send)
        except (PlaceGone, TryLater) as error:
            log.info("answering by direct message: %s", error)
            return False
        return True

    async def _channel(self, place: Place) -> str:
        if place.scheme == "slack":
            return place.id
        if place.scheme != "person":
            raise PlaceGone(f"{place.scheme} is not Slack's to deliver")
        member = await self._find(place.id)
        if member is None:
            raise PlaceGone("nobody in this workspace has that address")
        return await self._open(member.user)

    async def _open(self, user: str) -> str:
        async def ask() -> str:
            answer = await self._api.call(self._api.client.conversations_open, tries=2, users=user)
            return str(answer["channel"]["id"])

        return await self._direct.get(user, ask)

    async def _upload(self, channel: str, files: Sequence[File], *, tries: int, **where: str) -> str:
        """Share the files; a sentence about those that Slack does not let us share, "" when there are none."""
        refused: dict[str, str] = {}
        for file in files:
            try:
                await self._api.call(
                    self._api.client.files_upload_v2,
                    tries=tries,
                    channel=channel,
                    **where,
                    filename=file.name,
                    title=file.name,
                    content=file.content,
                )
            except (NotAllowed, Refused) as error:
                refused[file.name] = str(error)
        if not refused:
            return ""
        why = ", ".join(sorted(set(refused.values())))
        log.error("a file cannot be sent: %s", why)
        await self._report(f"A file could not be sent: {why}. Reinstall the app from manifest.yml.")
        return f"Not sent: {', '.join(refused)} ({why})."


def _with_remark(message: Message, remark: str) -> Message:
    """The message, and first what is missing from it: at its end that might itself not fit."""
    blocks = message.blocks or (Text.of(message.summary),)
    return message.model_copy(update={"blocks": (Text.of(remark), *blocks)})


async def _rich_or_plain(message: Message, rendered: SlackMessage, send: Callable[..., Awaitable[Sent]]) -> Sent:
    """Send `message` with its blocks; as plain text if Slack finds fault with them."""
    try:
        return await send(text=rendered.text, blocks=rendered.blocks, mrkdwn=False)
    except SlackRefused as refused:
        if refused.code not in MALFORMED:
            raise
        log.error("Slack finds fault with a message (%s): it goes out as plain text", refused.code)
    # An update keeps the blocks that it is not given.
    return await send(text=block_kit.plain(message), blocks=[], mrkdwn=False)
