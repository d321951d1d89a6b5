"""`/rebuild` in the language of chat: what is said before, what is in the way, and what is ordered."""

from collections.abc import Callable

import pytest

from aws_ops import runs, workspace_items
from aws_ops.table import Item
from aws_ops.upgrade_items import bundle_lock_key
from aws_ops.workspace_runs import Order
from commands.request import Person
from notifiers.delivery import TryLater
from notifiers.message import Facts
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.workspaces_seed import HOUR, MIKAS, RENS
from tests.commands.conftest import IDS, ONE_ENDPOINT, SEEING, VPN, Chat

APPROVED = ONE_ENDPOINT.replace("workspaces: {", "workspaces: {approval: [rebuild], ")
GOES_ON = ONE_ENDPOINT.replace("workspaces: {", 'workspaces: {silence: go, evening: "21:30", ask: 1h, ')


def meta_of(chat: Chat) -> Item:
    """The state of the only run of WorkSpaces."""
    (row,) = (row for row in runs.runs(chat.desk) if row.kind == "workspace")
    meta = chat.desk.table.get(*runs.run_key(row.id))
    assert meta is not None
    return meta


def order_of(chat: Chat) -> Order:
    """What that run was told."""
    return workspace_items.order_of_run(meta_of(chat))


def said(chat: Chat, name: str) -> dict[str, str]:
    """The facts of the last answer."""
    (facts,) = (block for block in chat.answers(name)[-1].blocks if isinstance(block, Facts))
    return {fact.label: fact.value for fact in facts.items}


def nothing_begun(chat: Chat) -> bool:
    return not any(row.kind == "workspace" for row in runs.runs(chat.desk))


def upgrading(chat: Chat) -> None:
    """From now on the office bundle is in an upgrade."""
    run = {"run": "upgrade-1", "kind": "upgrade", "what": "upgrade", "phase": "running", "started": 1, "requester": "x"}
    lock = {"run": "upgrade-1", "by": "oda@example.com", "image": seed.NEW_IMAGE, "old_image": seed.OLD_IMAGE}
    chat.desk.table.put(runs.keyed(runs.run_key("upgrade-1"), **run, **runs.opened("upgrade-1", 1)))
    chat.desk.table.put(runs.keyed(bundle_lock_key(seed.STANDARD), **lock))


# ---- one's own


async def test_ones_own_is_explained_confirmed_and_begun(chat: Chat) -> None:
    await chat.says("mika", "rebuild me it is slow")

    assert "Rebuild your desktop?" in chat.answer("mika")
    facts = said(chat, "mika")
    assert facts["Desktop"] == f"WSAMZN-A1B2C3D1 ({MIKAS}), user mika"
    assert facts["State"] == "On (AVAILABLE)"
    assert "02:00 JST" in facts["Connected"]
    assert facts["Snapshot of the user volume"] == "3 h old, from 15:00 JST"
    assert facts["Work"].startswith("No work that AWS knows of is lost")
    assert facts["Also lost"].startswith("Programs installed by hand")
    assert facts["Image"] == "office-2026-1, made Thu 22 Jun 2034 18:00 JST, of the bundle Office"
    assert facts["Last rebuild"] == "None that I made"
    assert facts["Takes"].startswith("about 30 minutes")
    assert "Your reason: it is slow" in chat.answer("mika")
    assert nothing_begun(chat)

    await chat.presses("mika", "Rebuild")

    assert "The rebuild of your desktop begins now, and takes about 30 minutes" in chat.answer("mika")
    order = order_of(chat)
    assert (order.op, order.requester, order.owner, order.owner_consents) == (
        "rebuild",
        *["mika@example.com"] * 2,
        True,
    )
    assert (order.ask_s, order.approval, order.reason) == (None, None, "it is slow")
    assert [target.id for target in order.targets] == [MIKAS]
    assert order.plan["bundle"] == "Office"
    assert order.plan["image"] == "office-2026-1"
    assert order.plan["connected"] is False
    assert order.digest
    assert chat.audited("mika")[-1] == (f"rebuild {MIKAS} it is slow", "done")


async def test_a_rebuild_without_a_word_is_ones_own(chat: Chat) -> None:
    await chat.says("mika", "rebuild")

    assert said(chat, "mika")["Desktop"].endswith("user mika")


