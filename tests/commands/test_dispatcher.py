"""What holds for every command: who is heard, what is accepted, what is audited, what is said when it fails."""

import asyncio

import pytest

from aws_ops import audit as records
from commands.request import Request
from notifiers.place import Place, Recipient
from tests.commands.conftest import IDS, TENANT, TWO_ENDPOINTS, Chat


async def test_a_request_twice_is_done_once(chat: Chat) -> None:
    request = chat.request("mika", "vpn on")

    await asyncio.gather(chat.dispatcher.handle(request), chat.dispatcher.handle(request))
    await chat.dispatcher.handle(request)

    assert len(chat.answers("mika")) == 1
    assert chat.audited("mika") == [("vpn on tokyo", "accepted"), ("vpn on tokyo", "done")]


async def test_a_form_a_list_and_a_refusal_twice_are_once_too(chat: Chat) -> None:
    chat.use(TWO_ENDPOINTS)
    for words in ("vpn on", "deskside help", "deskside pause"):
        request = chat.request("mika", words)
        await chat.dispatcher.handle(request)
        await chat.dispatcher.handle(request)

    assert len(chat.said.forms) == 1
    assert len(chat.answers("mika")) == 2
    assert [outcome for _, outcome in chat.audited("mika")] == ["asked", "accepted", "refused"]


async def test_what_is_not_accepted_is_not_done(chat: Chat) -> None:
    chat.aws.fault("DynamoDB", "TransactWriteItems", error="InternalServerError", times=1000)

    await chat.says("mika", "vpn on")

    assert chat.claim("mika") is None
    (answer,) = chat.answers("mika")
    assert answer.summary.startswith("AWS refused TransactWriteItems: InternalServerError, so this was not finished:")
    assert "the code c0ffee01" in answer.summary


