"""`/audit` in the language of chat."""

import csv

import pytest

from aws_ops import audit as records
from aws_ops import clock
from aws_ops.audit import AuditEntry
from commands.values import since_epoch
from notifiers.block_kit import render
from notifiers.place import Place, Recipient
from tests.commands.conftest import IDS, ONE_ENDPOINT, TENANT, Chat

TEAMS_VPN = Place(scheme="teams", id="19:vpn@thread.tacv2")


async def test_i_see_what_i_asked_for_and_what_came_of_it(chat: Chat) -> None:
    await chat.says("mika", "vpn on for 2h")
    await chat.says("mika", "vpn off --all")
    await chat.says("ren", "vpn on")

    for words in ("audit", "audit me", "audit mika@example.com", f"audit @{IDS['mika']}"):
        await chat.says("mika", words)
        answer = chat.answer("mika")
        assert "by mika@example.com since Mon 1 Jan 18:00 JST." in answer
        assert "vpn on tokyo for 2h" in answer
        assert "done" in answer
        assert "refused: Only an operator" in answer
        assert "ren" not in answer.replace("refused", "")


async def test_admins_see_others_resources_and_those_who_are_nobody(chat: Chat) -> None:
    await chat.says("mika", "vpn on")
    await chat.says("U0GUEST001", "vpn on")

    for words in ("audit Mika@example.com", f"audit @{IDS['mika']}"):
        await chat.says("alex", words)
        assert "1 request by mika@example.com" in chat.answer("alex")
    for words in ("audit tokyo", "audit vpn:tokyo since 1h"):
        await chat.says("alex", words)
        assert "1 request about" in chat.answer("alex")
        assert "mika@example.com" in chat.answer("alex")
    await chat.says("alex", "audit slack:U0GUEST001")
    assert "refused: Full members only." in chat.answer("alex")


async def test_of_somebody_who_cannot_be_told_nothing_is_said(chat: Chat) -> None:
    await chat.says("mika", "vpn on")
    del chat.known.people[IDS["mika"]]  # as while the chat does not answer

    await chat.says("alex", f"audit @{IDS['mika']}")

    assert chat.answers("alex")[-1].summary == (
        f"I can't tell whose that is: type the e-mail, or slack:{IDS['mika']} for an account without one."
    )
    assert [outcome for _, outcome in chat.audited("alex")] == ["accepted", "refused"]


async def test_somebody_without_a_key_is_found_by_the_id_that_they_asked_with(chat: Chat) -> None:
    guest = "00000000-0000-4000-8000-000000000911"
    chat.known.other_ids["29:1guest"] = guest
    to = Recipient(platform="teams", user=guest)
    await chat.says(guest, "vpn on", TEAMS_VPN, platform="teams", recipient=to, team=TENANT)
    admin = "00000000-0000-4000-8000-00000000a1ec"
    chat.known.people[admin] = chat.known.people[IDS["alex"]].model_copy(update={"platform": "teams", "user": admin})
    chat.use(ONE_ENDPOINT.replace("[S0ADMINS01]", f"[S0ADMINS01], teams_users: [{admin}]"))
    to = Recipient(platform="teams", user=admin)

    await chat.says(admin, "audit @29:1guest", TEAMS_VPN, platform="teams", recipient=to, team=TENANT)
    assert f"or teams:{guest} for an account without one" in chat.answer(admin)
    await chat.says(admin, f"audit teams:{guest}", TEAMS_VPN, platform="teams", recipient=to, team=TENANT)
    assert "refused: Full members only." in chat.answer(admin)


async def test_nothing_since_then(chat: Chat) -> None:
    await chat.says("mika", "vpn on")
    chat.later(7200)

    await chat.says("alex", "audit mika@example.com since 1h")

    assert "Nothing was asked by mika@example.com since 19:00 JST." in chat.answer("alex")


async def test_a_long_list_has_one_file_also_where_its_words_are_many(chat: Chat) -> None:
    for number in range(30):
        entry = AuditEntry(
            f"r-{number}", "mika@example.com", "deskside pause " + "x" * 900, "refused", detail="y" * 900
        )
        records.record(chat.desk.table, entry)

    await chat.says("alex", "audit mika@example.com")

    (message,) = chat.answers("alex")
    assert [file.name for file in render(message).files] == ["audit.csv"]
    assert "x" * 900 in message.files[0].content


async def test_a_long_list_is_a_file(chat: Chat) -> None:
    for number in range(30):
        command = "=1+1" if number == 29 else f"vpn on tokyo for {number + 1}h"
        records.record(chat.desk.table, AuditEntry(f"r-{number}", "mika@example.com", command))

    await chat.says("alex", "audit mika@example.com")

    (message,) = chat.answers("alex")
    assert "30 requests by mika@example.com" in message.summary
    assert "The newest 20 are here. The whole list comes by direct message." in chat.answer("alex")
    rows = list(csv.DictReader(message.files[0].content.splitlines()))
    assert len(rows) == 30
    assert "'=1+1" in {row["command"] for row in rows}, "no spreadsheet runs it"


async def test_a_list_that_is_not_whole_says_so(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.audit._MOST", 25)
    for number in range(30):
        records.record(chat.desk.table, AuditEntry(f"r-{number}", "mika@example.com", "vpn status"))

    await chat.says("alex", "audit mika@example.com")

    (message,) = chat.answers("alex")
    assert message.summary.startswith("At least 25 requests by mika@example.com since ")
    assert "The newest 20 are here. The newest 25 entries come by direct message." in chat.answer("alex")


@pytest.mark.parametrize(("since", "ago"), [("1h", 3600), ("7d", 7 * 86400), ("2035-01-08", 9 * 3600)])
def test_since(chat: Chat, since: str, ago: int) -> None:
    assert clock.epoch() - since_epoch(since) == ago