async def test_whoever_is_connected_reads_that_they_are_cut_off_and_what_they_lose(chat: Chat) -> None:
    chat.aws.connect_workspace(MIKAS)

    await chat.says("mika", "rebuild me")

    facts = said(chat, "mika")
    assert facts["Connected"] == "Somebody is, now"
    assert facts["Work"] == (
        "Whatever was saved on the user volume since 15:00 JST is lost; somebody is working there now"
    )
    assert "whoever is connected to it is cut off, so save your work before" in chat.answer("mika")


async def test_closing_ones_session_before_confirming_changes_nothing(chat: Chat) -> None:
    chat.aws.connect_workspace(MIKAS)
    await chat.says("mika", "rebuild me")
    chat.aws.disconnect_workspace(MIKAS)

    await chat.presses("mika", "Rebuild")

    assert order_of(chat).plan["connected"] is False


async def test_work_after_the_snapshot_is_named(chat: Chat) -> None:
    chat.aws.connect_workspace(MIKAS)
    chat.later(600)
    chat.aws.disconnect_workspace(MIKAS)

    await chat.says("mika", "rebuild me")

    assert said(chat, "mika")["Work"].endswith("is lost; somebody was connected after that, at 18:10 JST")


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (seed.DAY, "No: the image is older than the last rebuild, unless the bundle was given another old one since"),
        (300 * seed.DAY, "Yes: the image was made after the last rebuild, on Thu 22 Jun 2034 18:00 JST"),
    ],
)
async def test_it_says_whether_it_is_also_an_upgrade(chat: Chat, ago: int, expected: str) -> None:
    at = int(chat.aws.workspaces.now()) - ago
    chat.desk.table.put({"pk": f"WS#{MIKAS}", "sk": "REBUILT", "at": at, "by": "oda@example.com", "run": "workspace-1"})

    await chat.says("mika", "rebuild me")

    assert said(chat, "mika")["Also an upgrade"] == expected
    assert said(chat, "mika")["Last rebuild"].endswith("asked for by oda@example.com")


async def test_amazons_own_image_can_be_told_by_nobody_and_hinders_nothing(chat: Chat) -> None:
    chat.aws.workspaces.workspaces[MIKAS].bundle = seed.AMAZONS

    await chat.says("mika", "rebuild me")

    assert said(chat, "mika")["Image"] == "Amazon's own, of the bundle Standard with Windows 11"
    assert said(chat, "mika")["Also an upgrade"].startswith("It cannot be told how old the image is")


async def test_another_image_between_question_and_answer_is_another_plan(chat: Chat) -> None:
    await chat.says("mika", "rebuild me")
    chat.aws.workspaces.bundles[seed.STANDARD].image = seed.NEW_IMAGE

    await chat.presses("mika", "Rebuild")

    assert "What this would do has changed since you were asked, so nothing was done" in chat.answer("mika")
    assert nothing_begun(chat)


async def test_begun_also_where_the_connection_cannot_be_read_for_the_card(chat: Chat) -> None:
    await chat.says("mika", "rebuild me")
    chat.aws.fault("WorkSpaces", "DescribeWorkspacesConnectionStatus", error="AccessDeniedException", times=100)

    await chat.presses("mika", "Rebuild")

    assert order_of(chat).plan["connected"] is None


async def test_to_one_that_is_stopped_nobody_is_connected(chat: Chat) -> None:
    chat.aws.put_workspace(MIKAS, "STOPPED")
    await chat.says("mika", "rebuild me")

    await chat.presses("mika", "Rebuild")

    assert order_of(chat).plan["connected"] is False


# ---- somebody else's


async def test_somebody_elses_is_asked_for_a_while_and_silence_stops(chat: Chat) -> None:
    await chat.says("oda", f"rebuild @{IDS['ren']} it no longer starts")

    answer = chat.answer("oda")
    assert "Rebuild the desktop of ren?" in answer
    assert (
        "ren is asked in a direct message, for 30 min: now, in 15 minutes, tonight at 20:00 in their zone, or not at "
        "all. Without an answer by then nothing is rebuilt."
    ) in answer

    await chat.presses("oda", "Ask ren")

    assert "ren is asked when it may be rebuilt, and has until 18:30 JST to answer." in chat.answer("oda")
    order, meta = order_of(chat), meta_of(chat)
    assert (order.owner, order.owner_consents, order.ask_s) == ("ren@example.com", False, 1800)
    assert (order.silence, order.patience_s) == ("stop", 12 * HOUR)
    assert meta["phase"] == "asking"
    assert order.plan["evening"] == "20:00"
    places = chat.desk.table.query(f"RUN#{meta['run']}", prefix="PLACE#")
    assert {item["place"]: item["discreet"] for item in places} == {str(VPN): True, "person:oda@example.com": False}


