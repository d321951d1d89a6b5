"""The story of a WorkSpace run, as people read it: golden texts of every phase in both chats, and its notes."""

import csv
import io
import os
import textwrap
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from aws_ops import clock
from aws_ops.workflows.workspace_facts import Phase, WorkspaceFact, WorkspaceSnapshot
from aws_ops.workspace_ops import OPS
from notifiers import adaptive_card, block_kit
from notifiers.message import Message
from notifiers.place import Place
from notifiers.plain_text import text_of
from notifiers.stories import STORIES, Note, workspace
from notifiers.stories.workspace_words import BEFORE, OVER
from sandbox.slack.shown import block_text
from sandbox.slack.world import World
from sandbox.teams.reading import read

GOLDEN = Path(__file__).parent.parent / "golden" / "stories"
NOON = 1_800_000_000
ZONE = "Asia/Tokyo"
RUN = "workspace-01jexample"
MIKA, ODA, ADA, ALEX = (f"{name}@example.com" for name in ("mika", "oda", "ada", "alex"))


def target(**changes: Any) -> dict[str, Any]:
    """Mika's desktop."""
    return {
        "id": "ws-0a1b2c3d4",
        "user": "mika",
        "computer": "WSAMZN-MIKA01",
        "state": "AVAILABLE",
        "outcome": None,
        "error": None,
        "requested": None,
        "finished": None,
    } | changes


def approval(**changes: Any) -> dict[str, Any]:
    return {
        "state": "open",
        "quorum": 1,
        "deadline": NOON + 8 * 3600,
        "approvers": [ADA, ALEX],
        "decisions": [],
    } | changes


def said(person: str, verdict: str, reason: str | None = None) -> dict[str, Any]:
    return {"person": person, "verdict": verdict, "at": NOON - 60, "reason": reason}


def snapshot(**changes: Any) -> dict[str, Any]:
    """Oda wants Mika's desktop rebuilt."""
    return {
        "run": RUN,
        "op": "rebuild",
        "phase": "following",
        "started": NOON - 3600,
        "finished": None,
        "requester": ODA,
        "owner": MIKA,
        "reason": "The screen stays black",
        "targets": [target()],
        "total": 1,
        "done": 0,
        "failed": 0,
        "skipped": 0,
        "approval": None,
        "plan": {
            "bundle": "Standard with Windows 10",
            "image": "win10-2026-11",
            "snapshot": NOON - 6 * 3600,
            "connected": True,
            "expected_min": 30,
            "ask_s": 1800,
            "silence": "stop",
            "evening": "20:00",
        },
        "answer": None,
        "answer_until": None,
        "begin_at": None,
        "blocked": None,
        "paused": False,
        "problem": None,
        "cancelled_by": None,
        "tick_s": 30,
    } | changes


GRANTED = approval(state="started", decisions=[said(ADA, "granted", "Go ahead")])
ASKED = {"answer_until": NOON + 1800}
TONIGHT = {"answer": {"choice": "tonight", "at": NOON - 600, "by": MIKA}, "begin_at": NOON + 3 * 3600, **ASKED}
AT_IT = [target(state="REBUILDING", requested=NOON - 1200)]
DONE = [target(outcome="done", requested=NOON - 1500, finished=NOON - 60)]
BROKEN = "DiskFull: The root volume cannot be attached."
FAILED = [target(state="ERROR", outcome="failed", error=BROKEN, requested=NOON - 1500, finished=NOON - 60)]
OVER_AT = {"finished": NOON}
SEVERAL = [
    target(id="ws-0ren00001", user="ren", outcome="failed", error="ResourceUnavailable: Try again.", requested=NOON),
    target(id="ws-0skip0001", user="sam", outcome="skipped", error="It is in state SUSPENDED", state="SUSPENDED"),
    target(outcome="done", requested=NOON - 300, finished=NOON - 10),
    target(id="ws-0ada00001", user="ada", outcome="done", requested=NOON - 300, finished=NOON - 20),
]
FLEET = {"op": "reboot", "owner": None, "targets": SEVERAL, "total": 4, "reason": None, "plan": {"expected_min": 5}}

