"""The Web API's methods about people, conversations and messages. Each returns the answer without `ok`.

https://docs.slack.dev/reference/methods
"""

from collections.abc import Callable

from sandbox.slack.api import ApiError, Call, checked, direct_messages
from sandbox.slack.people import APP_ID, BOT_ID, BOT_USER, TEAM, TEAM_DOMAIN
from sandbox.slack.world import Json, Said


def _auth_test(call: Call) -> Json:
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": "Example",
        "team_id": TEAM,
        "user": "deskside",
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


def _users_info(call: Call) -> Json:
    return {"user": call.user().user_object()}


def _lookup_by_email(call: Call) -> Json:
    wanted = call.text("email").lower()
    for person in call.world.people.values():
        if person.email and person.email.lower() == wanted and not person.deleted and not person.stranger:
            return {"user": person.user_object()}
    raise ApiError("users_not_found")


def _group_users(call: Call) -> Json:
    members = call.world.groups.get(call.text("usergroup"))
    if members is None:
        raise ApiError("no_such_subteam")
    return {"users": sorted(members)}


def _conversations_open(call: Call) -> Json:
    channel = direct_messages(call.world, call.text("users"), "user_not_found")
    return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}


def _conversations_info(call: Call) -> Json:
    return {"channel": call.channel().channel_object()}


def _conversations_members(call: Call) -> Json:
    members = sorted(call.channel().members)
    limit, start = int(call.text("limit", "100")), int(call.text("cursor") or 0)
    following = str(start + limit) if start + limit < len(members) else ""
    return {"members": members[start : start + limit], "response_metadata": {"next_cursor": following}}


def _post_message(call: Call) -> Json:
    channel = call.channel(posting=True)
    text, blocks = checked(call)
    thread = call.thread(channel)
    marked = call.text("mrkdwn", "true").lower() != "false"
    said = Said(call.world.new_ts(), channel.id, BOT_USER, text, blocks, thread_ts=thread, mrkdwn=marked)
    call.world.post(said)
    return {"channel": channel.id, "ts": said.ts, "message": call.world.message_object(said, call.base)}


def _own_message(call: Call, forbidden: str) -> Said:
    channel = call.channel()
    said = call.world.find(channel.id, call.text("ts"))
    if said is None or said.only_to or said.tombstone:
        raise ApiError("message_not_found")
    if channel.archived:
        raise ApiError("is_inactive")
    if said.user != BOT_USER:
        raise ApiError(forbidden)
    return said


def _update(call: Call) -> Json:
    said = _own_message(call, "cant_update_message")
    text, blocks = checked(call)
    newer = call.world.edit(said, text, blocks)
    return {
        "channel": said.channel,
        "ts": said.ts,
        "text": text,
        "message": call.world.message_object(newer, call.base),
    }


def _delete(call: Call) -> Json:
    said = _own_message(call, "cant_delete_message")
    call.world.remove(said)
    return {"channel": said.channel, "ts": said.ts}


def _post_ephemeral(call: Call) -> Json:
    channel, person = call.channel(posting=True), call.user()
    if person.id not in channel.members:
        raise ApiError("user_not_in_channel")
    text, blocks = checked(call)
    said = Said(call.world.new_ts(), channel.id, BOT_USER, text, blocks, only_to=person.id)
    call.world.post(said)
    return {"message_ts": said.ts}


def _permalink(call: Call) -> Json:
    channel, ts = call.channel(), call.text("message_ts")
    if call.world.find(channel.id, ts) is None:
        raise ApiError("message_not_found")
    path = f"archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": f"https://{TEAM_DOMAIN}.slack.com/{path}"}


METHODS: dict[str, Callable[[Call], Json]] = {
    "auth.test": _auth_test,
    "users.info": _users_info,
    "users.lookupByEmail": _lookup_by_email,
    "usergroups.users.list": _group_users,
    "conversations.open": _conversations_open,
    "conversations.info": _conversations_info,
    "conversations.members": _conversations_members,
    "chat.postMessage": _post_message,
    "chat.update": _update,
    "chat.delete": _delete,
    "chat.postEphemeral": _post_ephemeral,
    "chat.getPermalink": _permalink,
}