async def test_nobodys_is_rebuilt_unasked_because_their_chat_does_not_answer(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: str) -> Person | None:
        raise TryLater("no answer")

    monkeypatch.setattr(chat.known, "known", away)

    await chat.says("oda", f"rebuild {RENS} it is slow")

    assert chat.answers("oda")[-1].summary == (
        "I can't look up ren@example.com right now, so I can't tell whether they can be asked, and nothing was done: "
        "try again in a minute."
    )


async def test_where_readers_may_see_whose_it_is_the_card_is_not_discreet(chat: Chat) -> None:
    await chat.says("oda", "rebuild ren", SEEING)
    await chat.presses("oda", "Ask ren", SEEING)

    places = chat.desk.table.query(f"RUN#{meta_of(chat)['run']}", prefix="PLACE#")
    assert {item["place"]: item["discreet"] for item in places}[str(SEEING)] is False


async def test_where_silence_goes_on_the_question_says_so(chat: Chat) -> None:
    chat.use(GOES_ON)

    await chat.says("oda", "rebuild ren")

    answer = chat.answer("oda")
    assert "for 1 h: now, in 15 minutes, tonight at 21:30 in their zone" in answer
    assert "Without an answer by then it begins once nobody is connected, and is given up after 12 h." in answer


async def test_nobody_can_be_asked_whom_no_chat_knows(chat: Chat) -> None:
    await chat.says("oda", f"rebuild {seed.ALWAYS_ON}")

    assert (
        "Nobody can be asked, because aiko.tanaka@example.com is not known to me in any chat: it begins once AWS says "
        "that nobody is connected, and is given up after 12 h."
    ) in chat.answer("oda")
    await chat.presses("oda", "Rebuild")

    assert (order_of(chat).ask_s, order_of(chat).owner_consents, meta_of(chat)["phase"]) == (None, False, "waiting")
    assert "begins once AWS says that nobody is connected" in chat.answer("oda")


async def test_an_error_of_awss_is_told_and_that_it_may_never_begin(chat: Chat) -> None:
    await chat.says("oda", f"rebuild {seed.BROKEN}")

    assert said(chat, "oda")["State"] == "Broken (ERROR)"
    assert said(chat, "oda")["AWS says"]
    assert "As long as AWS does not tell, as now, it does not begin." in chat.answer("oda")


async def test_where_an_approval_is_needed_it_says_whose(chat: Chat) -> None:
    chat.use(APPROVED)

    await chat.says("oda", "rebuild ren broken")

    answer = chat.answer("oda")
    assert "First an approver has to agree within 8 h, or nothing is done: ada@example.com." in answer
    assert "Then ren is asked in a direct message" in answer
    await chat.presses("oda", "Ask for approval")

    assert (
        "The rebuild of ren's desktop waits until Tue 9 Jan 02:00 JST for an approval of ada@example.com."
        in chat.answer("oda")
    )
    approval = order_of(chat).approval
    assert approval is not None
    assert (approval.approvers, approval.quorum, approval.deadline_s) == (("ada@example.com",), 1, 8 * HOUR)
    assert meta_of(chat)["phase"] == "approval"


async def test_ones_own_needs_no_approval(chat: Chat) -> None:
    chat.use(APPROVED)

    await chat.says("mika", "rebuild me")
    await chat.presses("mika", "Rebuild")

    assert order_of(chat).approval is None


async def test_while_its_bundle_is_upgraded_even_ones_own_needs_one(chat: Chat) -> None:
    upgrading(chat)

    await chat.says("mika", "rebuild me")

    answer = chat.answer("mika")
    assert (
        f"The bundle Office is in an upgrade from the image {seed.OLD_IMAGE} to {seed.NEW_IMAGE}, asked for by "
        "oda@example.com: a rebuild brings whichever of them the bundle has then, so it needs an approval."
    ) in answer
    assert "First an approver has to agree within 8 h, or nothing is done: ada@example.com." in answer
    await chat.presses("mika", "Ask for approval")

    assert order_of(chat).approval is not None
    assert meta_of(chat)["phase"] == "approval"


async def test_the_end_of_an_upgrade_is_another_plan(chat: Chat) -> None:
    upgrading(chat)
    await chat.says("mika", "rebuild me")
    chat.desk.table.delete(*bundle_lock_key(seed.STANDARD))

    await chat.presses("mika", "Ask for approval")

    assert nothing_begun(chat)


