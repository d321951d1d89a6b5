"""Which place is meant where an answer is read elsewhere than where it was asked for, as in Teams it always is."""

import re

from tests.scenarios.world import World


async def test_the_buttons_of_an_answer_are_about_the_place_that_it_speaks_of(world: World) -> None:
    oda = world.person("oda")
    await oda.says("/alerts subscribe alarms", "vpn")
    ends = re.search(r"Unsubscribe \w{6}", oda.answer)
    assert ends is not None

    await oda.presses("Try it")
    (tried,) = world.cards()
    assert "A test alert" in tried
    await oda.presses(ends[0])

    assert "No more in " in oda.answer
    await oda.says("/alerts list", "vpn")
    assert "Nothing is subscribed where you asked, nor in your own chat with me yet." in oda.answer


async def test_a_form_is_about_the_place_where_it_was_asked_for(world: World) -> None:
    oda = world.person("oda")
    await oda.says("/alerts subscribe", "vpn")
    await oda.submits(kinds="alarms", severity="critical", resource="", tag="", hours="")

    await world.happens(world.alarm("cpu", world.desktop("mika")))
    await oda.says("/alerts list", "vpn")

    assert "alarms; only what is critical: where you asked" in oda.answer
    assert not world.cards(), "it is a warning"


async def test_the_other_chats_channels_take_an_admin(both: World) -> None:
    oda, alex = both.person("oda", "teams"), both.person("alex", "teams")
    place = both.side("slack").place("vpn")

    await oda.says(f"/alerts subscribe alarms --place {place}", "vpn")
    assert "Only an admin may do /alerts subscribe" in oda.answer
    await alex.says(f"/alerts subscribe alarms --place {place}", "vpn")
    assert f"From now on {place} hears alarms." in alex.answer
    await both.happens(both.alarm("cpu", both.desktop("mika")))

    assert any("is high" in seen.text for seen in both.person("oda", "slack").reads("vpn"))
