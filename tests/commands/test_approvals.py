"""`/approvals`, `/approve` and `/refuse` in the language of chat."""

import pytest

from aws_ops import approvals, runs
from aws_ops.approvals import Approval
from commands.approvals_messages import ending
from commands.request import Person
from tests.commands.conftest import IDS, ONE_ENDPOINT, TENANT, Chat

ADA_IN_TEAMS = "0a0a0a0a-0000-4000-8000-000000000ada"
MANY = ONE_ENDPOINT.replace("workspaces: {", "workspaces: {approval: [rebuild], ").replace(
    f"approver: {{slack_users: [{IDS['ada']}]}}",
    f"approver: {{slack_users: [{IDS['ada']}, {IDS['alex']}, {IDS['oda']}], teams_users: [{ADA_IN_TEAMS}]}}",
)
TWO_OF_THEM = f"{MANY}\napprovals: {{quorum: 2}}"


async def asked(chat: Chat, user: str = "ren", config: str = MANY, *, posted: bool = True, by: str = "oda") -> str:
    """Somebody's desktop is to be rebuilt, which waits for an approval; the run."""
    chat.use(config)
    before = {row.id for row in runs.runs(chat.desk)}
    await chat.says(by, f"rebuild {user} it is broken")
    await chat.presses(by, "Ask for approval")
    (run,) = {row.id for row in runs.runs(chat.desk)} - before
    if posted:
        post(chat, run)
    return run


def post(chat: Chat, run: str) -> None:
    """Its card is posted, as the bot notes it."""
    chat.desk.table.put({"pk": f"CARD#{run}", "sk": "person:ada@example.com", "seq": 1})


def approval_of(chat: Chat, run: str) -> Approval:
    found = approvals.find(chat.desk, run)
    assert found is not None
    return found


async def test_what_waits_and_what_one_asked_for(chat: Chat) -> None:
    for name in ("mika", "ada"):
        await chat.says(name, "approvals")
        assert "No approval waits for you, and you have asked for none in the last 7 days." in chat.answer(name)
    run = await asked(chat)

    await chat.says("ada", "approvals")
    answer = chat.answer("ada")
    assert "1 waiting for you, 0 of your own still open." in answer
    assert "Rebuild the desktop of ren" in answer
    assert "Asked for by: oda@example.com" in answer
    assert "State: waits until Tue 9 Jan 02:00 JST" in answer
    assert "May decide: ada@example.com, alex@example.com" in answer
    assert f"Id: {run}" in answer
    assert [button.label for button in chat.answers("ada")[-1].buttons] == ["Approve", "Refuse"]

    await chat.says("oda", "approvals")
    assert "0 waiting for you, 1 of your own still open." in chat.answer("oda")
    assert [button.label for button in chat.answers("oda")[-1].buttons] == ["Cancel"], "nobody decides their own"
    await chat.says("mika", "approvals")
    assert not chat.answers("mika")[-1].buttons
    assert "ren" not in chat.answer("mika")


async def test_buttons_say_which_where_several_wait(chat: Chat) -> None:
    first, second = await asked(chat, "ren"), await asked(chat, "alex")

    await chat.says("ada", "approvals")

    labels = {button.label: button.command for button in chat.answers("ada")[-1].buttons}
    assert labels[f"Approve {ending(first)}"] == f"approve {first}"
    assert labels[f"Refuse {ending(second)}"] == f"refuse {second}"


async def test_granted_it_starts(chat: Chat) -> None:
    run = await asked(chat)

    await chat.says("ada", f"approve {ending(run)} as discussed")

    assert "You approved it: rebuild the desktop of ren. It goes on now" in chat.answer("ada")
    found = approval_of(chat, run)
    assert found.state == "started"
    assert [(one.person, one.verdict, one.reason) for one in found.decisions] == [
        ("ada@example.com", "granted", "as discussed")
    ]
    assert chat.audited("ada")[-1] == (f"approve {run} as discussed", "done")
    await chat.says("oda", "approvals")
    assert "State: approved by ada@example.com at 18:00 JST: “as discussed”" in chat.answer("oda")


