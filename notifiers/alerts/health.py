"""AWS Health: what is wrong in AWS itself, what it will change, and what it asks for.

https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from notifiers.alerts.alert import Alert, State, fingerprint
from notifiers.alerts.event import Event
from notifiers.alerts.links import link, part
from notifiers.alerts.reading import clean, each, moment, number, text
from notifiers.alerts.telling import facts_of
from notifiers.characters import cut
from notifiers.message import Block, Button, Severity, Table, Text

ABUSE = "AWS Health Abuse Event"
TYPES = ("AWS Health Event", ABUSE)
_SHOWN = 20  # resources in the table
_CELL = 200  # characters of one in the table
_TOLD = 2_500  # characters of AWS's description
_DASHBOARD = "https://health.console.aws.amazon.com/health/home#/account/event-log?eventTab=details&eventID="
_WORKSPACE = re.compile(r"ws-[0-9a-z]{4,63}")
_SERVICES = {"WORKSPACES": "WorkSpaces"}  # whose names are no abbreviations, nor only one word
_CATEGORIES = {
    "issue": "Something is wrong in AWS",
    "investigation": "AWS is looking into something",
    "scheduledChange": "A change is planned",
    "accountNotification": "AWS has a notification",
}
_ACTIONS = {
    "ACTION_REQUIRED": "Something has to be done: AWS says what.",
    "ACTION_MAY_BE_REQUIRED": "See whether something has to be done: AWS says what.",
}


def health(event: Event) -> tuple[Alert, ...]:
    """One message of AWS Health. Raises KeyError where it names no event.

    It comes to a second region too, as a backup; the id of the communication is the same in both, and one of its own
    for each page of the affected resources.
    """
    detail = event.detail
    arn, code = text(detail, "eventArn"), text(detail, "eventTypeCode")
    if arn is None or code is None:
        raise KeyError("eventArn" if arn is None else "eventTypeCode")
    account, page = text(detail, "affectedAccount") or event.account, number(detail, "page") or 1
    about = f"health {arn} {account}" + (f" page {page:.0f}" if page > 1 else "")
    state, title = _state(event), _title(event, code)
    action = text(detail, "actionability") or ""
    entities = _entities(event)
    return (
        Alert(
            kind="health",
            about=about,
            state=state,
            at=moment(detail, "lastUpdatedTime") or event.at,
            key=f"{fingerprint(about)}-{text(detail, 'communicationId') or event.id}",
            severity=_severity(event, state),
            title=title,
            summary=_summary(event, title, entities),
            facts=facts_of(_facts(event, code)),
            blocks=_blocks(event, entities),
            hint=_hint(event, action) if state != "closed" else None,
            buttons=(*_commands(entities), *link("Open in AWS Health", _DASHBOARD + part(arn))),
            resources=_resources(event, entities),
            account=account,
            region=text(detail, "eventRegion") or event.region,
            lasting=state in ("open", "closed"),
        ),
    )


def _state(event: Event) -> State:
    """What is only told, and needs nothing, is a notice; what had an end without a state is over after it."""
    detail = event.detail
    category, status = text(detail, "eventTypeCategory"), text(detail, "statusCode")
    needed = text(detail, "actionability") == "ACTION_REQUIRED"
    ended = moment(detail, "endTime")
    if status == "closed" or (status is None and ended is not None and ended <= event.at):
        return "closed"
    if category == "accountNotification" and not needed and event.type != ABUSE:
        return "notice"
    return "open"


def _severity(event: Event, state: State) -> Severity:
    if state == "closed":
        return "ok"
    if event.type == ABUSE:
        return "critical"
    informative = text(event.detail, "actionability") == "INFORMATIONAL"
    return "info" if state == "notice" or informative else "warning"


def _title(event: Event, code: str) -> str:
    """The code in words: "EC2: instance retirement scheduled" for AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED."""
    service = text(event.detail, "service") or "AWS"
    words = code.removeprefix("AWS_").removeprefix(f"{service}_").replace("_", " ").lower()
    short = service if len(service) < 5 else service.capitalize()
    return f"{_SERVICES.get(service, short)}: {words}"


def _hint(event: Event, action: str) -> str | None:
    if action in _ACTIONS or text(event.detail, "eventTypeCategory") != "issue":
        return _ACTIONS.get(action)
    return "AWS is working on it: follow it in AWS Health, and tell those whom it keeps from working."


def _summary(event: Event, title: str, entities: tuple[tuple[str, str], ...]) -> str:
    category, where = text(event.detail, "eventTypeCategory") or "", text(event.detail, "eventRegion")
    begin = _CATEGORIES.get(category, "AWS has something to say")
    if event.type == ABUSE:
        begin = "Somebody has complained to AWS"
    if _state(event) == "closed":
        begin = "It is over"
    what = entities[0][0].rpartition("/")[2] if len(entities) == 1 else f"{len(entities)} resources"
    place = f" in {where}" if where and where != "global" else ""
    return f"{begin}{place}: {title.replace(':', '', 1)}{f', about {what}' if entities else ''}."


def _facts(event: Event, code: str) -> Mapping[str, str | None]:
    detail = event.detail
    pages = number(detail, "totalPages") or 1
    backup = text(detail, "backupEvent") or str(detail.get("backupEvent", "")).lower()
    return {
        "Event": code,
        "Category": text(detail, "eventTypeCategory"),
        "Status": text(detail, "statusCode"),
        "Begins": _utc(moment(detail, "startTime")),
        "Ends": _utc(moment(detail, "endTime")),
        "For": {"PUBLIC": "everybody", "ACCOUNT_SPECIFIC": "this account"}.get(text(detail, "eventScopeCode") or ""),
        "Page": f"{text(detail, 'page')} of {pages:.0f}" if pages > 1 else None,
        "Heard in": f"{event.region}, as the backup" if backup == "true" else None,
    }


def _blocks(event: Event, entities: tuple[tuple[str, str], ...]) -> tuple[Block, ...]:
    """AWS's own words, and what is affected."""
    told = [
        clean(text(one, "latestDescription", longest=_TOLD) or "", _TOLD)
        for one in each(event.detail, "eventDescription")
    ]
    blocks: list[Block] = [Text.of(told[0].replace("\\n", "\n"))] if told and told[0] else []
    if len(entities) > 1:
        rows = tuple((cut(name.rpartition(":")[2], _CELL), cut(state, _CELL)) for name, state in entities[:_SHOWN])
        blocks.append(Table(columns=("Affected", "State"), rows=rows))
    if len(entities) > _SHOWN:
        blocks.append(Text.of(f"And {len(entities) - _SHOWN} more.", quiet=True))
    return tuple(blocks)


def _entities(event: Event) -> tuple[tuple[str, str], ...]:
    """What is affected, and the state of each in words."""
    found = each(event.detail, "affectedEntities")
    said = tuple((text(one, "entityValue") or "", (text(one, "status") or "").lower()) for one in found)
    return tuple(one for one in said if one[0]) or tuple((name, "") for name in event.resources)


def _resources(event: Event, entities: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The ids of what is affected, with ARN and without."""
    names = [name for name, _ in entities] + list(event.resources)
    ids = [name.rpartition("/")[2] for name in names if name.startswith("arn:") and "/" in name]
    return tuple(dict.fromkeys(names + ids))[:100]


def _commands(entities: tuple[tuple[str, str], ...]) -> tuple[Button, ...]:
    if len(entities) != 1:
        return ()
    id_ = entities[0][0].rpartition("/")[2]
    return (Button(label="Look at it", command=f"workspace {id_}"),) if _WORKSPACE.fullmatch(id_) else ()


def _utc(at: float | None) -> str | None:
    """A time that is a part of what AWS says; whose zone it is read in nobody knows here."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC" if at is not None else None
