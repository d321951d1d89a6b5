"""Changing WorkSpaces: what is asked first, what is ordered, and who looks on."""

import pytest

from aws_ops import runs, workspace_items, workspace_runs
from aws_ops.approvals import Terms
from aws_ops.workspace_items import Order
from notifiers.place import Place
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.workspaces_state import Session, Stage
from tests.commands.conftest import ELSEWHERE, IDS, NOT_A_MEMBER, ONE_ENDPOINT, SEEING, Chat

MIKAS_CHAT = Place(scheme="slack", id="D0MIKA00001")


def ordered(chat: Chat) -> list[Order]:
    """What was ordered, the newest first."""
    found = runs.runs(chat.desk)
    return [workspace_items.order_of_run(chat.desk.table.get(*runs.run_key(run.id)) or {}) for run in found]


def looking_on(chat: Chat) -> dict[str, bool]:
    """Who follows the newest run, and whether it is discreet there."""
    run = runs.runs(chat.desk)[0].id
    return {item["place"]: item["discreet"] for item in chat.desk.table.query(f"RUN#{run}", prefix="PLACE#")}


def set_state(chat: Chat, workspace: str, state: str) -> None:
    stages = chat.aws.workspaces.workspaces[workspace].stages
    stages.append(Stage(stages[-1].start + 1, state))


def connect(chat: Chat, workspace: str) -> None:
    chat.aws.workspaces.workspaces[workspace].sessions.append(Session(chat.aws.workspaces.now() - 3600))


def disconnect(chat: Chat, workspace: str) -> None:
    chat.aws.workspaces.workspaces[workspace].sessions.clear()


async def test_ones_own_that_nobody_uses_restarts_at_once(chat: Chat) -> None:
    await chat.says("mika", "workspace reboot")

    assert chat.answers("mika")[-1].summary == (
        "Your desktop is being restarted. The live card is here, and in your own chat with me."
    )
    (order,) = ordered(chat)
    assert (order.op, order.requester, order.owner, order.owner_consents) == (
        "reboot",
        "mika@example.com",
        "mika@example.com",
        True,
    )
    assert [(target.id, target.user) for target in order.targets] == [(seed.MIKAS, "mika")]
    assert (order.approval, order.ask_s, order.role) == (None, None, None)
    assert chat.audited("mika") == [
        (f"workspace reboot {seed.MIKAS}", "accepted"),
        (f"workspace reboot {seed.MIKAS}", "done"),
    ]


async def test_more_than_a_run_may_have_are_refused(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_runs, "MOST", 1)
    await chat.says("oda", "workspace stop tag:Env=Prod")

    assert "1 at a time are the most" in chat.answer("oda")
    assert ordered(chat) == []


async def test_an_order_says_which_tags_are_looked_at_again_before_it_is_done(chat: Chat) -> None:
    await chat.says("mika", "workspace reboot")
    chat.use(ONE_ENDPOINT.replace("[example.com]}", "[example.com], directory_user: 'tag:Owner'}"))
    chat.aws.workspaces.workspaces[seed.RENS].tags["Owner"] = "ren@example.com"
    await chat.says("ren", "workspace reboot")

    assert [(order.protect, order.owned_by) for order in ordered(chat)] == [
        ("deskside:protect", ("Owner", "ren@example.com")),
        ("deskside:protect", None),
    ]


@pytest.mark.parametrize("op", ["stop", "reboot"])
async def test_where_somebody_is_connected_it_is_confirmed(chat: Chat, op: str) -> None:
    connect(chat, seed.MIKAS)

    await chat.says("mika", f"workspace {op}")

    assert "Somebody is connected, and is cut off." in chat.answer("mika")
    assert ordered(chat) == []
    await chat.presses("mika", "Stop" if op == "stop" else "Restart")
    assert [order.op for order in ordered(chat)] == [op]


