"""`/deskside` in the language of chat."""

import pytest

from aws_ops.runs import CLOSED, run_key
from aws_ops.table import Table
from notifiers.delivery import TryLater
from notifiers.message import Choice
from notifiers.message import Table as Rows
from tests.commands.conftest import ONE_ENDPOINT, TWO_ENDPOINTS, Chat, text_of


async def test_help_lists_what_the_caller_may_in_few_enough_words_for_a_phone(chat: Chat) -> None:
    for words in ("deskside help", "deskside", "help", "workspace help", "rebuild help"):
        await chat.says("mika", words)
        answer = chat.answer("mika")
        assert len(answer) < 900
        for word in ("VPN: /vpn on ", "/vpn extend 1h", "WorkSpaces: /workspace ", "/rebuild ", "/deskside whoami"):
            assert word in answer
        for hidden in ("/deskside runs", "/deskside pause", "/approve ", "terminate"):
            assert hidden not in answer

    await chat.says("oda", "deskside help")
    assert "/deskside runs" in chat.answer("oda")
    assert "/deskside pause" not in chat.answer("oda")
    await chat.says("alex", "deskside help")
    assert "/deskside pause" in chat.answer("alex")
    assert "/deskside runs" not in chat.answer("alex")


async def test_help_has_a_button_for_each_group(chat: Chat) -> None:
    await chat.says("mika", "deskside help")
    commands = {button.label: button.command for button in chat.answers("mika")[-1].buttons}
    assert list(commands) == ["VPN", "WorkSpaces", "Upgrades", "Approvals", "Alerts", "Deskside", "Audit"]
    for label, command in commands.items():
        assert command is not None
        await chat.says("mika", command)
        assert f"{label}\n" in chat.answer("mika")
        assert "For example:  /" in chat.answer("mika")


async def test_help_about_one_family(chat: Chat) -> None:
    for words in ("/vpn on", "on"):
        await chat.says("mika", f"deskside help {words}")

        answer = chat.answer("mika")
        assert "/vpn on [endpoint] [for 2h]  Switch the VPN on for yourself" in answer
        assert "For example:  /vpn on" in answer
        assert "--all" not in answer
        assert "/deskside" not in answer
    await chat.says("oda", "deskside help vpn")
    assert "/vpn off [endpoint] [--all]" in chat.answer("oda")
    await chat.says("alex", "deskside help audit")
    assert "/audit [me|person|resource] [since 7d]" in chat.answer("alex")
    await chat.says("mika", "deskside help audit")
    assert "/audit [me] [since 7d]" in chat.answer("mika")


async def test_whoami_says_who_one_is_and_what_one_may(chat: Chat) -> None:
    await chat.says("oda", "deskside whoami")

    answer = chat.answer("oda")
    assert "You are oda@example.com: staff, operator." in answer
    assert "slack:U0ODA00001" in answer
    assert "Asia/Tokyo, 18:00 JST" in answer


async def test_runs_that_are_running_can_be_cancelled_after_a_confirmation(chat: Chat) -> None:
    chat.use(TWO_ENDPOINTS)
    await chat.says("oda", "deskside runs")
    assert "Nothing is running, and nothing ran in the last 7 days." in chat.answer("oda")
    await chat.says("mika", "vpn on tokyo")
    run = (chat.claim("mika") or {})["run"]

    await chat.says("oda", "deskside runs")
    assert "1 running, 0 ended in the last 7 days." in chat.answer("oda")
    (table,) = (block for block in chat.answers("oda")[-1].blocks if isinstance(block, Rows))
    assert table.columns == ("What", "State", "Since", "Asked for by", "Run")
    assert table.rows == (("tokyo", "switching on", "18:00 JST", "mika@example.com", run),)
    await chat.presses("oda", "Switch tokyo off")
    assert "Switch tokyo off for everybody?" in chat.answer("oda")
    assert "Claim of" in chat.answer("oda"), "it says whose claims end, and who is connected"
    await chat.says("mika", "vpn extend 1h")
    assert "yours until" in chat.answer("mika")
    await chat.presses("oda", "Cancel the run")

    assert f"The run {run} is being cancelled" in chat.answer("oda")
    await chat.says("mika", "vpn extend 1h")
    assert "You have no claim" in chat.answer("mika")
    assert chat.audited("oda")[-1] == (f"deskside cancel {run}", "done")


