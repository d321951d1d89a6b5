"""A day with the VPN: on, joined, extended, off; told in the language of chat."""

import re

from tests.scenarios.world import MINUTE, ON, World


async def test_it_is_switched_on_used_and_goes_off_by_itself(world: World) -> None:
    mika = world.person("mika")

    await mika.says("/vpn on")

    assert "tokyo" in mika.answer
    assert "until" in mika.answer
    assert re.search(r"switching on[\s\S]*0/2 networks", world.card())
    assert not mika.told("is ready")

    await world.pass_time(ON)

    assert "VPN tokyo is on" in world.card()
    assert len(mika.told("VPN tokyo is ready")) == 1
    assert world.associated("tokyo") == 2

    connection = world.connects("mika", "tokyo")
    await world.pass_time(2 * MINUTE)
    assert "1 connection" in world.card()

    await world.pass_time(11 * MINUTE)
    assert "VPN tokyo is on" in world.card(), "somebody is connected: nothing goes off"

    world.disconnects(connection)
    await world.pass_time(8 * MINUTE)
    assert "VPN tokyo is on" in world.card(), "10 minutes are not over"

    await world.pass_time(5 * MINUTE)
    card = world.card()
    assert "VPN tokyo is off" in card
    assert "Nobody was connected for 10 min" in card
    assert "mika" in card
    assert re.search(r"\$0\.\d\d", card)
    assert "this calendar month" in card
    assert world.associated("tokyo") == 0
    assert len(world.cards()) == 1, "one live card, edited"


async def test_the_idle_clock_starts_when_it_is_associated(world: World) -> None:
    world.association_takes(9 * MINUTE)
    await world.person("mika").says("/vpn on")

    await world.pass_time(9 * MINUTE + 7 * MINUTE)

    assert "VPN tokyo is on" in world.card()


async def test_a_colleague_joins_and_each_ends_their_own(world: World) -> None:
    mika, ren = world.person("mika"), world.person("ren")
    await mika.says("/vpn on for 2h")
    await ren.says("/vpn on for 3h")
    await world.pass_time(ON)
    assert "mika until" in world.card()
    assert "ren until" in world.card()
    assert len(mika.told("is ready")) == len(ren.told("is ready")) == 1
    assert len(world.cards()) == 1

    await mika.says("/vpn off")

    assert "ren" not in mika.answer, "staff see counts, not names"
    assert re.search(r"1 (other|colleague|person)", mika.answer)
    await world.pass_time(2 * MINUTE)
    assert world.associated("tokyo") == 2
    assert "mika until" not in world.card()

    await ren.says("/vpn off")
    await world.pass_time(5 * MINUTE)

    assert world.associated("tokyo") == 0
    assert "Nobody asks for it any more" in world.card()


async def test_extending_moves_my_time_but_never_past_the_longest_lease(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/vpn on for 1h")
    before = world.until("mika")

    await mika.says("/vpn extend 1h")
    assert world.until("mika") == before + 60 * MINUTE

    await mika.says("/vpn extend 1d")
    assert world.until("mika") == before + 7 * 60 * MINUTE
    assert "8 h" in mika.answer


async def test_asking_again_never_takes_time_away(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/vpn on for 6h")
    before = world.until("mika")

    await mika.presses("Join")
    assert world.until("mika") == before
    await mika.says("/vpn on")
    assert world.until("mika") == before

    await mika.says("/vpn on for 1h")
    assert world.until("mika") == before
    assert "yours" in mika.answer or "until" in mika.answer


async def test_extending_what_i_do_not_have_says_what_to_type(world: World) -> None:
    mika = world.person("mika")

    await mika.says("/vpn extend 1h")

    assert "/vpn on" in mika.answer


async def test_a_claim_that_ends_while_connected_is_announced_and_then_ends(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/vpn on for 30m")
    await world.pass_time(ON)
    world.connects("mika", "tokyo")

    await world.pass_time(10 * MINUTE)
    assert not mika.told("ends in")
    await world.pass_time(2 * MINUTE)
    assert len(mika.told("ends in 15 minutes")) == 1
    await world.pass_time(10 * MINUTE)
    assert len(mika.told("ends in 5 minutes")) == 1
    await world.pass_time(10 * MINUTE)

    assert len(mika.told("has ended")) == 1
    assert world.associated("tokyo") == 0
    assert "mika" in world.card()


async def test_the_warning_has_a_button_that_extends(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/vpn on for 20m")
    await world.pass_time(ON)
    world.connects("mika", "tokyo")
    await world.pass_time(3 * MINUTE)
    before = world.until("mika")

    await mika.presses("Extend 1 h", place=mika.dm)

    assert world.until("mika") == before + 60 * MINUTE
    await world.pass_time(15 * MINUTE)
    assert world.associated("tokyo") == 2


async def test_whoever_asks_while_it_goes_off_gets_it_back(world: World) -> None:
    world.disassociation_takes(4 * MINUTE)
    mika, ren = world.person("mika"), world.person("ren")
    await mika.says("/vpn on")
    await world.pass_time(ON)
    await mika.says("/vpn off")
    await world.pass_time(2 * MINUTE)
    assert "switching off" in world.card()

    await ren.says("/vpn on")
    await world.pass_time(10 * MINUTE)

    assert world.associated("tokyo") == 2
    assert ren.told("is ready")


async def test_the_buttons_of_the_card_are_commands(world: World) -> None:
    mika, ren = world.person("mika"), world.person("ren")
    await mika.says("/vpn on")
    await world.pass_time(ON)

    await ren.presses("Join")
    assert world.claims("ren")

    await ren.presses("Get profile")
    assert any(name.endswith(".ovpn") for name in await ren.files())

    await ren.presses("End mine")
    assert not world.claims("ren")


async def test_a_place_without_the_app_gets_its_card_by_direct_message(world: World) -> None:
    oda = world.person("oda")

    await oda.says("/vpn on", place="ops")

    assert any("VPN tokyo is switching on" in seen.text for seen in oda.dms())
    assert world.cards("ops") == []
    if world.platform == "slack":  # in Teams nobody can ask in a team that the app is not in
        assert re.search(r"in your own chat with me", oda.answer)


async def test_who_asks_again_in_their_own_chat_with_the_app_has_one_card_there(world: World) -> None:
    oda = world.person("oda")
    await oda.says("/vpn on", place="ops")
    await world.pass_time(ON)

    await oda.presses("Join", place=oda.dm)
    await oda.says("/vpn on for 1h", place=oda.dm)
    await world.pass_time(MINUTE)

    (card,) = [seen.text for seen in oda.dms() if "End mine" in seen.buttons]
    assert "VPN tokyo is on" in card
    assert world.cards("ops") == []


async def test_status_shows_names_to_operators_and_counts_to_staff(world: World) -> None:
    mika, ren, oda = world.person("mika"), world.person("ren"), world.person("oda")
    await mika.says("/vpn on")
    await world.pass_time(ON)
    world.connects("mika", "tokyo")
    await world.pass_time(MINUTE)

    await oda.says("/vpn status")
    assert "mika" in oda.answer

    await ren.says("/vpn status")
    assert "mika" not in ren.answer
    assert "1 connection" in ren.answer


async def test_the_profile_comes_by_direct_message(world: World) -> None:
    mika = world.person("mika")

    await mika.says("/vpn profile")

    ((name, content),) = (await mika.files()).items()
    assert name.endswith(".ovpn")
    assert "remote " in content