CARDS: Mapping[str, dict[str, Any]] = {
    "approval": snapshot(phase="approval", approval=approval()),
    "approval_quorum": snapshot(
        phase="approval", approval=approval(quorum=2, decisions=[said(ALEX, "granted")]), reason=None
    ),
    "approval_terminate": snapshot(phase="approval", approval=approval(), op="terminate", plan={"connected": None}),
    "asking": snapshot(phase="asking", approval=GRANTED, **ASKED),
    "waiting_tonight": snapshot(phase="waiting", **TONIGHT),
    "waiting_connected": snapshot(phase="waiting", blocked={"why": "connected", "since": NOON - 60}, **ASKED),
    "waiting_unknown": snapshot(phase="waiting", blocked={"why": "unknown", "since": NOON - 60}),
    "waiting_paused": snapshot(phase="waiting", blocked={"why": "brake", "since": NOON - 60}, paused=True),
    "acting": snapshot(phase="acting", problem="ThrottlingException: Rate exceeded"),
    "following": snapshot(targets=AT_IT, approval=GRANTED),
    "following_several": snapshot(**{**FLEET, "done": 1, "failed": 1, "skipped": 1}),
    "done": snapshot(phase="done", targets=DONE, done=1, approval=GRANTED, **TONIGHT, **OVER_AT),
    "done_several": snapshot(**{**FLEET, "phase": "done", "done": 4, "targets": DONE * 4}, **OVER_AT),
    "failed": snapshot(phase="failed", targets=FAILED, failed=1, **OVER_AT),
    "failed_partly": snapshot(**{**FLEET, "phase": "failed", "done": 2, "failed": 1, "skipped": 1}, **OVER_AT),
    "refused": snapshot(
        phase="refused",
        approval=approval(state="refused", decisions=[said(ADA, "refused", "Mika is on a call with a customer")]),
        **OVER_AT,
    ),
    "expired": snapshot(phase="expired", approval=approval(state="expired", deadline=NOON), **OVER_AT),
    "void": snapshot(phase="void", approval=approval(state="void", decisions=[said(ADA, "granted")]), **OVER_AT),
    "declined": snapshot(phase="declined", answer={"choice": "no", "at": NOON, "by": MIKA}, **ASKED, **OVER_AT),
    "unanswered": snapshot(phase="unanswered", answer_until=NOON, **OVER_AT),
    "cancelled": snapshot(phase="cancelled", cancelled_by=ODA, **OVER_AT),
    "gave_up": snapshot(phase="gave up", blocked={"why": "connected", "since": NOON - 43_200}, **OVER_AT),
    "create": snapshot(
        op="create",
        phase="done",
        targets=[target(id="ws-0new00001", outcome="done", requested=NOON - 1200, finished=NOON)],
        done=1,
        plan={"bundle": "Standard", "expected_min": 20},
        reason=None,
        **OVER_AT,
    ),
    "maintenance": snapshot(op="maintenance-on", owner=None, plan={"expected_min": 1}, phase="acting", reason=None),
}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    clock.set_source(lambda: datetime.fromtimestamp(NOON, UTC))
    yield
    clock.set_source(None)


def card(data: dict[str, Any], *, discreet: bool = False) -> Message:
    return workspace.card("WorkspaceProgressed", data, ZONE, discreet)


def notes(fact: str, data: dict[str, Any]) -> dict[str, Note]:
    """The notes of a fact, by who gets them."""
    found = workspace.notes(fact, data, ZONE)
    assert len({(note.to, note.key) for note in found}) == len(found)
    return {note.to.removeprefix("person:"): note for note in found}


def everything(message: Message) -> str:
    """All that a reader of the message, or of what goes over the wire, could find in it."""
    drawn = (block_kit.render(message).blocks, adaptive_card.render(message, eligible=True).card)
    return f"{message.model_dump_json()} {drawn}"


def rendering(message: Message) -> str:
    """What is read of it in both chats, by whoever may press everything."""
    buttons = "\n".join(f"[{button.label}] {button.command}" for button in message.every_button)
    slack = "\n".join(block_text(World(), block, []) for block in block_kit.render(message).blocks)
    teams = read(adaptive_card.render(message, eligible=True).card).plain
    chats = textwrap.indent(f"In Slack:\n{slack}\n\nIn Teams:\n{teams}", "  ")
    return f"{message.severity}: {message.summary}\n\n{chats}\n\n{buttons}\n"


def same_as_golden(name: str, text: str) -> None:
    file = GOLDEN / f"workspace_{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), "look at it, then run the test with UPDATE_GOLDEN=1"


@pytest.mark.parametrize("name", CARDS)
def test_the_card_reads_as_agreed(name: str) -> None:
    same_as_golden(name, rendering(card(CARDS[name])))


@pytest.mark.parametrize("name", ["approval", "asking", "waiting_tonight", "failed", "refused", "failed_partly"])
def test_the_discreet_card_reads_as_agreed(name: str) -> None:
    same_as_golden(f"{name}_discreet", rendering(card(CARDS[name], discreet=True)))


def test_no_golden_text_without_its_card() -> None:
    texts = {path.stem.removeprefix("workspace_") for path in GOLDEN.glob("workspace_*.txt")}
    assert {text for text in texts if not text.endswith("_discreet") and not text.startswith("note_")} == set(CARDS)


