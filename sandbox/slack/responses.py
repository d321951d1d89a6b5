"""Answers over a response URL.

https://docs.slack.dev/interactivity/handling-user-interaction
"""

from sandbox.slack.api import with_ids
from sandbox.slack.limits import check_message
from sandbox.slack.people import BOT_USER
from sandbox.slack.tickets import ResponseUrl
from sandbox.slack.world import Json, Said, World


def respond(world: World, ticket: ResponseUrl, args: Json) -> str:
    """Do what was posted to a response URL; the str is Slack's error."""
    original = world.find(ticket.channel, ticket.message) if ticket.message else None
    if args.get("delete_original") and original:
        world.remove(original)
        return ""
    text, blocks = str(args.get("text") or ""), args.get("blocks") or []
    error, _ = check_message(text, blocks)
    if error:
        return error
    kept = with_ids(world, blocks)
    if args.get("replace_original") and original:
        world.edit(original, text, kept)
        return ""
    only_to = None if args.get("response_type") == "in_channel" else ticket.user
    marked = args.get("mrkdwn") is not False
    said = world.post(Said(world.new_ts(), ticket.channel, BOT_USER, text, kept, only_to=only_to, mrkdwn=marked))
    ticket.message = ticket.message or said.ts
    return ""
