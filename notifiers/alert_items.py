"""What is kept of alerts in the table.

`ALERT#<fingerprint>`/`META`: how one stands, see `alert_life`; while it is open, or not told everywhere, it is found by
`g1pk` `OPEN#ALERT` and `g1sk` `<since>#<fingerprint>`.
`ALERT#<fingerprint>`/`AT#<at>#<key>`: that something occurred, written once, so that each is counted once; `places` is
where it was told. Found by `g1pk` `HEARD#<yyyy-mm-dd>` and `g1sk` `<at>#<fingerprint>`.
`ALERT#<fingerprint>`/`PLACE#<episode>#<place>`: that the card of that episode stands there, since the change `seq`.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from aws_ops import clock
from aws_ops.conditions import Attr
from aws_ops.table import Create, Item, Put, Table, Write
from notifiers import alert_life
from notifiers.alert_life import Ack, Heard, Life, Verdict
from notifiers.alerts.alert import Alert
from notifiers.alerts.kinds import Kind
from notifiers.message import Severity

log = logging.getLogger(__name__)

OPEN = "OPEN#ALERT"
# Longer than SQS keeps a message (14 days at most): a redelivered one must still be known.
_HEARD_S = 15 * 86_400
_PLACE_S = 90 * 86_400
# Longer than cards are remembered: a new episode must not find the card of an old one of its number.
_META_S = 400 * 86_400
_TRIES = 25


@dataclass(frozen=True)
class Occurrence:
    """Something that occurred once, `at` seconds since 1970, and where it was told."""

    fingerprint: str
    kind: Kind
    at: float
    severity: Severity
    title: str
    summary: str
    resources: tuple[str, ...]
    verdict: Verdict
    places: tuple[str, ...]


@dataclass(frozen=True)
class Accepted:
    """What came of an event: `life` is how the alert stands now, if it ever was raised.

    `fresh`: it was not known. `done`: it was, and is told everywhere. `before`: nothing is written, because the end of
    this earlier episode has to be told first.
    """

    verdict: Verdict
    life: Life | None
    fresh: bool = False
    done: bool = False
    before: Life | None = None


def accept(table: Table, alert: Alert) -> Accepted:
    """Write that it occurred, once, and what it makes of the alert. Raises what the table raises."""
    for _ in range(_TRIES):
        life = None if alert.state == "notice" else read(table, alert.fingerprint)
        heard = alert_life.hear(life, alert, clock.now().timestamp())
        if life is not None and life.untold and heard.life is not None and heard.life.episode != life.episode:
            return Accepted(heard.verdict, None, before=life)
        writes: list[Write] = [Create(_occurrence(alert, heard))]
        if heard.life is not None:
            writes.append(_put(heard.life, life))
        if table.transact(*writes):
            return Accepted(heard.verdict, heard.life or life, fresh=True)
        known = table.get(*_occurrence_key(alert))
        if known is not None:
            return Accepted(known["verdict"], read(table, alert.fingerprint), done="places" in known)
    raise RuntimeError(f"the alert {alert.fingerprint} changes too fast")


def _put(life: Life, before: Life | None) -> Put:
    """Write how it stands, if nobody else has changed it meanwhile."""
    if before is None:
        return Put(_item(life), when=Attr("pk").not_exists())
    # A change of which nothing is told has the same `seq` and a newer time.
    return Put(_item(life), when=Attr("seq").eq(before.seq) & Attr("at").eq(before.at))


def change(table: Table, fingerprint: str, how: Callable[[Life], Life | None]) -> Life | None:
    """Change how an alert stands; None where there is none, or `how` says that there is nothing to change."""
    for _ in range(_TRIES):
        life = read(table, fingerprint)
        changed = how(life) if life is not None else None
        if changed is None or table.transact(_put(changed, life)):
            return changed
    raise RuntimeError(f"the alert {fingerprint} changes too fast")


def acknowledge(table: Table, fingerprint: str, by: str) -> Life | None:
    """Note that the person `by` is on it; what AWS never calls over is over with that. None: it is over, or unknown."""
    return change(table, fingerprint, lambda life: alert_life.acknowledge(life, by, clock.epoch()))


def unacknowledge(table: Table, fingerprint: str) -> Life | None:
    """Note that nobody is on it any more; None: nobody was."""
    return change(table, fingerprint, alert_life.unacknowledge)


def close(table: Table, fingerprint: str, by: str) -> Life | None:
    """Note that it is over, as the person `by` says. None: it was, or is unknown."""
    return change(table, fingerprint, lambda life: alert_life.close(life, by, clock.epoch()))


def read(table: Table, fingerprint: str) -> Life | None:
    """How an alert stands; None where it was never raised, or so long ago that nothing is kept of it."""
    item = table.get(*_key(fingerprint))
    return None if item is None else _life(item)


def found(table: Table) -> tuple[Life, ...]:
    """Those that are open or not told everywhere, the oldest first; a second or so behind the writes.

    One that this version cannot read is left out: it is in the way of no other.
    """
    return tuple(life for item in table.query_index(OPEN) if (life := _readable(item)) is not None)


def open_alerts(table: Table) -> tuple[Life, ...]:
    """Those that are open, the oldest first; a second or so behind the writes."""
    return tuple(life for life in found(table) if life.is_open)


def heard_since(table: Table, since: float) -> tuple[Occurrence, ...]:
    """What occurred since then, the oldest first, at most 15 days back."""
    now = clock.now()
    day = max(datetime.fromtimestamp(since, UTC), now - timedelta(seconds=_HEARD_S)).date()
    occurrences: list[Occurrence] = []
    while day <= now.date():
        occurrences += map(_occurred, table.query_index(f"HEARD#{day}", since=_sortable(since)))
        day += timedelta(days=1)
    return tuple(occurrences)


def standing(table: Table, life: Life) -> dict[str, int]:
    """The places where the card of this episode stands, and the `seq` with which it came there."""
    items = table.query(f"ALERT#{life.fingerprint}", prefix=f"PLACE#{life.episode}#")
    return {item["place"]: item["seq"] for item in items}


def stand(table: Table, life: Life, places: Iterable[str]) -> None:
    """Note that the card of this episode stands in these places from now on."""
    now = clock.epoch()
    for place in places:
        sk = f"PLACE#{life.episode}#{place}"
        expires = now + _PLACE_S
        table.put({"pk": f"ALERT#{life.fingerprint}", "sk": sk, "place": place, "seq": life.seq, "expires": expires})


def told(table: Table, life: Life) -> None:
    """Note that this change is told everywhere; nothing, where there is a later one."""
    key, same = _key(life.fingerprint), Attr("seq").eq(life.seq)
    if life.is_open:
        table.update(*key, set={"drawn": life.seq}, when=same)
    else:
        expires = clock.epoch() + _META_S
        table.update(*key, set={"drawn": life.seq, "expires": expires}, remove=("g1pk", "g1sk"), when=same)


def told_at(table: Table, alert: Alert, places: Iterable[str]) -> None:
    """Note where this occurrence is told: everywhere."""
    table.update(*_occurrence_key(alert), set={"places": sorted(places)}, when=Attr("pk").exists())


def _key(fingerprint: str) -> tuple[str, str]:
    return f"ALERT#{fingerprint}", "META"


def _item(life: Life) -> Item:
    pk, sk = _key(life.fingerprint)
    said = life.alert.model_dump_json()
    listed = {"g1pk": OPEN, "g1sk": f"{_sortable(life.since)}#{life.fingerprint}"}
    return {
        "pk": pk,
        "sk": sk,
        "fp": life.fingerprint,
        "kind": life.opened.kind,
        "about": life.opened.about,
        "severity": life.alert.severity,
        "alert": said,
        "opened": said if life.opened is life.alert else life.opened.model_dump_json(),
        **{name: getattr(life, name) for name in _PLAIN if getattr(life, name) is not None},
        **({"ack": {"by": life.ack.by, "at": life.ack.at}} if life.ack else {}),
        **(listed if life.is_open or life.untold else {"expires": clock.epoch() + _META_S}),
    }


_PLAIN = (
    "state",
    "since",
    "at",
    "count",
    "seq",
    "episode",
    "change",
    "drawn",
    "unknown_since",
    "reminded_at",
    "closed_at",
    "closed_by",
)
"""The attributes of META that are fields of a Life as they are."""


def _readable(item: Item) -> Life | None:
    try:
        return _life(item)
    except (ValidationError, LookupError, TypeError) as error:
        log.error("%s cannot be read: %s", item["pk"], type(error).__name__)  # not its words, and at every look
        return None


def _life(item: Item) -> Life:
    plain: dict[str, Any] = {name: item[name] for name in _PLAIN if name in item}
    alert = Alert.model_validate_json(item["alert"])
    return Life(
        alert=alert,
        opened=alert if item["opened"] == item["alert"] else Alert.model_validate_json(item["opened"]),
        ack=Ack(**item["ack"]) if "ack" in item else None,
        **plain,
    )


def _occurrence_key(alert: Alert) -> tuple[str, str]:
    return f"ALERT#{alert.fingerprint}", f"AT#{_sortable(alert.at)}#{alert.state}#{alert.key}"


def _occurrence(alert: Alert, heard: Heard) -> Item:
    pk, sk = _occurrence_key(alert)
    return {
        "pk": pk,
        "sk": sk,
        "kind": alert.kind,
        "at": alert.at,
        "severity": alert.severity,
        "title": alert.title,
        "summary": alert.summary,
        "resources": alert.resources,
        "verdict": heard.verdict,
        "g1pk": f"HEARD#{datetime.fromtimestamp(alert.at, UTC).date()}",
        "g1sk": f"{_sortable(alert.at)}#{alert.fingerprint}",
        "expires": clock.epoch() + _HEARD_S,
    }


def _occurred(item: Item) -> Occurrence:
    return Occurrence(
        fingerprint=item["g1sk"].rpartition("#")[2],
        kind=item["kind"],
        at=float(item["at"]),
        severity=item["severity"],
        title=item["title"],
        summary=item["summary"],
        resources=tuple(item["resources"]),
        verdict=item["verdict"],
        places=tuple(item.get("places", ())),
    )


def _sortable(at: float) -> str:
    """A time as text that sorts as time does, to the microsecond."""
    return f"{at:017.6f}"