async def test_where_nobody_can_tell_it_is_confirmed_too(chat: Chat) -> None:
    set_state(chat, seed.BROKEN, "ERROR")

    await chat.says("oda", f"workspace stop {seed.BROKEN}")

    assert "AWS does not tell whether somebody is connected; whoever is, is cut off." in chat.answer("oda")
    assert ordered(chat) == []


async def test_whoever_disconnects_before_the_confirmation_does_not_undo_it(chat: Chat) -> None:
    connect(chat, seed.MIKAS)
    await chat.says("mika", "workspace stop")
    disconnect(chat, seed.MIKAS)

    await chat.presses("mika", "Stop")
    await chat.presses("mika", "Stop")

    assert len(ordered(chat)) == 1
    assert "confirmed already" in chat.answer("mika")


async def test_a_stopped_one_is_started(chat: Chat) -> None:
    set_state(chat, seed.MIKAS, "STOPPED")

    await chat.says("mika", "workspace start me")

    assert [order.op for order in ordered(chat)] == ["start"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            f"workspace start {seed.RENS}",
            "WSAMZN-A1B2C3D2 is on (AVAILABLE) already, so nothing was done.",
        ),
        (
            f"workspace stop {seed.ALWAYS_ON}",
            "WSAMZN-A1B2C3E1 cannot be stopped, because it is always on, so nothing was done.",
        ),
        (
            f"workspace reboot {seed.STOPPED}",
            "WSAMZN-A1B2C3E2 is stopped, and AWS can restart one only while it is AVAILABLE or REBOOTING or "
            "UNHEALTHY, so nothing was done.",
        ),
        (
            f"workspace restore {seed.NEW}",
            f"{seed.NEW} is being created (PENDING), and AWS can restore one only while it is AVAILABLE or ERROR or "
            "STOPPED or UNHEALTHY, so nothing was done.",
        ),
        (
            f"workspace maintenance off {seed.RENS}",
            "WSAMZN-A1B2C3D2 is on (AVAILABLE) already, so nothing was done.",
        ),
    ],
)
async def test_what_the_state_does_not_allow_is_refused_with_the_reason(chat: Chat, words: str, sentence: str) -> None:
    await chat.says("oda", words)

    assert chat.answers("oda")[-1].summary == sentence
    assert ordered(chat) == []


@pytest.mark.parametrize("words", ["start", "stop", "reboot", "restore", "maintenance on", "terminate"])
@pytest.mark.parametrize("fresh", [False, True])
async def test_a_protected_one_is_changed_by_nobody(chat: Chat, words: str, fresh: bool) -> None:
    if fresh:
        await chat.says("oda", "workspace list")
    await chat.says("oda", f"workspace {words} {seed.PROTECTED}")

    assert f"{seed.PROTECTED} is protected by the tag deskside:protect, so nobody changes it" in chat.answer("oda")
    assert ordered(chat) == []


async def test_a_tag_changes_all_that_it_can_after_a_confirmation(chat: Chat) -> None:
    finance = {one.id: one for one in chat.aws.workspaces.workspaces.values() if one.tags["Team"] == "Finance"}
    stoppable = {
        one.id
        for one in finance.values()
        if one.properties.mode != "ALWAYS_ON"
        and one.stage(chat.aws.workspaces.now()).state == "AVAILABLE"
        and one.id != seed.PROTECTED
    }

    await chat.says("oda", "workspace stop tag:Team=Finance")

    question = chat.answer("oda")
    assert f"Stop {len(stoppable)} WorkSpaces?" in question
    assert f"{len(finance) - len(stoppable)} more that you named are left as they are:" in question
    assert "is protected by a tag." in question
    assert ordered(chat) == []

    await chat.presses("oda", "Stop")

    (order,) = ordered(chat)
    assert {target.id for target in order.targets} == stoppable
    assert (order.owner, order.owner_consents, order.what) == (None, False, f"stop {len(stoppable)} WorkSpaces")


