"""What is said of an alert: its card, its line in a list, and the remarks in its thread. Pure."""

from notifiers.alert_life import BY_TIME, Life
from notifiers.alerts.alert import Alert
from notifiers.characters import cut
from notifiers.held import LINE, Entry
from notifiers.message import Block, Button, Fact, Facts, Message, Severity, Text, bold, code, line
from notifiers.stories.vpn_words import short
from notifiers.times import say_duration, say_time

_RUNBOOK = "Runbook"
_MUTED_FOR = "2h"
_ROOM_FOR_TIME = 30  # characters of a line


def card(life: Life, zone: str, runbook: str | None = None) -> Message:
    """The card, as it stands; `runbook` is where to look, unless the alert itself knows better."""
    if life.count == 0:
        return notice(life.alert, zone, runbook)
    alert = life.alert
    blocks = (
        *_standing(life, zone),
        *_text(alert, _title(life)),
        Facts(items=_facts(life, zone)),
        *alert.blocks,
        *((Text.of(bold("What to do: "), alert.hint),) if life.is_open and alert.hint else ()),
        Text.of("Alert ", code(life.fingerprint), quiet=True),
    )
    return Message(
        title=_title(life),
        summary=alert.summary if life.is_open else f"{life.opened.title}: {_small(_over(life, zone))}",
        severity=_severity(life),
        blocks=blocks,
        buttons=(*_answers(life), *_buttons(alert, runbook, acts=life.is_open)),
    )


def notice(alert: Alert, zone: str, runbook: str | None = None) -> Message:
    """Something that happened, and that nothing is to be done about."""
    facts = (Fact(label="When", value=say_time(int(alert.at), zone)), *_said(alert, alert.title))
    hint = (Text.of(alert.hint),) if alert.hint else ()
    return Message(
        title=alert.title,
        summary=alert.summary,
        severity=alert.severity,
        blocks=(*_text(alert, alert.title), Facts(items=facts), *alert.blocks, *hint),
        buttons=_buttons(alert, runbook, acts=True),
    )


def entry(life: Life, zone: str) -> Entry:
    """Its line in a list."""
    words = [life.opened.title if life.count else life.alert.title]
    if life.count > 1:
        words.append(f"{life.count} times")
    if life.is_open or not life.count:
        words.append(f"{'since ' if life.count else ''}{say_time(int(life.since), zone)}")
    if life.is_open and life.ack:
        words.append(f"{short(life.ack.by)} is on it")
    if life.count and not life.is_open:
        words.append(_small(_over(life, zone)).rstrip("."))
    return Entry(text=", ".join(words), severity=_severity(life), at=life.since)


def notice_entry(alert: Alert, zone: str) -> Entry:
    """The line of a notice in a list."""
    said = cut(alert.summary or alert.title, LINE - _ROOM_FOR_TIME)
    return Entry(text=f"{said} ({say_time(int(alert.at), zone)})", severity=alert.severity, at=alert.at)


def reply(life: Life, zone: str) -> Message | None:
    """What is said in the thread of the card about its last change; None where the card says it all."""
    match life.change:
        case "again":
            return again(life, zone) if _counts(life.count) else None
        case "closed":
            return closed(life, zone)
        case "reminded":
            return reminder(life, zone)
        case "lapsed":
            return line("Nobody is on it any more. Whoever is now: press Acknowledge.", "warning")
        case "opened" | "unknown" | "corrected" | "acknowledged":
            return None


def again(life: Life, zone: str) -> Message:
    """That it was raised once more."""
    when = say_time(int(life.alert.at), zone)
    return line(f"Again, for the {_ordinal(life.count)} time, {when}: {life.alert.summary}", life.alert.severity)


def closed(life: Life, zone: str) -> Message:
    """That it is over."""
    said = f" {life.alert.summary}" if life.closed_by is None and life.alert.state == "closed" else ""
    return line(f"{_over(life, zone)}{said}", "ok")


def reminder(life: Life, zone: str) -> Message:
    """That it is open although somebody is on it, said in the thread."""
    if life.ack is None:
        return line("It is still open.", "warning")
    who, since = short(life.ack.by), say_time(life.ack.at, zone)
    return line(f"It is still open, and {who} has been on it since {since}. Is that so?", "warning")


def question(life: Life, zone: str, grace_s: int) -> Message:
    """The reminder that whoever is on it gets themselves; after `grace_s` seconds they are not any more."""
    since = say_time(life.ack.at if life.ack else int(life.since), zone)
    return Message(
        title=f"Still on it? {life.opened.title}",
        summary=f"You acknowledged this at {since}, and it is still open.",
        severity="warning",
        blocks=(
            Text.of(f"You acknowledged this at {since}, and it is still open. {life.alert.summary}"),
            Text.of(f"Without an answer it is nobody's again in {say_duration(grace_s)}.", quiet=True),
        ),
        buttons=(
            Button(label="I am on it", command=f"alerts acknowledge {life.fingerprint}", style="primary"),
            Button(label="It is over", command=f"alerts close {life.fingerprint}"),
            Button(label="Show it", command=f"alerts show {life.fingerprint}"),
        ),
    )


