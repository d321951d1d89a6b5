"""Who may, who may not, and what they are told; what is said to bad input."""

import re

import pytest

from tests.scenarios.world import MINUTE, ON, World


async def test_guests_get_one_private_sentence(world: World) -> None:
    gil = world.person("gil")

    await gil.says("/vpn on")

    assert len(gil.answers()) == 1
    assert "guest" in gil.answer
    assert world.lock("tokyo") is None
    assert world.cards() == []


async def test_strangers_get_nothing_done(world: World) -> None:
    sol = world.person("sol")

    await sol.says("/vpn on")

    # Another tenant's activities are refused at the door: Teams itself shows that nothing was delivered.
    assert len(sol.answers()) == (1 if world.platform == "slack" else 0)
    assert world.lock("tokyo") is None
    assert world.cards() == []


BAD = [
    ("/vpn on nowhere", r"nowhere[\s\S]*tokyo"),
    ("/vpn on for banana", r"banana[\s\S]*(30m|2h)"),
    ("/vpn on for 2h for 3h", r"/vpn on"),
    ("/vpn frobnicate", r"/vpn"),
    ("/vpn onn", r"on"),
    ("/vpn 🦆🦆🦆", r"/vpn"),
    ("/vpn on " + "x" * 3000, r"tokyo"),
    ("/vpn extend banana", r"banana"),
    ("/vpn on --all", r"--all"),
    ("/deskside", r"help"),
    ("/audit since never", r"/audit"),
    ("/vpn on for -5m", r"/vpn on"),
    ("/vpn on for 0s", r"/vpn on"),
    ('/vpn on "tok', r"/vpn on"),
]


@pytest.mark.parametrize(("words", "answer"), BAD)
async def test_bad_input_gets_one_sentence_for_that_person_alone(world: World, words: str, answer: str) -> None:
    mika, ren = world.person("mika"), world.person("ren")
    seen_before = [seen for seen in ren.reads() if seen.by_app]

    await mika.says(words)

    assert len(mika.answers()) == 1
    assert re.search(answer, mika.answer), mika.answer
    assert len(mika.answer) < 1500
    assert [seen for seen in ren.reads() if seen.by_app] == seen_before
    assert world.lock("tokyo") is None


async def test_nothing_typed_shows_the_words(world: World) -> None:
    mika = world.person("mika")

    await mika.says("/vpn")

    assert "/vpn on" in mika.answer


async def test_words_from_a_phone_are_understood(world: World) -> None:
    mika = world.person("mika")

    await mika.says("/vpn On \u00a0“tokyo” for\u00a02h")

    assert world.until("mika") == world.now() + 120 * MINUTE


async def test_a_missing_argument_opens_a_form(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/vpn on for 1h")
    before = world.until("mika")

    await mika.says("/vpn extend")
    assert mika.form is not None
    await mika.submits(duration="banana")
    assert mika.form is not None, "the error is shown beside its field"
    await mika.submits(duration="30m")

    assert mika.form is None
    assert world.until("mika") == before + 30 * MINUTE


async def test_help_shows_what_the_caller_may(world: World) -> None:
    mika, oda, alex = world.person("mika"), world.person("oda"), world.person("alex")

    await mika.says("/deskside help")
    await oda.says("/deskside help")
    await alex.says("/deskside help")

    assert "/vpn on" in mika.answer
    assert ("@Deskside vpn on" in mika.answer) == (world.platform == "teams")
    assert "/deskside pause" not in oda.answer
    assert "/deskside pause" in alex.answer

    await mika.presses("VPN")
    assert "Switch the VPN on for yourself" in mika.answer
    assert "--all" not in mika.answer
    await oda.says("/deskside help vpn")
    assert "--all" in oda.answer


async def test_whoami_says_who_deskside_thinks_i_am(world: World) -> None:
    oda = world.person("oda")

    await oda.says("/deskside whoami")

    assert "oda@example.com" in oda.answer
    assert "operator" in oda.answer


async def test_what_was_done_is_in_the_audit(world: World) -> None:
    mika, ren, alex = world.person("mika"), world.person("ren"), world.person("alex")
    await mika.says("/vpn on")
    await mika.says("/vpn off")

    await mika.says("/audit me")
    assert "vpn on" in mika.answer
    assert "vpn off" in mika.answer

    await ren.says("/audit mika@example.com")
    assert "admin" in ren.answer
    await alex.says("/audit mika@example.com")
    assert "vpn on" in alex.answer


async def test_a_colleague_can_be_named_by_a_mention(world: World) -> None:
    mika, alex = world.person("mika"), world.person("alex")
    await mika.says("/vpn on")

    await alex.says(f"/audit {alex.mention(mika)}")

    assert "vpn on" in alex.answer
    assert "mika@example.com" in alex.answer


async def test_operators_see_runs_and_cancel_them_after_confirming(world: World) -> None:
    mika, oda = world.person("mika"), world.person("oda")
    await mika.says("/vpn on")
    await world.pass_time(ON)

    await mika.says("/deskside runs")
    assert "operator" in mika.answer
    await oda.says("/deskside runs")
    run = re.search(r"vpn-[0-9a-z]+", oda.answer)
    assert run
    await oda.says(f"/deskside cancel {run.group()}")
    assert world.associated("tokyo") == 2
    await oda.presses("Cancel the run")
    await world.pass_time(5 * MINUTE)

    assert world.associated("tokyo") == 0


async def test_who_changed_aws_is_the_person(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/vpn on")
    await world.pass_time(ON)

    changes = [event for event in world.aws.trail() if event.call == "EC2.AssociateClientVpnTargetNetwork"]
    assert {event.source for event in changes} == {"mika@example.com"}
    assert not world.aws.calls().get("refused")