async def test_cancel_without_a_name_asks_which(chat: Chat) -> None:
    await chat.says("oda", "deskside cancel")
    assert "Nothing is running, so there is nothing to cancel." in chat.answer("oda")
    await chat.says("mika", "vpn on")
    run = (chat.claim("mika") or {})["run"]

    await chat.says("oda", "deskside cancel")
    assert chat.form.submit == "End the run"
    assert chat.form.fields[0].choices == (
        Choice(value=run, label="tokyo, switching on since 18:00 JST, asked for by mika"),
    )
    await chat.submits("oda", run=run)

    assert "Switch tokyo off for everybody?" in chat.answer("oda")


async def test_cancel_of_what_is_over_or_never_was(chat: Chat) -> None:
    await chat.says("mika", "vpn on")
    run = (chat.claim("mika") or {})["run"]
    chat.desk.table.update(*run_key(run), set={"phase": "closed", "g1pk": CLOSED})

    for name in (run, "vpn-nothing"):
        await chat.says("oda", f"deskside cancel {name}")
        assert "to cancel: type /deskside runs to see them." in chat.answer("oda")


async def test_the_brake_is_pulled_and_released_and_the_admin_place_is_told(chat: Chat) -> None:
    await chat.says("alex", "deskside pause fire drill, 15:00 – 16:00")

    told = "Deskside is paused by alex@example.com (fire drill, 15:00 – 16:00): nothing is changed on AWS"
    assert told in chat.answer("alex")
    ((place, _), message) = next(iter(chat.said.posts.items()))
    assert place == "slack:C0ADMIN001"
    assert told in text_of(message)

    chat.later(90 * 60)
    await chat.presses("alex", "Resume")
    assert "Deskside goes on: alex@example.com resumed it after 1 h 30 min." in chat.answer("alex")
    assert len(chat.said.posts) == 2


async def test_pulled_twice_and_released_twice(chat: Chat) -> None:
    chat.use(ONE_ENDPOINT.replace("[S0ADMINS01]", "[S0ADMINS01], teams_users: []"))
    await chat.says("alex", "deskside resume")
    assert "Deskside is not paused, so there is nothing to resume." in chat.answer("alex")

    await chat.says("alex", "deskside pause")
    assert "(no reason given)" in chat.answer("alex")
    await chat.says("alex", "deskside pause again")
    assert "Deskside is paused already, by alex@example.com: nothing more was changed." in chat.answer("alex")
    assert len(chat.said.posts) == 1


async def test_cancel_asks_also_where_the_list_of_runs_is_behind(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    await chat.says("mika", "vpn on")
    run = (chat.claim("mika") or {})["run"]
    monkeypatch.setattr(Table, "query_index", lambda *_, **__: [])

    await chat.says("oda", f"deskside cancel {run}")

    assert "Switch tokyo off for everybody?" in chat.answer("oda")
    await chat.says("mika", "vpn extend 1h")
    assert "yours until" in chat.answer("mika"), "nothing has ended yet"


async def test_the_brake_is_pulled_and_released_also_where_the_admin_place_hears_nothing(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: object) -> None:
        raise TryLater("the table is away")

    monkeypatch.setattr(chat.said, "post", fails)

    await chat.says("alex", "deskside pause")
    assert "Deskside is paused by alex@example.com" in chat.answer("alex")
    await chat.says("alex", "deskside resume")

    assert "Deskside goes on" in chat.answer("alex")
    assert [outcome for _, outcome in chat.audited("alex")] == ["accepted", "done", "accepted", "done"]
    assert "the admin place was not told" in caplog.text