def trial(by: str, named: str, at: float) -> Alert:
    """The alert with which the person `by` tries whether a place hears any; `named` tells it from others."""
    return Alert(
        kind="test",
        about=f"test {named}",
        state="open",
        at=at,
        key=named,
        severity="info",
        title="A test alert",
        summary=f"{short(by)} tries whether alerts are heard here. Nothing is wrong.",
        hint="Press Acknowledge, and it is dealt with.",
    )


def _title(life: Life) -> str:
    # Where a person says that it is over, AWS's last word is that it is not.
    return life.alert.title if life.is_open or life.alert.state == "closed" else f"Over: {life.opened.title}"


def _text(alert: Alert, title: str) -> tuple[Block, ...]:
    """What the summary says beyond the title that stands above it."""
    said = alert.summary.removeprefix(f"{title}: ")
    return () if said.rstrip(".") == title.rstrip(".") else (Text.of(said),)


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _severity(life: Life) -> Severity:
    if life.count == 0 or life.is_open:
        return life.alert.severity
    return "ok"


def _standing(life: Life, zone: str) -> tuple[Block, ...]:
    """How it is now, where that is not what the alert itself says."""
    if not life.is_open:
        return (Text.of(bold(_over(life, zone))),)
    parts: list[Block] = []
    if life.unknown_since is not None:
        since = say_time(int(life.unknown_since), zone)
        parts.append(Text.of(bold(f"Nobody can tell since {since} whether it is still so: AWS has no data.")))
    if life.ack is not None:
        parts.append(Text.of(bold(f"{short(life.ack.by)} is on it"), f" since {say_time(life.ack.at, zone)}."))
    return tuple(parts)


def _over(life: Life, zone: str) -> str:
    """That it is over, how and since when, as a sentence."""
    if life.closed_at is None:
        return "It is over."
    when = say_time(int(life.closed_at), zone)
    if life.closed_by is None:
        return f"Over after {say_duration(life.closed_at - life.since)}, {when}."
    if life.closed_by == BY_TIME:
        return f"Nothing more was heard of it for {say_duration(life.quiet_s)}, {when}."
    how = "Closed by" if life.opened.lasting else "Dealt with by"
    return f"{how} {short(life.closed_by)} after {say_duration(life.closed_at - life.since)}, {when}."


def _facts(life: Life, zone: str) -> tuple[Fact, ...]:
    facts = [Fact(label="Since", value=say_time(int(life.since), zone))]
    if life.count > 1:
        facts.append(Fact(label="Raised", value=f"{life.count} times, last {say_time(int(_raised(life)), zone)}"))
    return (*facts, *_said(life.alert, _title(life)))


def _raised(life: Life) -> float:
    """When it was raised last, as far as that is kept."""
    return life.alert.at if life.alert.state == "open" else life.opened.at


def _said(alert: Alert, title: str) -> tuple[Fact, ...]:
    """The alert's own facts, then who and where; without those that stand word for word in the sentences above."""
    labels = {fact.label.lower() for fact in alert.facts}
    more = {"Who": alert.who or "", "Account": alert.account, "Region": alert.region}
    added = (Fact(label=label, value=value) for label, value in more.items() if value and label.lower() not in labels)
    above = f"{title}\n{alert.summary}".casefold()
    return tuple(fact for fact in (*alert.facts, *added) if not _stands_in(fact.value.casefold(), above))


def _stands_in(value: str, text: str) -> bool:
    """Whether these very words are in the text, both in small letters, and not only a part of longer ones."""
    at = text.find(value)
    while at >= 0:
        end = at + len(value)
        before, after = text[max(0, at - 1) : at], text[end : end + 2]
        if not (before == "." or _joins(before) or _joins(after.removeprefix(".")[:1])):
            return True
        at = text.find(value, at + 1)
    return False


def _joins(sign: str) -> bool:
    return sign.isalnum() or sign in ("_", "-")


def _answers(life: Life) -> tuple[Button, ...]:
    """What people may do about the alert itself."""
    if not life.is_open:
        return ()
    ack = Button(label="Acknowledge", command=f"alerts acknowledge {life.fingerprint}", style="primary")
    over = Button(label="Close", command=f"alerts close {life.fingerprint}")
    mute = Button(label="Mute for 2 h", command=f"alerts mute {_MUTED_FOR} --alert {life.fingerprint}")
    return (over if life.ack else ack, mute)


def _buttons(alert: Alert, runbook: str | None, *, acts: bool) -> tuple[Button, ...]:
    """The alert's buttons, where it `acts` its commands too, and the runbook."""
    theirs = tuple(button for button in alert.buttons if acts or button.link)
    if runbook is None or any(button.label == _RUNBOOK for button in theirs):
        return theirs
    return (*theirs, Button(label=_RUNBOOK, link=runbook))


def _counts(count: int) -> bool:
    """Whether a repeat is worth a word, as the first ten are, then every tenth, then every hundredth."""
    return count <= 10 or count % (10 if count <= 100 else 100) == 0


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