async def test_an_error_is_one_sentence_with_its_code_in_the_log_and_in_the_audit(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    chat.aws.fault("EC2", "ExportClientVpnClientConfiguration", error="UnauthorizedOperation", times=1000)

    await chat.says("mika", "vpn profile")

    (answer,) = chat.answers("mika")
    assert "AWS refused ExportClientVpnClientConfiguration: UnauthorizedOperation" in answer.summary
    assert [outcome for _, outcome in chat.audited("mika")] == ["accepted", "failed"]
    (logged,) = [record for record in caplog.records if record.exc_info]
    assert logged.__dict__["correlation"] == "c0ffee01"


async def test_a_chat_that_does_not_listen_raises_nothing(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    chat.said.away = True

    await chat.says("mika", "vpn on")
    await chat.says("mika", "vpn onn")

    assert chat.claim("mika"), "what was accepted is done"
    assert "answer not delivered" in caplog.text


async def test_an_outcome_that_cannot_be_written_does_not_hide_the_answer(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the table is away")

    monkeypatch.setattr(records, "record", fails)

    await chat.says("mika", "vpn on")

    assert "is being switched on for you" in chat.answer("mika")
    assert "outcome not audited: done" in caplog.text


async def test_whoever_acts_from_another_organisation_is_refused_whoever_it_is(chat: Chat) -> None:
    for team in ("T0ANOTHER1", None):
        await chat.says("alex", "deskside pause", team=team)

    assert chat.answers("alex")[-1].summary == "You are here from another place."
    assert chat.desk.table.get("BRAKE", "BRAKE") is None
    assert chat.audited("alex") == []
    assert [outcome for _, outcome in chat.audited(f"slack:{IDS['alex']}")] == ["refused", "refused"]


async def test_in_teams_the_same_person_has_the_same_claim(chat: Chat) -> None:
    teams_id = "00000000-0000-4000-8000-00000000a11c"
    chat.known.people[teams_id] = chat.known.people[IDS["mika"]].model_copy(
        update={"platform": "teams", "user": teams_id}
    )
    place, to = Place(scheme="teams", id="19:x"), Recipient(platform="teams", user=teams_id)

    await chat.says(teams_id, "vpn on", place, platform="teams", recipient=to, team=TENANT)

    assert chat.claim("mika")
    assert chat.said.noted == [("mika@example.com", "teams")]


async def test_only_where_a_colleague_talks_is_noted(chat: Chat) -> None:
    await chat.says("mika", "vpn onn")
    await chat.says("U0GUEST001", "vpn on")
    await chat.says("alex", "vpn on", team="T0ANOTHER1")

    assert chat.said.noted == [("mika@example.com", "slack")]


async def test_who_lost_a_role_a_minute_ago_has_lost_it_for_what_changes_things(chat: Chat) -> None:
    chat.known.left.add(IDS["alex"])

    await chat.says("alex", "deskside pause")

    assert chat.answer("alex") == "\nFull members only.\nFull members only.\n"
    assert chat.desk.table.get("BRAKE", "BRAKE") is None


async def test_a_role_by_user_group(chat: Chat) -> None:
    await chat.says("mika", "deskside pause")
    assert "Only an admin may" in chat.answer("mika")

    chat.known.in_groups["S0ADMINS01"] = {IDS["mika"]}
    await chat.says("mika", "deskside pause")
    assert "Deskside is paused by mika@example.com" in chat.answer("mika")


async def test_the_brake_stops_every_changing_command_and_says_who_and_why(chat: Chat) -> None:
    await chat.says("mika", "vpn on")
    await chat.says("alex", "deskside pause fire drill")

    for words in ("vpn on", "vpn extend 1h", "vpn off", "vpn on for 2h tokyo"):
        await chat.says("mika", words)
        assert chat.answers("mika")[-1].summary == (
            "Deskside was paused by alex@example.com at 18:00 JST (“fire drill”), so nothing is changed until an admin "
            "types /deskside resume."
        )
    for words in ("vpn off --all", "deskside cancel"):
        await chat.says("oda", words)
        assert "was paused by alex@example.com" in chat.answer("oda")
    assert chat.claim("mika")
    for words in ("vpn status", "vpn profile", "deskside help", "audit me"):
        await chat.says("mika", words)
        assert "was paused by" not in chat.answers("mika")[-1].summary

    await chat.says("alex", "deskside resume")
    await chat.says("mika", "vpn off")
    assert chat.claim("mika") is None


async def test_bad_input_is_one_sentence_and_what_to_type_for_that_person(chat: Chat) -> None:
    await chat.says("mika", "vpn on for banana")

    (answer,) = chat.answers("mika")
    assert answer.summary == (
        "“banana” is not a duration: write it like 45s, 30m, 8h, 1d or 1h30m. Type /vpn on for 2h instead."
    )
    assert chat.audited("mika") == []


async def test_only_what_somebody_may_run_is_suggested(chat: Chat) -> None:
    for words in ("deskside pauze", "pauze"):
        await chat.says("mika", words)
        assert "/deskside pause" not in chat.answer("mika")
        await chat.says("alex", words)
        assert f"There is no command “{words}”. Did you mean /deskside pause?" in chat.answer("alex")


async def test_help_about_something_unknown_says_what_to_type(chat: Chat) -> None:
    await chat.says("mika", "deskside help weather")

    assert "There is no help about “weather”. Type /deskside help instead." in chat.answer("mika")


def test_it_knows_what_a_button_may_say(chat: Chat) -> None:
    for known in ("vpn on tokyo", "vpn off --all", "vpn on osaka", f"confirm {'0f' * 16}", "deskside cancel vpn-1"):
        assert chat.dispatcher.knows(known), known
    for unknown in ("", "vpn onn", "confirm", "confirm 12", "rm -rf", "vpn on --force", "approved 7f3"):
        assert not chat.dispatcher.knows(unknown), unknown


def test_it_checks_the_fields_of_a_form(chat: Chat) -> None:
    check = chat.dispatcher.check_form

    assert check("vpn on", {"endpoint": "tokyo", "duration": "2h"}) == {}
    assert check("vpn extend tokyo", {"duration": ""}) == {}
    assert check("vpn on", {"endpoint": "osaka", "duration": "banana"}) == {
        "endpoint": "There is no endpoint “osaka”, only tokyo.",
        "duration": "“banana” is not a duration: write it like 45s, 30m, 8h, 1d or 1h30m.",
    }
    assert check("vpn on osaka", {"duration": "2h"}) == {"duration": "There is no endpoint “osaka”, only tokyo."}


async def test_a_form_with_a_field_that_nobody_asked_for_is_not_understood(chat: Chat) -> None:
    await chat.says("mika", "vpn off", arguments={"force": "yes"}, via="form")

    assert "/vpn off takes no “force”." in chat.answer("mika")


async def test_what_is_audited_names_place_resource_and_correlation(chat: Chat) -> None:
    request: Request = chat.request("mika", "vpn on for 2h")
    await chat.dispatcher.handle(request)

    done, accepted = records.by_resource(chat.desk.table, "vpn:tokyo", 0)

    assert (accepted.entry.outcome, done.entry.outcome) == ("accepted", "done")
    assert accepted.entry.command == "vpn on tokyo for 2h"
    assert accepted.entry.place == str(request.place)
    assert accepted.entry.correlation == request.correlation
    assert accepted.entry.request == request.id
