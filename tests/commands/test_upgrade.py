"""`/upgrade start` in the language of chat: what is said before, what is in the way, what is ordered, and looking."""

import csv
import io
from dataclasses import replace

import pytest

from aws_ops import runs, upgrade_runs
from aws_ops.upgrade_items import UpgradeOrder, Window, order_of_run
from notifiers.message import Facts, Message
from sandbox.aws import workspaces_seed as seed
from tests.commands import upgrades
from tests.commands.conftest import ELSEWHERE, ONE_ENDPOINT, VPN, Chat

TWO = f"upgrade start office office-2026-2 --ids mika,{seed.ODAS}"
CONFIGURED = f"""{ONE_ENDPOINT}
upgrade:
  canary: 1
  waves: [10%]
  gate: true
  window: "22-5 Europe/Berlin"
  concurrent: 0
  notice: 5m
  snapshot: next
  failures: 25%
  poll: 30s
  ssm: true
  report: {{bucket: deskside-reports, prefix: fleets/}}
"""


def order_of(chat: Chat) -> UpgradeOrder:
    """What the only upgrade was told."""
    (row,) = upgrade_runs.listed(chat.desk)
    meta = chat.desk.table.get(*runs.run_key(row.id))
    assert meta is not None
    return order_of_run(meta)


def nothing_begun(chat: Chat) -> bool:
    return upgrade_runs.listed(chat.desk) == []


def said(message: Message) -> dict[str, str]:
    """The facts of an answer."""
    (facts,) = (block for block in message.blocks if isinstance(block, Facts))
    return {fact.label: fact.value for fact in facts.items}


async def asked_for(chat: Chat, text: str = TWO) -> UpgradeOrder:
    """Oda asks for it, and confirms."""
    await chat.says("oda", text)
    await chat.presses("oda", "Ask for approval")
    return order_of(chat)


# ---- from asking to the run


async def test_it_is_explained_confirmed_and_waits_for_an_approval(chat: Chat) -> None:
    await chat.says("oda", f'{TWO} --canary 1 --waves 50% --window 22-5 --notice 10m --reason "security fixes"')

    message = chat.answers("oda")[-1]
    facts = said(message)
    assert message.title == "Upgrade 2 desktops of Office to office-2026-2?"
    assert facts["Bundle"] == f"Office, {seed.STANDARD}"
    assert facts["Image"] == "office-2026-2, instead of office-2026-1"
    assert facts["Desktops"] == "2, in 2 waves of 1 (the canary) and 1"
    assert facts["People"] == "2 people"
    assert facts["When"] == (
        "22-5 Asia/Tokyo, at most 10 at once, each only while nobody is connected; owners are told 10 min before"
    )
    assert facts["Takes"].startswith("about ")
    assert facts["Stops"] == "when one of the canary fails, or more than 10% of all"
    assert "calls of WorkSpaces, and $0.01 of AWS" in facts["Costs"]
    assert facts["Lost"].startswith("Programs installed by hand")
    assert facts["Can be undone"].endswith("What a rebuild has taken away does not come back.")
    assert "First an approver has to agree within 8 h, or nothing is done: ada@example.com." in chat.answer("oda")
    assert "Your reason: security fixes" in chat.answer("oda")
    assert nothing_begun(chat)

    await chat.presses("oda", "Ask for approval")

    assert "The upgrade of 2 desktops of Office waits until" in chat.answer("oda")
    assert "for an approval of ada@example.com. The live card is here, and in your own chat" in chat.answer("oda")
    order = order_of(chat)
    assert (order.op, order.bundle, order.image, order.old_image) == (
        "upgrade",
        seed.STANDARD,
        seed.NEW_IMAGE,
        seed.OLD_IMAGE,
    )
    assert (order.waves, order.canary_failures, order.gate, order.failure_rate) == ((1, 1), 0, "none", 0.1)
    assert order.window == Window(days=(0, 1, 2, 3, 4, 5, 6), start=22 * 60, end=5 * 60, zone="Asia/Tokyo")
    assert (order.max_concurrent, order.notice_s, order.defers, order.wait_s) == (10, 600, 2, 43_200)
    assert (order.snapshot, order.ssm, order.housekeeping, order.report) == ("fresh", False, False, None)
    assert (order.requester, order.reason, order.protect) == ("oda@example.com", "security fixes", seed.PROTECT)
    assert (order.approval.approvers, order.approval.quorum) == (("ada@example.com",), 1)
    assert order.tick_s == 60
    (row,) = upgrade_runs.listed(chat.desk)
    assert row.phase == "approval"
    owners = {machine.id: machine.owner for machine in upgrade_runs.machines(chat.desk, row.id)}
    assert owners == {seed.MIKAS: "mika@example.com", seed.ODAS: "oda@example.com"}