async def test_what_a_tag_means_must_not_have_changed(chat: Chat) -> None:
    await chat.says("oda", "workspace stop tag:Team=Support")
    chat.aws.workspaces.workspaces[seed.MIKAS].tags["Team"] = "Support"
    chat.later(61)

    await chat.presses("oda", "Stop")

    assert "What this would do has changed since you were asked" in chat.answer("oda")
    assert ordered(chat) == []


async def test_a_tag_that_means_one_other_by_now_is_not_what_was_confirmed(chat: Chat) -> None:
    spaces = chat.aws.workspaces.workspaces
    for one in spaces.values():
        one.tags["Room"] = "4" if one.id in {seed.MIKAS, seed.RENS} else "5"
    await chat.says("oda", "workspace reboot tag:Room=4")
    spaces[seed.MIKAS].tags["Room"] = spaces[seed.RENS].tags["Room"] = "5"
    spaces[seed.ADAS].tags["Room"] = "4"
    chat.later(61)

    await chat.presses("oda", "Restart")

    assert "What this would do has changed since you were asked" in chat.answer("oda")
    assert ordered(chat) == []


async def test_a_tag_of_which_none_can_be_is_refused(chat: Chat) -> None:
    await chat.says("oda", "workspace start tag:Owner=ren@example.com")
    assert "is on (AVAILABLE) already" in chat.answer("oda")

    await chat.says("oda", "workspace reboot tag:deskside:protect")
    assert "is protected by the tag" in chat.answer("oda")

    await chat.says("oda", "workspace maintenance off tag:Team=Finance")
    assert len(chat.form.fields[0].choices) > 5
    assert ordered(chat) == []


async def test_a_tag_is_confirmed_also_where_only_one_of_them_can_be(chat: Chat) -> None:
    for one in chat.aws.workspaces.workspaces.values():
        one.tags["Room"] = "4" if one.id in {seed.MIKAS, seed.RENS, seed.STOPPED} else "5"

    await chat.says("oda", "workspace start tag:Room=4")

    assert "2 more that you named are left as they are:" in chat.answer("oda")
    assert ordered(chat) == []
    await chat.presses("oda", "Start")
    assert [[target.id for target in order.targets] for order in ordered(chat)] == [[seed.STOPPED]]


# ---- who looks on


@pytest.mark.parametrize(
    ("place", "places"),
    [
        (ELSEWHERE, {str(ELSEWHERE): True, "person:mika@example.com": False}),
        (SEEING, {str(SEEING): False, "person:mika@example.com": False}),
        (Place(scheme="slack", id="C0ADMIN001"), {"slack:C0ADMIN001": False, "person:mika@example.com": False}),
        (NOT_A_MEMBER, {"person:mika@example.com": False}),
        (MIKAS_CHAT, {"person:mika@example.com": False}),
    ],
)
async def test_the_card_is_discreet_where_not_everybody_may_know(
    chat: Chat, place: Place, places: dict[str, bool]
) -> None:
    await chat.says("mika", "workspace reboot", place)

    assert looking_on(chat) == places


async def test_what_is_approved_is_shown_to_those_who_approve(chat: Chat) -> None:
    chat.use(f"{ONE_ENDPOINT}\napprovals: {{places: [slack:C0YES00001], quorum: 1}}\n")

    await chat.says("oda", f"workspace terminate {seed.RENS} he left")
    await chat.presses("oda", "Ask for approval")

    assert looking_on(chat) == {
        "slack:C0VPN00001": True,
        "person:oda@example.com": False,
        "person:ada@example.com": False,
        "slack:C0YES00001": False,
    }


async def test_it_can_be_decided_where_it_was_asked_for_if_that_is_done_there(chat: Chat) -> None:
    chat.use(f"{ONE_ENDPOINT}\napprovals: {{places: ['{ELSEWHERE}']}}\n")

    await chat.says("oda", f"workspace terminate {seed.RENS}", ELSEWHERE)
    await chat.presses("oda", "Ask for approval", ELSEWHERE)
    assert looking_on(chat)[str(ELSEWHERE)] is False, "a discreet card has no buttons to decide with"

    chat.later(1)
    await chat.says("mika", "workspace reboot", ELSEWHERE)
    assert looking_on(chat)[str(ELSEWHERE)] is True, "nobody has to decide this"