def test_every_phase_has_a_card_and_the_snapshot_is_whole() -> None:
    assert {data["phase"] for data in CARDS.values()} == set(get_args(Phase))
    assert all(data.keys() == WorkspaceSnapshot.__annotations__.keys() for data in CARDS.values())
    assert STORIES[RUN.partition("-")[0]] is workspace


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("total", [1, 3])
def test_every_operation_has_its_words_in_every_phase(op: str, total: int) -> None:
    for data in CARDS.values():
        targets = (data["targets"] * 3)[:total]
        changed = data | {"op": op, "total": total, "targets": targets}
        for message in (card(changed), card(changed, discreet=True)):
            assert "{" not in text_of(message)
            assert message.title[0].isupper() or message.title[0].isdigit()
        for fact in get_args(WorkspaceFact):
            assert all("{" not in text_of(note.message) for note in workspace.notes(fact, changed, ZONE))


@pytest.mark.parametrize("name", CARDS)
def test_a_discreet_card_says_nothing_of_whose_it_is(name: str) -> None:
    secrets = ("ws-", "mika", "oda", "ada", "alex", "ren", "WSAMZN", "@", "black", "customer", "win10", "Standard")
    data = CARDS[name]
    if data["problem"] is None:
        data = data | {"problem": "ws-0a1b2c3d4 of mika is not there"}
    message = card(data, discreet=True)
    shown = everything(message).replace("schemas/adaptive-card", "").replace("adaptivecards.io", "")
    found = [secret for secret in secrets if secret in shown.replace(RUN, "")]
    assert found == []
    assert message.every_button == ()
    assert message.files == ()


def test_those_who_may_decide_have_the_buttons_while_it_is_open() -> None:
    audience = card(CARDS["approval"]).audience
    assert audience is not None
    assert (audience.people, audience.run) == ((ADA, ALEX), RUN)
    assert [button.command for button in audience.buttons] == [f"approve {RUN}", f"refuse {RUN}"]
    counted = card(CARDS["approval_quorum"]).audience
    assert counted is not None
    assert counted.people == (ADA,), "who has decided has"
    others = [name for name, data in CARDS.items() if data["phase"] != "approval"]
    assert all(card(CARDS[name]).audience is None for name in others)
    own = snapshot(phase="approval", approval=approval(approvers=[ODA, ADA]))
    assert card(own).audience == audience.model_copy(update={"people": (ADA,)})


@pytest.mark.parametrize("name", CARDS)
def test_it_can_be_cancelled_while_nothing_was_done_and_tried_again_when_it_failed(name: str) -> None:
    data = CARDS[name]
    labels = [button.label for button in card(data).buttons]
    assert ("Cancel" in labels) == (data["phase"] in BEFORE)
    lost = data["phase"] in ("failed", "gave up", "expired", "void", "unanswered")
    assert ("Try again" in labels) == (lost and data["total"] == 1)


def test_the_person_is_asked_with_everything_that_they_need() -> None:
    (note,) = notes("OwnerAsked", CARDS["asking"]).values()
    same_as_golden("note_asked", rendering(note.message))
    assert note.to == f"person:{MIKA}"
    assert [button.command for button in note.message.buttons] == [
        f"rebuild answer {RUN} {choice}" for choice in ("now", "soon", "tonight", "no")
    ]
    assert "Without an answer nothing is done." in text_of(note.message)
    goes = CARDS["asking"] | {"plan": {"silence": "go"}}
    assert "it begins once nobody is connected" in text_of(notes("OwnerAsked", goes)[MIKA].message)


def test_those_who_have_not_decided_are_reminded_with_their_buttons() -> None:
    found = notes("ApprovalReminded", CARDS["approval_quorum"])
    assert set(found) == {ADA}
    same_as_golden("note_reminded", rendering(found[ADA].message))
    assert [button.label for button in found[ADA].message.buttons] == ["Approve", "Refuse"]
    assert notes("ApprovalReminded", CARDS["refused"]) == {}