async def test_without_an_approver_beside_oneself_it_is_refused(chat: Chat) -> None:
    chat.use(APPROVED.replace(IDS["ada"], IDS["oda"]))

    await chat.says("oda", "rebuild ren")

    assert "This needs 1 approver beside you, and I know of none: ask an admin" in chat.answer("oda")
    assert nothing_begun(chat)


async def test_two_approvers_of_several(chat: Chat) -> None:
    both = APPROVED.replace(f"[{IDS['ada']}]", f"[{IDS['ada']}, {IDS['alex']}]")
    chat.use(f"{both}\napprovals: {{quorum: 2, deadline: 2h}}")

    await chat.says("oda", "rebuild ren")

    assert (
        "First 2 approvers have to agree within 2 h, or nothing is done, out of ada@example.com, alex@example.com."
        in chat.answer("oda")
    )


# ---- what is in the way


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("PENDING", "wait until it is AVAILABLE, then ask again"),
        ("STARTING", "it is being started: wait until that is over"),
        ("STOPPING", "it is being stopped: wait until that is over"),
        ("REBUILDING", "it is being rebuilt already: nothing more is needed"),
        ("RESTORING", "it is being restored: wait"),
        ("UPDATING", "AWS is updating it: wait"),
        ("MAINTENANCE", "AWS is maintaining it: wait"),
        ("ADMIN_MAINTENANCE", "ask an operator to end that first"),
        ("IMPAIRED", f"type /workspace stop {MIKAS} first, and rebuild it once it is STOPPED"),
        ("SUSPENDED", "ask an admin to write to AWS Support"),
        ("TERMINATING", "what is deleted cannot be rebuilt"),
    ],
)
async def test_a_state_that_forbids_it_says_what_to_do(chat: Chat, state: str, expected: str) -> None:
    chat.aws.put_workspace(MIKAS, state)

    await chat.says("mika", "rebuild me")

    assert f"{MIKAS} cannot be rebuilt while it is {state}" in chat.answer("mika")
    assert expected in chat.answer("mika")
    assert not chat.answers("mika")[-1].buttons


async def test_a_state_that_is_new_to_us_forbids_it(chat: Chat) -> None:
    spaces = chat.aws.workspaces
    spaces.workspaces[MIKAS].becomes(spaces.now(), "SOMETHING_NEW")

    await chat.says("mika", "rebuild me")

    assert "AWS takes it only from AVAILABLE, ERROR, REBOOTING, STOPPED, UNHEALTHY" in chat.answer("mika")


@pytest.mark.parametrize("state", ["AVAILABLE", "ERROR", "UNHEALTHY", "STOPPED", "REBOOTING"])
async def test_the_states_that_allow_it(chat: Chat, state: str) -> None:
    chat.aws.put_workspace(MIKAS, state)

    await chat.says("mika", "rebuild me")

    assert [button.label for button in chat.answers("mika")[-1].buttons] == ["Rebuild"]


async def test_an_operator_reads_how_maintenance_ends(chat: Chat) -> None:
    await chat.says("oda", f"rebuild {seed.IN_MAINTENANCE}")

    assert f"type /workspace maintenance off {seed.IN_MAINTENANCE} first" in chat.answer("oda")


async def test_one_that_never_stops_waits_while_it_is_impaired(chat: Chat) -> None:
    chat.aws.put_workspace(seed.ALWAYS_ON, "IMPAIRED")

    await chat.says("oda", f"rebuild {seed.ALWAYS_ON}")

    assert "wait until AWS calls it AVAILABLE or UNHEALTHY, then ask again" in chat.answer("oda")


def _image(chat: Chat) -> None:
    chat.aws.workspaces.images.pop(seed.OLD_IMAGE)


def _no_bundle(chat: Chat) -> None:
    chat.aws.workspaces.bundles.pop(seed.STANDARD)


def _no_snapshot(chat: Chat) -> None:
    chat.aws.snapshot_workspace(MIKAS, taken=False)


def _no_key(chat: Chat) -> None:
    chat.aws.workspaces.workspaces[MIKAS].key = seed.KEY.replace("0a1b2c3d-", "ffffffff-")


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (_no_snapshot, f"There is no snapshot of the user volume of {MIKAS} yet, so everything on it would be lost."),
        (_no_bundle, f"is no longer there, so there is nothing to rebuild {MIKAS} from: ask an admin"),
        (_image, f"is no longer there, so there is nothing to rebuild {MIKAS} from: ask an admin"),
        (_no_key, "is not enabled, so a rebuild would leave no desktop: ask whoever keeps your keys"),
    ],
)
async def test_what_is_missing_is_in_the_way(chat: Chat, happens: Callable[[Chat], None], expected: str) -> None:
    happens(chat)

    await chat.says("mika", "rebuild me")

    assert expected in chat.answer("mika")
    assert not chat.answers("mika")[-1].buttons


