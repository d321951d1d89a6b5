"""The operations of the simulated Bot Connector: conversations, activities, members.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.teams.cards import card_faults
from sandbox.teams.errors import Refused
from sandbox.teams.limits import MAX_PAGE, MIN_PAGE
from sandbox.teams.people import BOT, Conversation, Person
from sandbox.teams.world import CARD, FILE_CONSENT, FILE_INFO, Json, Said, World

_USER_ID = re.compile(r"^(29:[\w-]+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$")
_QUIET = {"typing", "event", "endOfConversation"}


@dataclass(frozen=True)
class Call:
    """One call: its operation's name, the ids of its path, its query and its body."""

    world: World
    operation: str
    path: Json
    query: Json
    body: Any
    page_size: int = MAX_PAGE

    @property
    def whom(self) -> str:
        """Whom the call is for, as the rates count: a conversation with all its threads, or one to be begun."""
        if "conversation" in self.path:
            return str(self.path["conversation"]).partition(";")[0]
        members = self.body.get("members") if isinstance(self.body, dict) else None
        return f"new {members}"

    @property
    def thread(self) -> str | None:
        """The channel thread that the conversation id names."""
        _, _, thread = str(self.path.get("conversation", "")).partition(";messageid=")
        return thread or None

    def conversation(self) -> Conversation:
        """The conversation that the app may act in. Raises Refused."""
        id_ = str(self.path["conversation"]).partition(";")[0]
        conversation = self.world.conversations.get(id_)
        if conversation is None:
            raise Refused("ConversationNotFound")
        if not conversation.installed:
            raise Refused("BotNotInConversationRoster")
        return conversation

    def writable(self) -> Conversation:
        """The same, for what writes."""
        conversation = self.conversation()
        if conversation.kind == "personal":
            (user,) = conversation.members
            if self.world.people[user].left:
                raise Refused("ConversationNotFound")
            if user in self.world.blocked:
                raise Refused("MessageWritesBlocked")
        if conversation.archived:
            raise Refused("MessageWritesBlocked")
        return conversation

    def activity(self, conversation: Conversation) -> Json:
        """The activity in the body. Raises Refused."""
        return checked(self.body, conversation)

    def own_message(self, conversation: Conversation) -> Said:
        """The app's message that the path names. Raises Refused."""
        id_ = str(self.path["activity"])
        said = self.world.find(conversation.id, id_)
        if said is None:
            # The service has no word for a message that was there once.
            gone = (conversation.id, id_) in self.world.deleted
            raise Refused("ServiceError", status=403) if gone else Refused("ActivityNotFoundInConversation")
        if said.author != BOT:
            raise Refused("NotEnoughPermissions")
        return said


def checked(body: Any, conversation: Conversation) -> Json:
    """The activity, once nothing is wrong with it. Raises Refused."""
    if not isinstance(body, dict) or not body.get("type"):
        raise Refused("BadSyntax", "Activity type is missing.")
    attachments = body.get("attachments") or []
    if body["type"] == "message" and not (str(body.get("text") or "").strip() or attachments):
        raise Refused("BadSyntax", "Activities must include non empty 'text' field or at least 1 attachment.")
    if body["type"] != "message" and body["type"] not in _QUIET:
        raise Refused("BadSyntax", f"Unknown activity type {body['type']}")
    if body.get("textFormat") not in (None, "plain", "markdown", "xml"):
        raise Refused("BadSyntax", "Unknown text format")
    for attachment in attachments:
        _check_attachment(attachment, conversation)
    for entity in body.get("entities") or []:
        if not isinstance(entity, dict):
            raise Refused("BadSyntax", "An entity must be an object.")
        if entity.get("type") == "mention" and entity.get("text", "") not in str(body.get("text") or ""):
            raise Refused("BadArgument", "Mentioned text is not part of the message text.")
    return body


def _check_attachment(attachment: Any, conversation: Conversation) -> None:
    kind = attachment.get("contentType") if isinstance(attachment, dict) else None
    if kind == CARD:
        faults = card_faults(attachment.get("content"))
        if faults:
            raise Refused("BadSyntax", f"Adaptive Card is not valid: {'; '.join(faults)}")
    elif kind == FILE_CONSENT:
        if conversation.kind != "personal":
            raise Refused("BadArgument", "File consent cards are supported in personal chats only.")
        content = attachment.get("content")
        if not attachment.get("name") or not isinstance(content, dict) or "sizeInBytes" not in content:
            raise Refused("BadSyntax", "File consent card is not valid")
    elif kind == FILE_INFO:
        if not attachment.get("contentUrl") or not attachment.get("name"):
            raise Refused("BadSyntax", "File info card is not valid")
    else:
        raise Refused("BadArgument", "Unknown attachment type")


