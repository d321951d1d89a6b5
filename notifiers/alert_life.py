"""The life of an alert: what each event and each person makes of it. Pure; where it is kept is in `alert_items`."""

from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from notifiers.alerts.alert import Alert

Change = Literal["opened", "again", "unknown", "closed", "corrected", "acknowledged", "reminded", "lapsed"]
Verdict = Literal["changed", "notice", "stale"]

QUIET_S = 7 * 86_400
_TRIED_S = 3600
BY_TIME = "deskside"
"""Who closes what nothing more was heard of."""

# An event from a clock that is wrong by more than this must not make all that comes after it stale.
_AHEAD_S = 60


@dataclass(frozen=True)
class Ack:
    """Who is on it (a person's key), since when."""

    by: str
    at: int


@dataclass(frozen=True)
class Life:
    """An alert as it stands. Times are seconds since 1970.

    `alert` is the newest that says how it is, `opened` the one with which this episode began; `count` is how often it
    was raised since then, 0 where it never was. `seq` grows with every change, `change` is the last one, and `drawn`
    the `seq` that is told everywhere. `closed_by` is the key of a person; None: AWS said so.
    """

    alert: Alert
    opened: Alert
    state: Literal["open", "closed"]
    since: float
    at: float  # of the newest state
    count: int
    seq: int = 1
    episode: int = 1
    change: Change = "opened"
    drawn: int = 0
    unknown_since: float | None = None
    ack: Ack | None = None
    reminded_at: int | None = None
    closed_at: float | None = None
    closed_by: str | None = None

    @classmethod
    def first(cls, alert: Alert, before: "Life | None" = None) -> Self:
        """An episode that begins with `alert`, after the one `before`."""
        is_open = alert.state == "open"
        return cls(
            alert=alert,
            opened=alert,
            state="open" if is_open else "closed",
            since=alert.at,
            at=alert.at,
            count=int(is_open),
            seq=before.seq + 1 if before else 1,
            episode=before.episode + 1 if before else 1,
            closed_at=None if is_open else alert.at,
        )

    @property
    def fingerprint(self) -> str:
        """What stands for it in keys, and is typed by people."""
        return self.opened.fingerprint

    @property
    def run(self) -> str:
        """What the outbox calls the card of this episode."""
        return f"alert-{self.fingerprint}-{self.episode}"

    @property
    def is_open(self) -> bool:
        """Whether it is wrong still, as far as anybody knows."""
        return self.state == "open"

    @property
    def quiet_s(self) -> int:
        """After so many seconds without a word it is over, where AWS never says so."""
        return _TRIED_S if self.opened.kind == "test" else QUIET_S

    @property
    def untold(self) -> bool:
        """Whether the last change is not told everywhere."""
        return self.drawn < self.seq


@dataclass(frozen=True)
class Heard:
    """What an event makes of an alert: `life` is written, None where it stays as it was.

    changed: told where the alert stands and to whoever subscribed. notice: said by itself. stale: told to nobody, as
    something newer is known.
    """

    verdict: Verdict
    life: Life | None = None


def hear(life: Life | None, alert: Alert, now: float) -> Heard:
    """What becomes of the alert, of which `life` is known, by what AWS says at `now`."""
    alert = alert.model_copy(update={"at": min(alert.at, now + _AHEAD_S)})
    match alert.state:
        case "open":
            return _opens(life, alert)
        case "closed":
            return _closes(life, alert)
        case "unknown":
            return _unknown(life, alert)
        case "notice":
            return Heard("notice")


def _opens(life: Life | None, alert: Alert) -> Heard:
    if life is None or (not life.is_open and not _known_over(life, alert)):
        return Heard("changed", Life.first(alert, life))
    if alert.at < life.at and alert.lasting:
        return Heard("stale")
    if not life.is_open:
        # It was raised before somebody dealt with it, and is heard of only now.
        return Heard("changed", _moved(life, "corrected", count=life.count + 1))
    newest = alert if alert.at >= life.at else life.alert
    moved = _moved(life, "again", count=life.count + 1, alert=newest, at=newest.at, since=min(life.since, alert.at))
    return Heard("changed", replace(moved, unknown_since=None))


def _known_over(life: Life, alert: Alert) -> bool:
    """Whether what `alert` raises is known to be over."""
    return alert.at < life.at if alert.lasting else alert.at <= (life.closed_at or 0.0)


def _closes(life: Life | None, alert: Alert) -> Heard:
    if life is None:
        return Heard("notice", replace(Life.first(alert), seq=0, episode=0))
    if alert.at < life.at:
        return Heard("stale")
    if life.is_open:
        over = _moved(life, "closed", alert=alert, at=alert.at, state="closed", closed_at=alert.at)
        return Heard("changed", replace(over, unknown_since=None))
    if life.closed_by is not None and life.alert.state != "closed":
        # Somebody closed it before AWS did.
        return Heard("changed", _moved(life, "corrected", alert=alert, at=alert.at))
    return Heard("notice", replace(life, at=alert.at))


def _unknown(life: Life | None, alert: Alert) -> Heard:
    if life is None or not life.is_open:
        return Heard("notice")
    if alert.at < life.at:
        return Heard("stale")
    since = alert.at if life.unknown_since is None else life.unknown_since
    return Heard("changed", _moved(life, "unknown", at=alert.at, unknown_since=since))


def acknowledge(life: Life, by: str, now: int) -> Life | None:
    """Somebody is on it; what AWS never calls over is over with that. None where it is over already."""
    if not life.is_open:
        return None
    if not life.opened.lasting:
        return close(life, by, now)
    return _moved(life, "acknowledged", ack=Ack(by, now), reminded_at=None)


def grow_old(life: Life, now: int, acknowledged_s: int, grace_s: int) -> Life | None:
    """What time makes of it; None: nothing yet.

    Whoever is on it is asked whether they are after `acknowledged_s` seconds, and is not any more `grace_s` after that.
    What AWS never calls over is so when nothing more is heard of it.
    """
    if not life.is_open:
        return None
    if life.ack is not None:
        if life.reminded_at is None:
            return _moved(life, "reminded", reminded_at=now) if now - life.ack.at >= acknowledged_s else None
        return unacknowledge(life) if now - life.reminded_at >= grace_s else None
    return None if life.opened.lasting or now - life.at < life.quiet_s else close(life, BY_TIME, now)


def unacknowledge(life: Life) -> Life | None:
    """Nobody is on it any more; None where nobody is."""
    return _moved(life, "lapsed", ack=None, reminded_at=None) if life.is_open and life.ack else None


def close(life: Life, by: str, now: int) -> Life | None:
    """Somebody says that it is over; None where it is."""
    if not life.is_open:
        return None
    return _moved(life, "closed", state="closed", closed_at=float(now), closed_by=by, unknown_since=None)


def _moved(life: Life, change: Change, **changes: Any) -> Life:
    return replace(life, seq=life.seq + 1, change=change, **changes)