@pytest.mark.parametrize(
    ("fact", "name", "who", "words"),
    [
        ("ApprovalGranted", "asking", ODA, "Ada approved that you rebuild the desktop of mika."),
        ("ApprovalRefused", "refused", ODA, "Ada refused: Mika is on a call with a customer. Nothing was done."),
        ("ApprovalExpired", "expired", ODA, "Nobody decided until 17:00 JST. Nothing was done; ask again"),
        ("PlanChanged", "void", ODA, "is not what was agreed to any more. Nothing was done; ask again"),
        (
            "OwnerAnswered",
            "waiting_tonight",
            ODA,
            "Mika agrees that you rebuild the desktop of mika: it begins at 20:00",
        ),
        ("OwnerSilent", "waiting_connected", ODA, "Mika did not answer. It begins once nobody is connected."),
        ("OwnerSilent", "unanswered", ODA, "Mika did not answer until 17:00 JST. Nothing was done"),
        ("WorkspaceBegun", "following", MIKA, "Your desktop is being rebuilt now, as oda asked. It takes about 30"),
        ("WorkspaceLate", "following", ODA, "for longer than it should, and usually takes about 30 minutes. AWS says"),
        (
            "WorkspaceFinished",
            "done",
            ODA,
            "The desktop of mika has been rebuilt. It took 25 min. It has a new address",
        ),
        ("WorkspaceFinished", "done", MIKA, "Your desktop has been rebuilt. It took 25 min."),
        (
            "WorkspaceFinished",
            "failed",
            ODA,
            "could not be rebuilt: DiskFull: The root volume cannot be attached. Look",
        ),
        ("WorkspaceFinished", "failed", MIKA, "Your desktop could not be rebuilt: DiskFull"),
        ("WorkspaceFinished", "failed_partly", ODA, "Restarting 4 desktops: 2 of 4 are done, 1 failed."),
        ("WorkspaceFinished", "unanswered", MIKA, "Rebuilding your desktop came to nothing. You did not answer until"),
        ("WorkspaceFinished", "declined", ODA, "Mika answered: Not me. Nothing was done"),
        ("WorkspaceFinished", "gave_up", ODA, "Somebody stayed connected for too long. Nothing was done"),
    ],
)
def test_whom_it_concerns_is_told(fact: str, name: str, who: str, words: str) -> None:
    assert words in text_of(notes(fact, CARDS[name])[who].message)


def test_the_end_is_said_once_and_not_to_whoever_made_it() -> None:
    refused, finished = (notes(fact, CARDS["refused"])[ODA].key for fact in ("ApprovalRefused", "WorkspaceFinished"))
    assert refused == finished
    assert notes("WorkspaceCancelled", CARDS["cancelled"]) == {}
    told = notes("WorkspaceCancelled", CARDS["cancelled"] | {"cancelled_by": ADA, **ASKED})
    assert set(told) == {ODA, MIKA}
    assert "Ada cancelled it before anything was done." in text_of(told[ODA].message)
    assert set(notes("WorkspaceFinished", CARDS["declined"])) == {ODA}, "whoever said so knows"
    assert set(notes("ApprovalRefused", CARDS["refused"])) == {ODA}, "nobody has asked its user yet"


def test_ones_own_desktop_is_ones_own() -> None:
    mine = CARDS["done"] | {"requester": MIKA}
    (note,) = notes("WorkspaceFinished", mine).values()
    assert text_of(note.message).startswith("✅ OK\n\nYour desktop has been rebuilt. It took 25 min.")
    assert notes("WorkspaceBegun", mine) == {}


def test_a_reason_with_a_full_stop_has_one() -> None:
    said_so = approval(state="refused", decisions=[said(ADA, "refused", "Restart it first.")])
    assert "Ada refused: Restart it first. Nothing" in everything(card(snapshot(phase="refused", approval=said_so)))


def test_what_waits_for_nothing_begins() -> None:
    assert card(snapshot(phase="waiting")).title == "Rebuilding the desktop of mika begins"
    assert card(CARDS["waiting_connected"]).title == "Rebuilding the desktop of mika has to wait"


def test_many_desktops_come_as_a_file_too() -> None:
    many = [target(id=f"ws-{number:09}", user=f"=user{number}", outcome="done") for number in range(60)]
    data = snapshot(**{**FLEET, "phase": "done", "targets": many, "total": 60, "done": 60}, **OVER_AT)
    (file,) = notes("WorkspaceFinished", data)[ODA].message.files
    rows = list(csv.DictReader(io.StringIO(file.content)))
    assert (len(rows), rows[0]["User"], rows[0]["Result"]) == (60, "'=user0", "done")
    assert "60 done, 0 failed" in text_of(card(data))
    assert notes("WorkspaceFinished", CARDS["failed_partly"])[ODA].message.files == ()


def test_facts_that_only_move_the_card_say_nothing_beside_it() -> None:
    quiet = {"WorkspaceAsked", "ApprovalCounted", "WorkspaceWaiting", "WorkspaceProgressed"}
    for fact in quiet | {"WorkspaceBraked", "WorkspaceReleased"}:
        assert workspace.notes(fact, CARDS["following"], ZONE) == ()


@pytest.mark.parametrize("name", CARDS)
def test_everybody_who_is_told_something_is_a_place(name: str) -> None:
    for fact in get_args(WorkspaceFact):
        for note in workspace.notes(fact, CARDS[name], ZONE):
            assert Place.parse(note.to).scheme == "person"
    assert set(get_args(Phase)) >= BEFORE | OVER
