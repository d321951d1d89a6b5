"""Bots as real processes, killed without a farewell: whoever comes next goes on where they were.

These live by the wall clock, with durations of seconds: a killed process cannot share a clock that tests move.
"""

import asyncio
from functools import partial

from sandbox.slack.client import SlackPerson
from tests.processes.conftest import Processes


def was_told_that_it_is_ready(person: SlackPerson) -> bool:
    return any("is ready" in shown.plain for shown in person.dms())


async def test_killed_while_associating_the_next_bot_tells_that_it_is_ready(processes: Processes) -> None:
    mika = processes.slack.person("mika")
    first = await processes.start_bot()
    await mika.command("/vpn on")
    await processes.card_says("switching on")

    await first.kill()
    await processes.start_bot()

    await processes.card_says("VPN tokyo is on")
    assert len(processes.cards()) == 1
    await processes.until(partial(was_told_that_it_is_ready, mika))


async def test_killed_while_idle_it_goes_off_all_the_same(processes: Processes) -> None:
    mika = processes.slack.person("mika")
    first = await processes.start_bot(idle="3s")
    await mika.command("/vpn on")
    await processes.card_says("VPN tokyo is on")

    await first.kill()
    await processes.until(lambda: processes.control("GET", "state")["executions"][0].get("EndTimestamp") is not None)
    await processes.start_bot(idle="3s")

    await processes.card_says("VPN tokyo is off")
    assert len(processes.cards()) == 1
    assert processes.control("GET", "calls")["EC2.DisassociateClientVpnTargetNetwork"] == 2


async def test_two_people_at_once_through_two_bots_share_one_run(processes: Processes) -> None:
    one, two = await processes.start_bot(), await processes.start_bot()
    mika, ren = processes.slack.person("mika"), processes.slack.person("ren")

    await asyncio.gather(mika.command("/vpn on", to=one.url), ren.command("/vpn on", to=two.url))
    await processes.card_says("VPN tokyo is on")

    assert len(processes.cards()) == 1
    assert processes.control("GET", "calls")["EC2.AssociateClientVpnTargetNetwork"] == 2
    for person in (mika, ren):
        await processes.until(partial(was_told_that_it_is_ready, person))


async def test_a_bot_that_is_asked_to_end_finishes_what_it_began(processes: Processes) -> None:
    mika = processes.slack.person("mika")
    bot = await processes.start_bot()

    await mika.command("/vpn on")
    code = await bot.end()

    assert code == 0
    assert any(shown.ephemeral and "tokyo" in shown.plain for shown in mika.sees())
