"""The story of an upgrade, as people read it: golden texts of every phase in both chats, and its notes."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from aws_ops import clock
from aws_ops.workflows.upgrade_facts import Phase, UpgradeFact, UpgradeSnapshot
from notifiers.message import Message
from notifiers.plain_text import text_of
from notifiers.stories import Note, upgrade
from tests.notifiers.test_story_workspace import GOLDEN, NOON, ZONE, approval, everything, rendering, said

RUN = "upgrade-01jexample"
MIKA, ODA, ADA, ALEX = (f"{name}@example.com" for name in ("mika", "oda", "ada", "alex"))


def snapshot(**changes: Any) -> dict[str, Any]:
    """Oda wants 200 desktops upgraded."""
    return {
        "run": RUN,
        "op": "upgrade",
        "of": None,
        "phase": "running",
        "bundle": {"id": "wsb-0a1b2c3d4", "name": "Office"},
        "image": {"id": "wsi-0new00001", "name": "office-2026-2"},
        "old_image": {"id": "wsi-0old00001", "name": "office-2026-1"},
        "wave": 1,
        "waves": [5, 25, 100, 70],
        "total": 200,
        "counts": counts(waiting=112, asked=3, rebuilding=9, done=74, failed=1, timed_out=1),
        "waits": {"connected": 41, "snapshot": 30, "unknown": 1, "owner": 2, "state": 0, "busy": 1},
        "rate_per_h": 24.2,
        "eta": NOON + 5 * 3600,
        "series": [0, 5, 5, 17, 33, 60, 74],
        "series_s": 600,
        "failures": [{"id": "ws-0ren00001", "user": "ren", "error": "DiskFull: The root volume cannot be attached."}],
        "asked": [],
        "window_opens": None,
        "paused_by": None,
        "braked": False,
        "stop": None,
        "gate": None,
        "approval": approval(state="started", decisions=[said(ADA, "granted", "Go ahead")]),
        "requester": ODA,
        "reason": "The old image loses support",
        "started": NOON - 6 * 3600,
        "began": NOON - 4200,
        "finished": None,
        "bundle_updated": NOON - 4300,
        "bundle_restored": None,
        "report": None,
        "problem": None,
        "cancelled_by": None,
        "calls": 412,
        "tick_s": 60,
        "plan": {
            "total": 200,
            "waves": [5, 25, 100, 70],
            "excluded": {"bundle": 7, "protected": 3, "state": 1},
            "remarks": ["2 WorkSpaces are neither on nor stopped now: their turn is waited for."],
            "people": 188,
            "unowned": 4,
            "calls": 640,
            "duration_s": 9 * 3600 + 1200,
            "usd": 0.04,
            "window": "20-6 mon-fri Europe/Berlin",
            "notice_s": 600,
            "concurrent": 10,
            "failures": 0.1,
            "canary_failures": 0,
            "gate": True,
            "snapshot": "fresh",
        },
    } | changes


def counts(**changes: int) -> dict[str, int]:
    names = ("waiting", "asked", "rebuilding", "done", "failed", "skipped", "timed_out")
    return dict.fromkeys(names, 0) | changes


NOTHING_YET = {
    "counts": counts(waiting=200),
    "waits": dict.fromkeys(("connected", "snapshot", "unknown", "owner", "state", "busy"), 0),
    "wave": 0,
    "series": [],
    "failures": [],
    "rate_per_h": None,
    "eta": None,
    "began": None,
    "bundle_updated": None,
}
CANARY = {**NOTHING_YET, "began": NOON - 600, "bundle_updated": NOON - 700}
OVER_AT = {"finished": NOON, "eta": None}
REPORT = {"bucket": "deskside-reports", "key": f"workspaces-upgrades/{RUN}.csv", "at": NOON, "error": None}
UNWRITTEN = {"bucket": "deskside-reports", "key": None, "at": NOON, "error": "AWS refused PutObject: AccessDenied."}
SICK = counts(waiting=195, done=2, failed=3)
BY_PERSON = {"why": "person", "by": ADA, "at": NOON - 60}
ASKED = [
    {
        "id": "ws-0a1b2c3d4",
        "computer": "WSAMZN-MIKA01",
        "owner": MIKA,
        "at": NOON,
        "until": NOON + 600,
        "choices": ["now", "soon", "tonight", "later"],
    }
]
ROLLBACK = {"op": "rollback", "of": "upgrade-01jbefore", "waves": [74], "total": 74, "wave": 0}

CARDS: Mapping[str, dict[str, Any]] = {
    "approval": snapshot(phase="approval", approval=approval(), **NOTHING_YET),
    "approval_rollback": snapshot(
        phase="approval",
        approval=approval(),
        **{
            **NOTHING_YET,
            **ROLLBACK,
            "counts": counts(waiting=74),
            "plan": snapshot()["plan"]
            | {"total": 74, "waves": [74], "excluded": {}, "remarks": [], "window": None, "gate": False, "unowned": 0}
            | {"notice_s": 0, "concurrent": 0, "canary_failures": 1, "snapshot": "next"},
        },
    ),
    "preparing": snapshot(phase="preparing", **NOTHING_YET),
    "canary": snapshot(**{**CANARY, "counts": counts(waiting=195, rebuilding=4, asked=1)}),
    "running": snapshot(),
    "window": snapshot(window_opens=NOON + 9 * 3600),
    "paused": snapshot(paused_by={"by": ADA, "at": NOON - 60}),
    "braked": snapshot(braked=True, problem="ThrottlingException: Rate exceeded"),
    "stopping": snapshot(stop=BY_PERSON),
    "gate": snapshot(
        phase="gate",
        gate={"wave": 1, "state": "open", "by": None, "at": NOON},
        **{**CANARY, "wave": 1, "counts": counts(waiting=195, done=5), "series": [0, 5]},
    ),
    "done": snapshot(phase="done", counts=counts(done=200), failures=[], report=REPORT, wave=3, **OVER_AT),
    "failed": snapshot(
        phase="failed", counts=counts(done=188, failed=9, timed_out=3), report=REPORT, wave=3, **OVER_AT
    ),
    "stopped": snapshot(phase="stopped", stop=BY_PERSON, report=UNWRITTEN, **OVER_AT),
    "stopped_canary": snapshot(
        phase="stopped",
        stop={"why": "canary", "by": None, "at": NOON - 60},
        bundle_restored=NOON - 50,
        **{**CANARY, "counts": SICK, "series": [0, 2], **OVER_AT},
        report=REPORT,
    )
    | {"failures": snapshot()["failures"] * 3},
    "stopped_rate": snapshot(phase="stopped", stop={"why": "rate", "by": None, "at": NOON - 60}, **OVER_AT),
    "rolled_back": snapshot(phase="done", counts=counts(done=74), failures=[], report=REPORT, **ROLLBACK, **OVER_AT),
    "refused": snapshot(
        phase="refused",
        approval=approval(state="refused", decisions=[said(ADA, "refused", "Not before the release")]),
        **{**NOTHING_YET, **OVER_AT},
    ),
    "expired": snapshot(
        phase="expired", approval=approval(state="expired", deadline=NOON), **{**NOTHING_YET, **OVER_AT}
    ),
    "void": snapshot(
        phase="void", approval=approval(state="void", decisions=[said(ADA, "granted")]), **{**NOTHING_YET, **OVER_AT}
    ),
    "cancelled": snapshot(phase="cancelled", cancelled_by=ODA, **{**NOTHING_YET, **OVER_AT}),
}
NOTES: Mapping[str, tuple[str, dict[str, Any], str]] = {
    "owner": ("UpgradeOwnerAsked", snapshot(asked=ASKED), "mika"),
    "owner_last": ("UpgradeOwnerAsked", snapshot(asked=[ASKED[0] | {"choices": ["now"], "computer": None}]), "mika"),
    "reminded": ("ApprovalReminded", CARDS["approval"], "ada"),
    "gate": ("UpgradeGate", CARDS["gate"], "ada"),
    "stopped_canary": ("UpgradeStopped", CARDS["stopped_canary"], "admin"),
    "over": ("UpgradeFinished", CARDS["failed"], "oda"),
}
THREADS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "wave": ("UpgradeWaveBegun", snapshot()),
    "stopped": ("UpgradeStopped", snapshot(stop=BY_PERSON)),
}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    clock.set_source(lambda: datetime.fromtimestamp(NOON, UTC))
    yield
    clock.set_source(None)


def card(data: dict[str, Any], *, discreet: bool = False) -> Message:
    return upgrade.card("UpgradeProgressed", data, ZONE, discreet)


def notes(fact: str, data: dict[str, Any]) -> dict[str, Note]:
    """The notes of a fact, by who gets them."""
    found = upgrade.notes(fact, data, ZONE)
    assert len({(note.to, note.key) for note in found}) == len(found)
    return {note.to.removeprefix("person:").removesuffix("@example.com"): note for note in found}


def same_as_golden(name: str, text: str) -> None:
    file = GOLDEN / f"upgrade_{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), "look at it, then run the test with UPDATE_GOLDEN=1"


@pytest.mark.parametrize("name", CARDS)
def test_the_card_reads_as_agreed(name: str) -> None:
    same_as_golden(name, rendering(card(CARDS[name])))


@pytest.mark.parametrize("name", ["approval", "running"])
def test_the_discreet_card_reads_as_agreed(name: str) -> None:
    same_as_golden(f"{name}_discreet", rendering(card(CARDS[name], discreet=True)))


@pytest.mark.parametrize("name", NOTES)
def test_the_note_reads_as_agreed(name: str) -> None:
    fact, data, who = NOTES[name]
    same_as_golden(f"note_{name}", rendering(notes(fact, data)[who].message))


@pytest.mark.parametrize("name", THREADS)
def test_the_thread_reads_as_agreed(name: str) -> None:
    message = upgrade.thread(*THREADS[name], ZONE)
    assert message is not None
    same_as_golden(f"thread_{name}", rendering(message))


def test_no_golden_text_without_its_card() -> None:
    texts = {path.stem.removeprefix("upgrade_") for path in GOLDEN.glob("upgrade_*.txt")}
    expected = {*CARDS, *(f"note_{name}" for name in NOTES), *(f"thread_{name}" for name in THREADS)}
    assert texts == expected | {"approval_discreet", "running_discreet"}


def test_every_phase_has_a_card_and_the_snapshot_is_whole() -> None:
    assert {data["phase"] for data in CARDS.values()} == set(get_args(Phase))
    assert all(data.keys() == UpgradeSnapshot.__annotations__.keys() for data in CARDS.values())


@pytest.mark.parametrize("op", ["upgrade", "rollback"])
@pytest.mark.parametrize("total", [1, 3])
def test_every_phase_has_its_words_for_one_and_for_several(op: str, total: int) -> None:
    for data in CARDS.values():
        few = counts(**{name: min(number, total) for name, number in data["counts"].items()})
        changed = data | {"op": op, "total": total, "waves": [1] * total, "wave": total - 1, "counts": few}
        told = [card(changed)]
        for fact in get_args(UpgradeFact):
            told += [note.message for note in upgrade.notes(fact, changed, ZONE)]
            told += [reply] if (reply := upgrade.thread(fact, changed, ZONE)) else []
        for message in told:
            words = text_of(message)
            assert "{" not in words
            assert " 1 desktops" not in words
            assert ".." not in words
            assert message.summary[0].isupper() or message.summary[0].isdigit()


@pytest.mark.parametrize("name", CARDS)
def test_a_discreet_card_says_nothing_of_whose_they_are(name: str) -> None:
    data = CARDS[name] | {"problem": "ws-0a1b2c3d4 of mika is not there", "asked": ASKED}
    message = card(data, discreet=True)
    shown = everything(message).replace(RUN, "")
    assert [secret for secret in ("ws-0", "mika", "WSAMZN", "(ren", "DiskFull") if secret in shown] == []
    assert message.every_button == card(data).every_button
    reply = upgrade.thread("UpgradeFinished", data | {"files": {f"{RUN}.csv": "mika"}}, ZONE, discreet=True)
    if reply is not None:
        assert reply.files == ()
        assert "DiskFull" not in text_of(reply)


def test_the_report_goes_with_the_end_as_far_as_a_message_has_room() -> None:
    short, long = {f"{RUN}.csv": "a,b", f"{RUN}.txt": "all"}, {f"{RUN}.csv": "a" * 200_000, f"{RUN}.txt": "all"}
    for files, names in ((short, [f"{RUN}.csv", f"{RUN}.txt"]), (long, [f"{RUN}.txt"]), ({}, [])):
        data = CARDS["failed"] | {"files": files}
        reply = upgrade.thread("UpgradeFinished", data, ZONE)
        assert reply is not None
        assert [file.name for file in reply.files] == names
        assert notes("UpgradeFinished", data)["oda"].message.files == reply.files


def test_the_buttons_fit_the_phase() -> None:
    def labels(name: str, **changes: Any) -> list[str]:
        return [button.label for button in card(CARDS[name] | changes).every_button]

    assert labels("approval") == ["Approve", "Refuse", "Cancel", "Details"]
    assert labels("preparing") == ["Pause", "Stop", "Details"]
    assert labels("running") == ["Pause", "Stop", "Details"]
    assert labels("paused") == ["Resume", "Stop", "Details"]
    assert labels("gate") == ["Continue", "Stop", "Details"]
    assert labels("stopping") == ["Details"]
    assert labels("done") == ["Roll back", "Report"]
    assert labels("failed") == ["Retry 12", "Roll back", "Report"]
    assert labels("stopped_canary") == ["Roll back", "Report"]
    assert labels("stopped_canary", counts=counts(waiting=200)) == ["Report"]
    assert labels("rolled_back") == ["Report"]
    assert labels("refused") == []


def test_what_has_been_decided_is_no_question_any_more() -> None:
    assert card(CARDS["approval"]).title.endswith("?")
    granted = CARDS["approval"] | {"approval": approval(state="granted", decisions=[said(ADA, "granted")])}
    assert card(granted).title == "Upgrading 200 desktops of Office begins"
    assert "?" not in card(granted).summary


def test_whoever_asked_does_not_say_that_it_goes_on() -> None:
    audience = card(CARDS["gate"] | {"requester": ADA}).audience
    assert audience is not None
    assert audience.people == (ALEX,)
    waits = notes("UpgradeGate", CARDS["gate"])
    assert set(waits) == {"ada", "alex", "oda"}
    assert [button.label for button in waits["ada"].message.buttons] == ["Continue", "Stop"]
    assert waits["oda"].message.buttons == ()
    granted = CARDS["gate"] | {"gate": {"wave": 1, "state": "granted", "by": ADA, "at": NOON}}
    assert set(notes("UpgradeGate", granted)) == {"oda"}


def test_each_owner_is_asked_once_about_each_desktop_and_each_time() -> None:
    first, again = ASKED[0], ASKED[0] | {"at": NOON + 86_400}
    keys = [
        {note.key for note in upgrade.notes("UpgradeOwnerAsked", snapshot(asked=asked), ZONE)}
        for asked in ([first], [again, first])
    ]
    assert keys[0] < keys[1]
    assert len(keys[1]) == 2


def test_an_owner_is_told_by_the_next_fact_where_the_one_about_them_was_lost() -> None:
    told = upgrade.notes("UpgradeOwnerAsked", snapshot(asked=ASKED), ZONE)
    assert upgrade.notes("UpgradeProgressed", snapshot(asked=ASKED), ZONE) == told
    over = [ASKED[0] | {"at": NOON - 900, "until": NOON - 300}]
    assert upgrade.notes("UpgradeProgressed", snapshot(asked=over), ZONE) == ()
    assert upgrade.notes("UpgradeProgressed", snapshot(asked=ASKED, stop=BY_PERSON), ZONE) == ()


def test_whoever_stops_it_themselves_is_not_told_so() -> None:
    by = {"why": "person", "by": ODA, "at": NOON}
    assert notes("UpgradeStopped", snapshot(stop=by)) == {}
    assert set(notes("UpgradeStopped", snapshot(stop=BY_PERSON))) == {"oda"}
    assert set(notes("UpgradeStopped", CARDS["stopped_rate"])) == {"oda", "admin"}
    assert notes("UpgradePaused", snapshot(paused_by={"by": ODA, "at": NOON})) == {}
    assert set(notes("UpgradePaused", CARDS["paused"])) == {"oda"}
    assert notes("UpgradeCancelled", CARDS["cancelled"]) == {}


def test_the_end_is_said_once_whichever_fact_says_it() -> None:
    ends = ("ApprovalRefused", "ApprovalExpired", "PlanChanged", "UpgradeFinished")
    keys = {note.key for fact in ends for note in upgrade.notes(fact, CARDS["refused"], ZONE)}
    assert keys == {f"{RUN}#over"}


def test_the_chart_shows_what_was_done_in_each_part_of_the_night() -> None:
    (chart,) = (block for block in card(snapshot()).blocks if block.kind == "chart")
    assert chart.values == (0.0, 5.0, 0.0, 12.0, 16.0, 27.0, 14.0)
    assert chart.title.startswith("Done in each 10 min since ")
