"""Bots as real processes, killed without a farewell: whoever comes next goes on where they were.

These live by the wall clock, with durations of seconds: a killed process cannot share a clock that tests move.
"""

import asyncio
from functools import partial

import pytest

from tests.chats import Human
from tests.processes.conftest import Processes

pytestmark = pytest.mark.faults


def was_told_that_it_is_ready(person: Human) -> bool:
    return bool(person.told("is ready"))


# Of what waits only the newest card is drawn: a bot on a busy machine needs time to show that it is switching on.
@pytest.mark.parametrize("processes", [{"associate_s": 6}], indirect=True)
async def test_killed_while_associating_the_next_bot_tells_that_it_is_ready(processes: Processes) -> None:
    mika = processes.person("mika")
    first = await processes.start_bot()
    await mika.says("/vpn on")
    await processes.card_says("switching on")

    await processes.card_is_noted()
    await first.kill()
    await processes.start_bot()

    await processes.card_says("VPN tokyo is on")
    assert len(processes.cards()) == 1
    await processes.until(partial(was_told_that_it_is_ready, mika))


async def test_killed_while_idle_it_goes_off_all_the_same(processes: Processes) -> None:
    mika = processes.person("mika")
    first = await processes.start_bot(idle="6s")  # long enough to be seen on, however slow this machine is
    await mika.says("/vpn on")
    await processes.card_says("VPN tokyo is on")

    await processes.card_is_noted()
    await first.kill()
    await processes.until(lambda: processes.control("GET", "state")["executions"][0].get("EndTimestamp") is not None)
    await processes.start_bot(idle="6s")

    await processes.card_says("VPN tokyo is off")
    assert len(processes.cards()) == 1
    assert processes.control("GET", "calls")["EC2.DisassociateClientVpnTargetNetwork"] == 2


async def test_two_people_at_once_through_two_bots_share_one_run(processes: Processes) -> None:
    one, two = await processes.start_bot(), await processes.start_bot()
    mika, ren = processes.person("mika"), processes.person("ren")

    await asyncio.gather(
        mika.says("/vpn on", to=processes.side.address(one.port)),
        ren.says("/vpn on", to=processes.side.address(two.port)),
    )
    await processes.card_says("VPN tokyo is on")

    assert len(processes.cards()) == 1
    assert processes.control("GET", "calls")["EC2.AssociateClientVpnTargetNetwork"] == 2
    for person in (mika, ren):
        await processes.until(partial(was_told_that_it_is_ready, person))


async def test_a_bot_that_is_asked_to_end_finishes_what_it_began(processes: Processes) -> None:
    mika = processes.person("mika")
    bot = await processes.start_bot()

    await mika.says("/vpn on")
    code = await bot.end()

    assert code == 0
    assert "tokyo" in mika.answer


async def test_killed_during_an_upgrade_each_desktop_is_rebuilt_once_and_all_is_told(processes: Processes) -> None:
    oda, ada = processes.person("oda"), processes.person("ada")
    bot = await processes.start_bot()
    await processes.side.introduce()

    def said(person: Human, words: str) -> bool:
        return any(words in seen.text for seen in person.dms())

    await oda.says("/upgrade start Office office-2026-2 --ids mika,ada --canary 1 --waves 1", oda.dm)
    await processes.until(lambda: any("Ask for approval" in seen.buttons for seen in oda.reads(oda.dm)))
    await oda.presses("Ask for approval", oda.dm)
    await processes.until(lambda: any("Approve" in seen.buttons for seen in ada.reads(ada.dm)))
    await ada.presses("Approve", ada.dm)
    await processes.until(lambda: processes.control("GET", "calls").get("WorkSpaces.RebuildWorkspaces"))
    await bot.kill()
    await processes.start_bot()

    await processes.until(lambda: said(oda, "2 desktops of Office have been upgraded"), 120)
    assert processes.control("GET", "calls")["WorkSpaces.RebuildWorkspaces"] == 2