# ---- restore and terminate


async def test_a_restore_is_always_confirmed(chat: Chat) -> None:
    await chat.says("mika", "workspace restore me it got slow")

    question = chat.answer("mika")
    assert "Restore your desktop?" in question
    assert "Snapshot of both volumes: 3 h old, from 15:00 JST" in question
    assert "whatever was saved or installed since then is lost" in question
    assert "It begins at once." in question
    assert "Your reason: it got slow" in question
    assert ordered(chat) == []

    await chat.presses("mika", "Restore")

    (order,) = ordered(chat)
    assert (order.op, order.reason, order.owner_consents) == ("restore", "it got slow", True)
    assert order.digest is not None
    assert order.plan["snapshot"] == chat.aws.workspaces.now() - 3 * 3600


async def test_somebody_elses_is_restored_when_they_say_so(chat: Chat) -> None:
    await chat.says("oda", f"workspace restore {seed.RENS}")

    question = chat.answer("oda")
    assert "ren@example.com is asked in a direct message, for 30 min; without an answer by then nothing" in question
    await chat.presses("oda", "Ask ren@example.com")

    (order,) = ordered(chat)
    assert (order.owner, order.owner_consents, order.ask_s, order.silence) == ("ren@example.com", False, 1800, "stop")
    assert chat.answers("oda")[-1].summary.startswith(
        "ren@example.com is asked when you may restore the desktop of ren."
    )
    assert [button.label for button in chat.answers("oda")[-1].buttons] == ["Cancel"]


async def test_whom_nobody_knows_is_not_asked(chat: Chat) -> None:
    await chat.says("oda", f"workspace restore {seed.UNHEALTHY}")
    await chat.presses("oda", "Restore")

    (order,) = ordered(chat)
    assert (order.owner, order.ask_s) == ("chen.wei@example.com", None)


async def test_a_restore_needs_a_snapshot(chat: Chat) -> None:
    chat.aws.workspaces.workspaces[seed.MIKAS].snapshots_lost = chat.aws.workspaces.now()

    await chat.says("mika", "workspace restore")

    assert "AWS has no snapshot to restore WSAMZN-A1B2C3D1 from yet" in chat.answer("mika")


async def test_somebody_elses_is_deleted_after_an_approval(chat: Chat) -> None:
    await chat.says("oda", f"workspace terminate {seed.RENS} he left")

    question = chat.answer("oda")
    assert "Delete the desktop of ren?" in question
    assert "everything on its volumes are deleted, and nothing brings them back" in question
    assert "First an approver has to agree within 8 h, or nothing is done: ada@example.com." in question
    assert "It begins when AWS says that nobody is connected, and is given up after 12 h." in question

    await chat.presses("oda", "Ask for approval")

    (order,) = ordered(chat)
    assert order.approval == Terms(quorum=1, deadline_s=8 * 3600, remind_s=3600, approvers=("ada@example.com",))
    assert (order.op, order.reason, order.ask_s) == ("terminate", "he left", None)
    assert order.plan["connected"] is False
    assert "An approver is asked whether you may delete the desktop of ren." in chat.answer("oda")


async def test_nobody_approves_their_own_wish(chat: Chat) -> None:
    chat.use(ONE_ENDPOINT.replace(f"slack_users: [{IDS['oda']}]", f"slack_users: [{IDS['oda']}, {IDS['ada']}]"))

    await chat.says("ada", f"workspace terminate {seed.RENS}")

    assert "This needs 1 approver beside you, and I know of none" in chat.answer("ada")
    assert ordered(chat) == []