@pytest.mark.parametrize(
    ("service", "operation", "what"),
    [
        ("WorkSpaces", "DescribeWorkspaceSnapshots", "Its snapshots cannot be read"),
        ("WorkSpaces", "DescribeWorkspaceBundles", "Its bundle cannot be read"),
        ("WorkSpaces", "DescribeWorkspaceImages", "Its image cannot be read"),
        ("WorkSpaces", "DescribeTags", "cannot be read, so I can't tell whether it is protected"),
        ("KMS", "DescribeKey", "The key of its volumes cannot be read"),
    ],
)
async def test_what_cannot_be_read_is_not_fine(chat: Chat, service: str, operation: str, what: str) -> None:
    chat.aws.workspaces.workspaces[MIKAS].key = seed.KEY
    chat.aws.fault(service, operation, error="AccessDeniedException", times=100)

    await chat.says("mika", "rebuild me")

    assert what in chat.answer("mika")
    assert "try again in a minute" in chat.answer("mika")
    assert not chat.answers("mika")[-1].buttons


async def test_an_image_that_is_not_ready_is_waited_for(chat: Chat) -> None:
    image = chat.aws.workspaces.images[seed.OLD_IMAGE]
    object.__setattr__(image, "state", "PENDING")

    await chat.says("mika", "rebuild me")

    assert "The image office-2026-1 of the bundle Office is PENDING: wait until it is AVAILABLE" in chat.answer("mika")


async def test_a_protected_one_is_rebuilt_by_nobody(chat: Chat) -> None:
    await chat.says("oda", f"rebuild {seed.PROTECTED}")

    assert "is protected by the tag deskside:protect, so nobody changes it from here" in chat.answer("oda")


async def test_one_that_is_gone_since_a_moment_ago(chat: Chat) -> None:
    await chat.says("mika", "rebuild me")
    chat.aws.workspaces.workspaces.pop(MIKAS)

    await chat.presses("mika", "Rebuild")

    assert f"AWS has no WorkSpace {MIKAS} any more, so there is nothing to rebuild." in chat.answer("mika")


async def test_one_that_has_become_somebody_elses_within_the_minute(chat: Chat) -> None:
    chat.use(ONE_ENDPOINT.replace("domains: [example.com]", 'domains: [example.com], directory_user: "tag:Owner"'))
    await chat.says("mika", "rebuild me")
    assert "Rebuild your desktop?" in chat.answer("mika")
    chat.aws.workspaces.workspaces[MIKAS].tags["Owner"] = "ren@example.com"

    await chat.says("mika", "rebuild me")

    assert "Whose desktop this is has just changed, so nothing was done" in chat.answer("mika")


async def test_two_rebuilds_of_one_desktop(chat: Chat) -> None:
    await chat.says("oda", "rebuild ren")
    await chat.presses("oda", "Ask ren")

    await chat.says("ren", "rebuild me")

    answer = chat.answer("ren")
    assert f"{RENS} is busy: oda@example.com asked that it be rebuilt, which is not over yet" in answer
    assert f"/workspace cancel {meta_of(chat)['run']}" in answer


async def test_two_questions_of_one_rebuild_begin_one(chat: Chat) -> None:
    await chat.says("oda", "rebuild ren")
    (first,) = (button.command for button in chat.answers("oda")[-1].buttons)
    await chat.says("oda", "rebuild ren")
    await chat.presses("oda", "Ask ren")

    await chat.says("oda", str(first), via="button")

    assert "is busy" in chat.answer("oda")
    assert meta_of(chat)["phase"] == "asking"


async def test_staff_learn_nothing_of_anothers(chat: Chat) -> None:
    answers = []
    for target in ("ren", RENS, "ws-0000000zz", "nobody.here", f"@{IDS['ren']}", "tag:Env=Prod"):
        await chat.says("mika", f"rebuild {target} why not")
        answers.append(chat.answer("mika").replace(target, "X"))

    assert set(answers) == {answers[0]}
    assert "Only an operator may do /rebuild X why not" in answers[0]
