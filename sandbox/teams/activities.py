"""The activities that Teams sends to an app when a person does something.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-basics and
https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
"""

import html
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.teams.people import APP_NAME, TENANT, Conversation, Person
from sandbox.teams.world import Json, Said, World

_LOCALE = "en-GB"
_NAMES = re.compile(r"(?<![\w<@])@([a-z]+)\b")


@dataclass(frozen=True)
class Sender:
    """Who sends an activity, where, to which app: what all kinds of activities have in common."""

    world: World
    person: Person
    place: Conversation
    app_id: str
    service_url: str
    thread: str | None = None

    @property
    def bot(self) -> Json:
        """The app's account."""
        return {"id": f"28:{self.app_id}", "name": APP_NAME}

    def bare(self, type_: str, id_: str | None = None) -> Json:
        """What activities of all types have: of the person no more than their ids."""
        stamp = self._now().strftime("%Y-%m-%dT%H:%M:%S.%f")
        return {
            "type": type_,
            "id": id_ or f"f:{secrets.randbits(63)}",
            "timestamp": f"{stamp[:-3]}Z",
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "from": {"id": self.person.account_id, "aadObjectId": self.person.id},
            "conversation": self._conversation(),
            "recipient": self.bot,
            # A shared channel's activities have the tenant that hosts it, whoever wrote them.
            "channelData": {"tenant": {"id": TENANT}},
        }

    def activity(self, type_: str, id_: str | None = None) -> Json:
        """What somebody does at their client, with everything but its content."""
        activity, person = self.bare(type_, id_), self.person
        activity["from"]["name"] = person.real_name
        activity["channelData"] |= self._team_data()
        return activity | {
            "localTimestamp": self._now().astimezone(ZoneInfo(person.tz)).isoformat(timespec="milliseconds"),
            "localTimezone": person.tz,
            "entities": [_client_info(person)],
            "locale": _LOCALE,
        }

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.world.now(), UTC)

    def _conversation(self) -> Json:
        place = self.place
        id_ = f"{place.id};messageid={self.thread}" if place.kind == "channel" and self.thread else place.id
        grouped = {} if place.kind == "personal" else {"isGroup": True}
        return {**grouped, "conversationType": place.kind, "tenantId": TENANT, "id": id_}

    def _team_data(self) -> Json:
        team = self.world.teams.get(self.place.team or "")
        if team is None:
            return {}
        return {
            "teamsChannelId": self.place.id,
            "teamsTeamId": team.id,
            "channel": {"id": self.place.id},
            "team": {"id": team.id},
        }


def _client_info(person: Person) -> Json:
    return {
        "type": "clientInfo",
        "locale": _LOCALE,
        "country": "GB",
        "platform": "Web",
        "timezone": person.tz,
    }


def _mentioned(id_: str, name: str) -> Json:
    return {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": id_, "name": name}}


def message(sender: Sender, id_: str, text: str, *, mention: bool) -> Json:
    """A typed message. `@name` of somebody here becomes a mention of them; `mention` puts the app's in front."""
    mentions: list[Json] = []

    def named(match: re.Match[str]) -> str:
        person = next((one for one in sender.world.people.values() if one.name == match[1]), None)
        if person is None:
            return match[0]
        mentions.append(_mentioned(person.account_id, person.real_name))
        return f"<at>{person.real_name}</at>"

    written = _NAMES.sub(named, html.escape(text, quote=False))
    if mention:
        mentions.insert(0, _mentioned(sender.bot["id"], APP_NAME))
        written = f"<at>{APP_NAME}</at>&nbsp;{written}"
    activity = sender.activity("message", id_)
    page = {"contentType": "text/html", "content": f"<div><div>{written}</div></div>"}
    return activity | {
        "text": written,
        "textFormat": "plain",
        "attachments": [page] if mentions else [],
        "entities": [*mentions, *activity["entities"]],
    }


def execute(sender: Sender, said: Said, action: Json, inputs: Json, trigger: str = "manual") -> Json:
    """The invoke of an Action.Execute: inputs are merged into the action's data. A refresh is `automatic`."""
    value: Json = {name: action[name] for name in ("type", "id", "title", "verb") if name in action}
    value["data"] = {**(action.get("data") or {}), **inputs}
    activity = sender.activity("invoke")
    activity["channelData"] |= {"source": {"name": "message"}, "legacy": {"replyToId": f"1:{said.id}"}}
    return activity | {
        "name": "adaptiveCard/action",
        "replyToId": said.id,
        "value": {"action": value, "trigger": trigger},
    }


def submit(sender: Sender, said: Said, action: Json, inputs: Json) -> Json:
    """The message of an Action.Submit: no text, only a value."""
    activity = sender.activity("message", sender.world.new_id())
    return activity | {"replyToId": said.id, "value": {**(action.get("data") or {}), **inputs}}


def file_consent(sender: Sender, said: Said, consent: Json, upload: Json | None) -> Json:
    """The invoke after a file consent card; `upload` is where to put the file, None when it was declined."""
    accepted = upload is not None
    value: Json = {
        "type": "fileUpload",
        "action": "accept" if accepted else "decline",
        "context": consent.get("acceptContext" if accepted else "declineContext"),
    }
    if upload is not None:
        value["uploadInfo"] = upload
    activity = sender.activity("invoke")
    return activity | {"name": "fileConsent/invoke", "replyToId": said.id, "value": value}


def installation(sender: Sender, action: str) -> list[Json]:
    """What an app is told when it is installed for somebody, in a team or in a chat (`add`), or taken away (`remove`).

    A team tells it in its General channel, once for all its channels. Whoever does it is told by their ids alone, and
    Teams does not wait for the answer to the first before it sends the second.
    """
    adding, place = action == "add", sender.place
    installed, roster = sender.bare("installationUpdate"), sender.bare("conversationUpdate")
    selected = {"settings": {"selectedChannel": {"id": place.id}}}
    team = sender.world.teams.get(place.team or "")
    if team:
        of_team = {"id": team.id, "name": team.name, "aadGroupId": team.group}
        within = {"team": of_team, "channel": {"id": place.id}}
        event = "teamMemberAdded" if adding else "teamMemberRemoved"
        installed["channelData"] |= within
        roster["channelData"] |= {**within, **selected, "eventType": event}
        roster["conversation"]["name"] = place.name
    if place.name:
        installed["conversation"]["name"] = place.name
    installed["channelData"] |= {**selected, "source": {"name": "message"}}
    installed |= {"locale": _LOCALE, "entities": [{"type": "clientInfo", "locale": _LOCALE}], "action": action}
    accounts = [{"id": sender.bot["id"]}]
    if place.kind == "personal" and adding:
        accounts.insert(0, {"id": sender.person.account_id, "aadObjectId": sender.person.id})
    roster["membersAdded" if adding else "membersRemoved"] = accounts
    return [installed, roster]


def thread_of(activity: Json) -> str | None:
    """The id of the channel thread that an activity belongs to."""
    _, _, thread = str(activity["conversation"]["id"]).partition(";messageid=")
    return thread or None