async def test_a_quorum_needs_as_many_approvers(chat: Chat) -> None:
    chat.use(f"{ONE_ENDPOINT}\napprovals: {{quorum: 2}}\n")

    await chat.says("oda", f"workspace terminate {seed.RENS}")

    assert "This needs 2 approvers beside you, and I know of 1" in chat.answer("oda")


async def test_an_operator_deletes_their_own_without_one(chat: Chat) -> None:
    await chat.says("oda", "workspace terminate me")
    await chat.presses("oda", "Delete")

    (order,) = ordered(chat)
    assert (order.approval, order.owner_consents) == (None, True)


async def test_nothing_is_deleted_because_nothing_else_was_named(chat: Chat) -> None:
    await chat.says("oda", "workspace terminate")

    assert (chat.form.command, [field.name for field in chat.form.fields]) == ("workspace terminate", ["target"])
    await chat.submits("oda", target="ren")
    assert "Delete the desktop of ren?" in chat.answer("oda")


async def test_what_is_destroyed_already_is_not_begun_twice(chat: Chat) -> None:
    await chat.says("oda", f"workspace restore {seed.RENS}")
    await chat.presses("oda", "Ask ren@example.com")

    await chat.says("ren", "workspace restore")

    sentence = chat.answers("ren")[-1].summary
    assert sentence.startswith(f"{seed.RENS} is busy: oda@example.com asked that it be restored, which is not over yet")
    assert "cancel it with /workspace cancel workspace-" in sentence
    assert len(ordered(chat)) == 1


@pytest.mark.parametrize("typed", ["restore", "reboot", "stop"])
async def test_whose_it_is_is_looked_at_afresh(chat: Chat, typed: str) -> None:
    chat.use(ONE_ENDPOINT.replace("domains: [example.com]", "domains: [example.com], directory_user: tag:Owner"))
    await chat.says("mika", "workspace me")
    chat.aws.workspaces.workspaces[seed.MIKAS].tags["Owner"] = "ren@example.com"

    await chat.says("mika", f"workspace {typed} {seed.MIKAS}")

    assert "Whose desktop this is has just changed, so nothing was done" in chat.answer("mika")
    assert ordered(chat) == []


async def test_without_its_tags_nothing_is_destroyed(chat: Chat) -> None:
    chat.aws.fault("WorkSpaces", "DescribeTags", error="AccessDeniedException", times=1000)

    await chat.says("mika", "workspace restore")

    assert f"The tags of {seed.MIKAS} cannot be read, so I can't tell whether it is protected" in chat.answer("mika")


# ---- maintenance


async def test_maintenance_begins_and_ends(chat: Chat) -> None:
    await chat.says("oda", f"workspace maintenance on {seed.RENS}")
    await chat.says("oda", f"workspace maintenance off {seed.IN_MAINTENANCE}")

    assert {order.op for order in ordered(chat)} == {"maintenance-on", "maintenance-off"}
    assert "The desktop of carla.mendes is being taken out of maintenance." in chat.answer("oda")


async def test_what_is_left_out_of_maintenance_is_asked_for(chat: Chat) -> None:
    await chat.says("oda", "workspace maintenance ren")

    assert [field.name for field in chat.form.fields] == ["target", "switch"]
    assert chat.form.fields[0].initial == "ren"
    await chat.submits("oda", target="ren", switch="on")
    assert [order.op for order in ordered(chat)] == ["maintenance-on"]


# ---- trouble


async def test_where_the_brake_is_pulled_nothing_is_changed(chat: Chat) -> None:
    await chat.says("alex", "deskside pause")

    await chat.says("mika", "workspace reboot")

    assert "Deskside was paused by alex@example.com" in chat.answer("mika")
    assert ordered(chat) == []


async def test_a_throttled_aws_is_said(chat: Chat) -> None:
    chat.aws.fault("WorkSpaces", "DescribeWorkspaces", error="AccessDeniedException", times=1000)

    await chat.says("mika", "workspace reboot")

    assert "AWS refused DescribeWorkspaces: AccessDeniedException, so this was not finished" in chat.answer("mika")
