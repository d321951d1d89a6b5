"""`/workspace create`: the form, what is made of it, and that nobody gets a second one."""

import pytest

from aws_ops import runs, workspace_items
from aws_ops.workspace_items import Order
from aws_ops.workspaces import NewWorkSpace
from sandbox.aws import workspaces_seed as seed
from tests.commands.conftest import IDS, ONE_ENDPOINT, Chat

NEWCOMER = seed.NEWCOMERS[0]


def ordered(chat: Chat) -> list[Order]:
    found = runs.runs(chat.desk)
    return [workspace_items.order_of_run(chat.desk.table.get(*runs.run_key(run.id)) or {}) for run in found]


async def test_a_form_asks_for_everything(chat: Chat) -> None:
    await chat.says("oda", "workspace create")

    form = chat.form
    assert [field.name for field in form.fields] == ["user", "bundle", "directory", "mode"]
    choices = {field.name: {choice.value for choice in field.choices} for field in form.fields if field.choices}
    assert choices == {
        "bundle": {seed.STANDARD, seed.POWER, seed.RESEARCH},
        "directory": {seed.CORP, seed.LABS},
        "mode": {"auto-stop", "always-on", "manual"},
    }

    await chat.submits("oda", user=NEWCOMER, bundle=seed.POWER, directory=seed.LABS, mode="auto-stop")

    (order,) = ordered(chat)
    assert order.new == NewWorkSpace(
        directory=seed.LABS, user=NEWCOMER, bundle=seed.POWER, running_mode="AUTO_STOP", auto_stop_min=60
    )
    assert (order.op, order.targets, order.owner, order.approval) == ("create", (), f"{NEWCOMER}@example.com", None)
    assert f"A desktop for {NEWCOMER} is being created, which takes about 20 minutes." in chat.answer("oda")


async def test_what_was_typed_is_in_the_form(chat: Chat) -> None:
    await chat.says("oda", f"workspace create {NEWCOMER} bundle={seed.POWER}")

    assert [field.initial for field in chat.form.fields] == [NEWCOMER, seed.POWER, seed.CORP, "auto-stop"]


async def test_all_of_it_can_be_typed_by_name(chat: Chat) -> None:
    await chat.says("oda", f'workspace create {NEWCOMER} "Office Power" corp.example.com always-on')

    (order,) = ordered(chat)
    assert order.new == NewWorkSpace(
        directory=seed.CORP, user=NEWCOMER, bundle=seed.POWER, running_mode="ALWAYS_ON", auto_stop_min=None
    )


@pytest.mark.parametrize("who", ["kai.berg@example.com", "@U0KAI00001"])
async def test_a_person_gets_it_under_their_user_name(chat: Chat, who: str) -> None:
    mika = chat.known.people[IDS["mika"]]
    kai = mika.model_copy(update={"user": "U0KAI00001", "key": "kai.berg@example.com"})
    chat.known.people["U0KAI00001"] = kai

    await chat.says("oda", f"workspace create {who} {seed.STANDARD} {seed.CORP} manual")

    assert [order.new.user for order in ordered(chat) if order.new] == ["kai.berg"]


async def test_nobody_gets_a_second_one_in_a_directory(chat: Chat) -> None:
    await chat.says("oda", f"workspace create ren {seed.STANDARD} {seed.CORP} manual")

    assert chat.answers("oda")[-1].summary == (
        f"ren has a WorkSpace in corp.example.com already, {seed.RENS} (AVAILABLE), and AWS allows one: see it with "
        f"/workspace {seed.RENS}."
    )
    assert ordered(chat) == []

    await chat.says("oda", f"workspace create ren {seed.STANDARD} {seed.LABS} manual")
    assert len(ordered(chat)) == 1


async def test_one_that_is_being_created_is_not_begun_twice(chat: Chat) -> None:
    for _ in range(2):
        await chat.says("oda", f"workspace create {NEWCOMER} {seed.STANDARD} {seed.CORP} manual")

    assert "This is busy: oda@example.com asked that it be created" in chat.answer("oda")
    assert len(ordered(chat)) == 1


async def test_where_the_configuration_says_so_it_is_approved(chat: Chat) -> None:
    chat.use(ONE_ENDPOINT.replace("calls_per_second", "approval: [create], calls_per_second"))

    await chat.says("oda", f"workspace create {NEWCOMER} {seed.STANDARD} {seed.CORP} manual")

    (order,) = ordered(chat)
    assert order.approval is not None
    assert order.approval.approvers == ("ada@example.com",)
    assert f"An approver is asked whether you may create a desktop for {NEWCOMER}." in chat.answer("oda")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("kai.berg bundle=wsb-nothing", "There is no bundle “wsb-nothing” among the account's own."),
        (f"kai.berg {seed.STANDARD} d-nothing", "There is no directory “d-nothing”."),
        (f"kai.berg {seed.AMAZONS}", f"There is no bundle “{seed.AMAZONS}” among the account's own."),
        ("@U0NOBODY01", "I can't tell who that is: the account is no full member's"),
    ],
)
async def test_what_there_is_not_is_said(chat: Chat, words: str, sentence: str) -> None:
    await chat.says("oda", f"workspace create {words}")

    assert chat.answers("oda")[-1].summary.startswith(sentence)
    assert ordered(chat) == []


async def test_where_only_a_tag_says_whose_it_is_a_person_has_no_user_name(chat: Chat) -> None:
    chat.use(ONE_ENDPOINT.replace("domains: [example.com]", "domains: [example.com], directory_user: tag:Owner"))

    await chat.says("oda", "workspace create ren@example.com")

    assert "I can't tell the user name of ren@example.com in the directory." in chat.answer("oda")