async def test_a_form_asks_for_what_is_missing_and_has_what_is_usual(chat: Chat) -> None:
    chat.use(CONFIGURED)
    await chat.says("oda", "upgrade start --tag Env=Prod --gate=no")

    fields = {field.name: field for field in chat.form.fields}
    assert [choice.label for choice in fields["bundle"].choices][:2] == [
        "Office, now office-2026-1",
        "Office Power, now office-2026-1",
    ]
    assert fields["image"].initial == seed.NEW_IMAGE
    assert {name: field.initial for name, field in fields.items() if name not in {"bundle", "image"}} == {
        "tag": "Env=Prod",
        "ids": None,
        "exclude": None,
        "canary": "1",
        "waves": "10%",
        "gate": "no",
        "window": "22-5 Europe/Berlin",
        "concurrent": "0",
        "notice": "5m",
        "defers": "2",
        "snapshot": "next",
        "timeout": "12h",
        "failures": "25%",
        "bucket": "deskside-reports",
        "reason": None,
    }

    initial = {name: field.initial for name, field in fields.items() if field.initial is not None}
    await chat.submits("oda", **initial | {"ids": "", "exclude": "mika, tag:Team=Finance"})

    facts = said(chat.answers("oda")[-1])
    assert facts["Left out"].endswith("left out as asked for")
    assert facts["Report"] == "in the chats, and in s3://deskside-reports/fleets/"
    await chat.presses("oda", "Ask for approval")
    order = order_of(chat)
    assert (order.gate, order.snapshot, order.ssm, order.tick_s) == ("none", "next", True, 30)
    assert (order.max_concurrent, order.notice_s, order.failure_rate) == (0, 300, 0.25)
    ids = {machine.id for machine in upgrade_runs.machines(chat.desk, upgrade_runs.listed(chat.desk)[0].id)}
    assert seed.ODAS in ids
    assert not ids & {seed.MIKAS, seed.ADAS, seed.PROTECTED, seed.RENS}


async def test_what_is_left_out_goes_as_a_file(chat: Chat) -> None:
    await chat.says("oda", f"upgrade start office office-2026-2 --ids mika,ren,{seed.PROTECTED}")

    message = chat.answers("oda")[-1]
    assert said(message)["Left out"] == "2: 1 of another bundle, 1 protected by a tag"
    (file,) = message.files
    rows = list(csv.reader(io.StringIO(file.content)))
    assert rows[0] == ["WorkspaceId", "User", "ComputerName", "Why"]
    assert {row[0]: row[3] for row in rows[1:]} == {
        seed.RENS: f"is of another bundle ({seed.POWER})",
        seed.PROTECTED: f"is protected by the tag {seed.PROTECT}",
    }


async def test_the_same_plan_has_to_hold_when_it_is_confirmed(chat: Chat) -> None:
    await chat.says("oda", TWO)
    chat.aws.workspaces.bundles[seed.STANDARD].image = seed.NEW_IMAGE

    await chat.presses("oda", "Ask for approval")

    assert "What this would do has changed since you were asked, so nothing was done" in chat.answer("oda")
    assert nothing_begun(chat)


async def test_who_connects_before_it_is_confirmed_changes_nothing(chat: Chat) -> None:
    await chat.says("oda", TWO)
    chat.aws.connect_workspace(seed.MIKAS)

    await chat.presses("oda", "Ask for approval")

    assert order_of(chat).total == 2


async def test_approvers_and_the_asker_follow_and_a_channel_discreetly(chat: Chat) -> None:
    chat.use(ONE_ENDPOINT + f'approvals: {{places: ["{ELSEWHERE}"]}}\n')
    await asked_for(chat)

    (row,) = upgrade_runs.listed(chat.desk)
    places = chat.desk.table.query(runs.run_key(row.id)[0], prefix="PLACE#")
    assert {item["place"]: item["discreet"] for item in places} == {
        str(VPN): True,
        str(ELSEWHERE): False,
        "person:oda@example.com": False,
        "person:ada@example.com": False,
    }