async def test_refused_with_a_reason_from_a_form(chat: Chat) -> None:
    run = await asked(chat)

    await chat.says("ada", f"refuse {run}", via="button")
    field = chat.form.fields[0]
    assert (field.name, field.required, field.multiline) == ("reason", True, True)
    assert approval_of(chat, run).state == "open"
    await chat.submits("ada", reason="wait until the release is out")

    assert (
        "You refused it: rebuild the desktop of ren. Nothing is done, and oda@example.com is told why."
        in chat.answer("ada")
    )
    assert approval_of(chat, run).state == "refused"
    await chat.says("oda", "approvals")
    assert "refused by ada@example.com at 18:00 JST: “wait until the release is out”" in chat.answer("oda")


async def test_refused_with_a_typed_reason(chat: Chat) -> None:
    run = await asked(chat)

    await chat.says("ada", f"refuse {ending(run)} not today")

    assert approval_of(chat, run).decisions[0].reason == "not today"
    assert not chat.said.forms


async def test_the_second_is_told_who_was_first(chat: Chat) -> None:
    run = await asked(chat)
    await chat.says("ada", f"refuse {run} not today")
    chat.later(60)

    await chat.says("alex", f"approve {run}")

    assert (
        "ada@example.com refused this already, at 18:00 JST (“not today”), so nothing more was decided."
        in chat.answer("alex")
    )
    assert chat.audited("alex")[-1] == (f"approve {run}", "refused")
    await chat.says("alex", f"refuse {run}", via="button")
    assert "ada@example.com refused this already" in chat.answer("alex"), "nobody is asked for a reason in vain"


async def test_the_same_person_again(chat: Chat) -> None:
    run = await asked(chat)
    await chat.says("ada", f"approve {run}")

    await chat.says("ada", f"refuse {run} but no")

    assert "You approved this already, at 18:00 JST, and one person counts once" in chat.answer("ada")
    assert approval_of(chat, run).state == "started"


async def test_nobody_approves_what_they_asked_for(chat: Chat) -> None:
    run = await asked(chat)

    await chat.says("oda", f"approve {run}")

    assert "You asked for this yourself, in whichever chat, so somebody else has to decide" in chat.answer("oda")
    assert "who can: ada@example.com, alex@example.com." in chat.answer("oda")
    assert approval_of(chat, run).state == "open"


async def test_nor_as_their_other_self_in_the_other_chat(chat: Chat) -> None:
    chat.known.people[ADA_IN_TEAMS] = Person(platform="teams", user=ADA_IN_TEAMS, key="ada@example.com", name="Ada")
    also = MANY.replace("emails: [oda@example.com]", "emails: [oda@example.com, ada@example.com]")
    run = await asked(chat, config=also, by="ada")

    await chat.says(ADA_IN_TEAMS, f"approve {run}", platform="teams", team=TENANT)

    assert "You asked for this yourself, in whichever chat" in chat.answer(ADA_IN_TEAMS)
    assert approval_of(chat, run).state == "open"


async def test_before_its_card_is_posted_nobody_decides(chat: Chat) -> None:
    run = await asked(chat, posted=False)

    await chat.says("ada", f"approve {run}")
    assert "Its card has not been posted yet, so nobody can have read it" in chat.answer("ada")
    assert approval_of(chat, run).state == "open"
    post(chat, run)
    await chat.says("ada", f"approve {run}")

    assert approval_of(chat, run).state == "started"


@pytest.mark.parametrize("swept", [False, True])
async def test_after_its_deadline_it_is_too_late(chat: Chat, swept: bool) -> None:
    run = await asked(chat)
    chat.later(8 * 3600)
    if swept:
        approvals.sweep(chat.desk, run)

    await chat.says("ada", f"approve {run}")

    assert "It could be decided until 02:00 JST, and nobody did" in chat.answer("ada")
    assert "oda@example.com can ask again" in chat.answer("ada")