def post(world: World, conversation: Conversation, thread: str | None, body: Json) -> str:
    """Put the app's message into a conversation; its id. A `typing` leaves nothing behind."""
    id_ = world.new_id()
    if body["type"] != "message":
        return id_
    said = Said(
        id_,
        conversation.id,
        BOT,
        world.now(),
        **_content(body),
        thread=(thread or id_) if conversation.kind == "channel" else None,
    )
    world.post(said)
    return id_


def _content(body: Json) -> Json:
    return {
        "text": str(body.get("text") or ""),
        "text_format": body.get("textFormat") or "markdown",
        "summary": str(body.get("summary") or ""),
        "attachments": tuple(body.get("attachments") or ()),
        "entities": tuple(body.get("entities") or ()),
    }


def _thread(call: Call, conversation: Conversation, root: str | None) -> str | None:
    if root is None or conversation.kind != "channel":
        return None
    answered = call.world.find(conversation.id, root)
    if answered is None:
        raise Refused("ActivityNotFoundInConversation")
    return answered.thread or answered.id


def _send(call: Call) -> Json:
    conversation = call.writable()
    body = call.activity(conversation)
    return {"id": post(call.world, conversation, _thread(call, conversation, call.thread), body)}


def _reply(call: Call) -> Json:
    conversation = call.writable()
    body = call.activity(conversation)
    root = call.thread or str(call.path["activity"])
    return {"id": post(call.world, conversation, _thread(call, conversation, root), body)}


def _update(call: Call) -> Json:
    conversation = call.writable()
    body = call.activity(conversation)
    said = call.own_message(conversation)
    call.world.edit(said, **_content(body), edited=True, views={}, settled="")
    return {"id": said.id}


def _delete(call: Call) -> Json:
    call.world.remove(call.own_message(call.writable()))
    return {}


def _create(call: Call) -> Json:
    # The service reads names in any case: the library for Python writes `tenantID`.
    body = {name.lower(): value for name, value in call.body.items()} if isinstance(call.body, dict) else {}
    data = body.get("channeldata") or {}
    channel = (data.get("channel") or {}).get("id")
    if channel:
        return _create_thread(Call(call.world, call.operation, {"conversation": channel}, {}, body))
    members = body.get("members") or []
    tenant = body.get("tenantid") or (data.get("tenant") or {}).get("id")
    single = len(members) == 1 and isinstance(members[0], dict)
    if not single or body.get("isgroup") or not tenant:
        raise Refused("BadSyntax", "Incorrect conversation creation parameters")
    person = _addressee(call.world, str(members[0].get("id", "")))
    if person.tenant != tenant or person.left or not call.world.has_app(person.id):
        raise Refused("ForbiddenOperationException")
    chat = call.world.direct(person.id)
    answer = {"id": chat.id}
    if body.get("activity"):
        direct = Call(call.world, call.operation, {"conversation": chat.id}, {}, body["activity"])
        answer["activityId"] = _send(direct)["id"]
    return answer


def _create_thread(call: Call) -> Json:
    conversation = call.writable()
    id_ = post(call.world, conversation, None, checked(call.body.get("activity"), conversation))
    return {"id": f"{conversation.id};messageid={id_}", "activityId": id_}


def _addressee(world: World, id_: str) -> Person:
    try:
        return world.person(id_.lower() if not id_.startswith("29:") else id_)
    except LookupError:
        wrong = "Bad format of conversation ID" if not _USER_ID.match(id_) else "User not found in the tenant"
        raise Refused("BadSyntax", wrong) from None


def _member(call: Call) -> Json:
    conversation, wanted = call.conversation(), str(call.path["member"])
    for person in call.world.roster(conversation):
        if wanted == person.account_id or wanted.lower() == person.id:
            return person.account()
    raise Refused("MemberNotFoundInConversation")


def _paged_members(call: Call) -> Json:
    roster = call.world.roster(call.conversation())
    asked = str(call.query.get("pageSize") or MAX_PAGE)
    token = str(call.query.get("continuationToken") or "page-0").removeprefix("page-")
    if not (asked.isdigit() and token.isdigit()):
        raise Refused("BadArgument", "Page size or continuation token is not valid.")
    size, start = min(max(MIN_PAGE, min(int(asked), MAX_PAGE)), call.page_size), int(token)
    page = [person.account(object_id="aadObjectId") for person in roster[start : start + size]]
    answer: Json = {"members": page, "totalCount": len(roster) + 1}  # the app is counted, and not listed
    if start + size < len(roster):
        answer["continuationToken"] = f"page-{start + size}"
    return answer


OPERATIONS: dict[str, Callable[[Call], Json]] = {
    "createConversation": _create,
    "sendToConversation": _send,
    "replyToActivity": _reply,
    "updateActivity": _update,
    "deleteActivity": _delete,
    "getConversationMember": _member,
    "getConversationPagedMembers": _paged_members,
}