# ---- what is in the way


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("upgrade start nope office-2026-2", "There is no bundle “nope” among the account's own."),
        ("upgrade start wsb-nope office-2026-2", "There is no bundle “wsb-nope” among the account's own."),
        ("upgrade start office nope", "There is no image “nope” among the account's own."),
        ("upgrade start office office-2026-2 --ids nobody", "There is no WorkSpace “nobody”."),
        ("upgrade start office office-2026-2 --exclude ws-nope", "There is no WorkSpace “ws-nope”."),
        ("upgrade start office office-2026-2 --ids tag:Env=Prod", "WorkSpaces are chosen by a tag with --tag."),
        (
            "upgrade start office office-2026-2 --ids mika --tag Env=Prod",
            "WorkSpaces are chosen by a tag or by name, not by both.",
        ),
        ("upgrade start office office-2026-2 --timeout 5m", "A WorkSpace is waited for from 10 min to 14 d."),
        ("upgrade start office office-2026-2 --canary none", "“none” is no size: write a number like 5"),
        ("upgrade start wsb-0a1b2c3zz office-2026-2", "There is no bundle wsb-0a1b2c3zz"),
        (f"upgrade start {seed.AMAZONS} office-2026-2", "is Amazon's, and only the account's own get another image"),
        ("upgrade start office wsi-0a1b2c3zz", "There is no image wsi-0a1b2c3zz of this account"),
        ("upgrade start office research-2026-1", "is for LINUX, and the bundle's is for WINDOWS"),
        ("upgrade start office office-2026-2 --tag Env=Nope", "No WorkSpace has the tag Env=Nope"),
        ("upgrade start office office-2026-2 --ids ren", "is left to upgrade: 1 is of another bundle"),
    ],
)
async def test_what_is_in_the_way_is_said(chat: Chat, text: str, sentence: str) -> None:
    await chat.says("oda", text)

    assert sentence in chat.answer("oda")
    assert nothing_begun(chat)


async def test_one_upgrade_a_bundle(chat: Chat) -> None:
    await asked_for(chat)
    (row,) = upgrade_runs.listed(chat.desk)

    await chat.says("oda", TWO)

    assert (
        f"The bundle {seed.STANDARD} is in an upgrade that oda@example.com asked for: wait for its end, or stop it "
        f"with /upgrade stop {row.id}."
    ) in chat.answer("oda")


async def test_one_that_began_between_question_and_answer_has_the_bundle(chat: Chat) -> None:
    await chat.says("oda", TWO)
    upgrades.begun(chat.desk, int(chat.aws.workspaces.now()), upgrades.order(requester="alex@example.com"), "running")

    await chat.presses("oda", "Ask for approval")

    assert "is in an upgrade that alex@example.com asked for" in chat.answer("oda")
    assert len(upgrade_runs.listed(chat.desk)) == 1


async def test_without_an_approver_beside_the_asker_nothing_is_asked(chat: Chat) -> None:
    chat.use(ONE_ENDPOINT.replace("approver: {slack_users: [U0ADA00001]}", "approver: {slack_users: [U0ODA00001]}"))

    await chat.says("oda", TWO)

    assert "This needs 1 approver beside you, and I know of none" in chat.answer("oda")


async def test_two_images_of_one_name_are_told_apart_by_their_ids(chat: Chat) -> None:
    images = chat.aws.workspaces.images
    images[seed.RESEARCH_IMAGE] = replace(images[seed.RESEARCH_IMAGE], name="office-2026-2")

    await chat.says("oda", TWO)

    assert "Several images are called “office-2026-2”." in chat.answer("oda")


# ---- looking


async def test_help_has_what_is_open_for_operators_and_their_own_words_for_others(chat: Chat) -> None:
    await asked_for(chat)

    await chat.says("oda", "upgrade")
    assert "1 open, 0 ended in the last 7 days." in chat.answer("oda")
    assert "/upgrade start [bundle] [image]" in chat.answer("oda")
    assert "upgrade 2 desktops of Office" in chat.answer("oda")

    await chat.says("mika", "upgrade")
    assert "/upgrade answer" in chat.answer("mika")
    assert "/upgrade start" not in chat.answer("mika")
    assert "Office" not in chat.answer("mika")


async def test_the_status_is_the_card_with_its_waves_and_who_waits(chat: Chat) -> None:
    await asked_for(chat, f"{TWO} --canary 1")

    await chat.says("oda", "upgrade status")

    answer = chat.answer("oda")
    assert "Oda asks to upgrade 2 desktops of Office to office-2026-2." in answer
    assert "canary  1" in answer
    assert "mika" in answer
    assert [button.label for button in chat.answers("oda")[-1].buttons] == ["Cancel", "Details"]


async def test_the_report_is_two_files_at_any_time(chat: Chat) -> None:
    await asked_for(chat)
    (row,) = upgrade_runs.listed(chat.desk)

    await chat.says("oda", f"upgrade report {row.id[-6:]}")

    message = chat.answers("oda")[-1]
    assert message.summary == f"The report of the run {row.id}, so far: 0 done of 2."
    assert [file.name for file in message.files] == [f"{row.id}.csv", f"{row.id}.txt"]
    assert seed.MIKAS in message.files[0].content


async def test_an_approval_says_what_it_is_about(chat: Chat) -> None:
    await asked_for(chat)

    await chat.says("ada", "approvals")
    assert "Upgrade 2 desktops of Office" in chat.answer("ada")

    await chat.says("oda", "approvals")
    (cancel,) = chat.answers("oda")[-1].buttons
    (row,) = upgrade_runs.listed(chat.desk)
    assert cancel.command == f"upgrade stop {row.id}"