async def test_two_have_to_agree(chat: Chat) -> None:
    run = await asked(chat, config=TWO_OF_THEM)

    await chat.says("ada", f"approve {run}")
    assert "Your approval counts, 1 of 2: rebuild the desktop of ren." in chat.answer("ada")
    assert "who can: alex@example.com" in chat.answer("ada")
    await chat.says("ada", f"approve {run}")
    assert "one person counts once: it waits until Tue 9 Jan 02:00 JST, 1 of 2 have agreed" in chat.answer("ada")
    await chat.says("ada", "approvals")
    assert "No approval waits for you" in chat.answer("ada")
    await chat.says("oda", "approvals")
    assert "1 of 2 have agreed" in chat.answer("oda")
    await chat.says("alex", f"approve {run}")

    assert "You approved it" in chat.answer("alex")
    assert approval_of(chat, run).state == "started"


async def test_one_that_was_cancelled_is_void(chat: Chat) -> None:
    run = await asked(chat)
    await chat.says("oda", f"workspace cancel {run}")
    assert "It is cancelled" in chat.answer("oda")

    await chat.says("ada", f"approve {run}")

    assert "so it is void" in chat.answer("ada")


# ---- which one


async def test_without_an_id_one_chooses(chat: Chat) -> None:
    await chat.says("ada", "approve")
    assert "No approval waits for you, so there is nothing to decide" in chat.answer("ada")
    run = await asked(chat)

    await chat.says("ada", "approve")
    which, reason = chat.form.fields
    assert [choice.value for choice in which.choices] == [run]
    assert which.choices[0].label == "rebuild ren, asked for by oda, until Tue 9 Jan 02:00 JST"
    assert not reason.required
    await chat.submits("ada", run=run, reason="")

    assert approval_of(chat, run).state == "started"


async def test_an_ending_of_several_asks_which(chat: Chat) -> None:
    first = await asked(chat)
    twin = f"workspace-01jd2{'0' * 18}{first[-3:]}"
    for pk, sk in ((f"APPROVAL#{first}", "APPROVAL"), runs.run_key(first)):
        item = chat.desk.table.get(pk, sk)
        assert item is not None
        index = item["g1sk"].replace(first, twin)
        chat.desk.table.put({**item, "pk": pk.replace(first, twin), "run": twin, "g1sk": index})
    post(chat, twin)

    await chat.says("ada", f"refuse {first[-3:]} not today")

    which, reason = chat.form.fields
    assert {choice.value for choice in which.choices} == {first, twin}
    assert (reason.initial, reason.required) == ("not today", True)
    assert chat.form.title == "Refuse"
    await chat.submits("ada", run=first, reason="not today")
    assert (approval_of(chat, first).state, approval_of(chat, twin).state) == ("refused", "open")


async def test_what_is_too_short_or_unknown(chat: Chat) -> None:
    await chat.says("ada", "approve 7f")
    assert "“7f” is too short to tell an approval by. Type /approvals instead." in chat.answer("ada")
    await chat.says("ada", "approve zzz")
    assert "No open approval has an id that ends with “zzz”: type /approvals to see them." in chat.answer("ada")


# ---- who may


async def test_whoever_is_no_approver_is_told_so(chat: Chat) -> None:
    run = await asked(chat)

    for words in (f"approve {run}", f"refuse {run} no"):
        await chat.says("mika", words, via="button")
        assert f"Only an approver may do /{words[:36]}" in chat.answer("mika")
        assert "and you are staff: ask one (ada@example.com, alex@example.com, oda@example.com)" in chat.answer("mika")
        assert "ren" not in chat.answer("mika")
    assert approval_of(chat, run).decisions == ()


async def test_whoever_lost_the_role_a_moment_ago_has_lost_it(chat: Chat) -> None:
    run = await asked(chat)
    chat.known.left.add(IDS["ada"])

    await chat.says("ada", f"approve {run}")

    assert approval_of(chat, run).decisions == ()


async def test_while_paused_one_can_refuse_and_not_approve(chat: Chat) -> None:
    run = await asked(chat)
    await chat.says("alex", "deskside pause")

    await chat.says("ada", f"approve {run}")
    assert "Deskside was paused" in chat.answer("ada")
    await chat.says("ada", f"refuse {run} not now")

    assert approval_of(chat, run).state == "refused"
