"""2,000 alerts to 50 places, over chats that fail at random, by two bots of which one is killed again and again.

Every alert is said exactly once, in a message of its own or in a list of those that were held back. A bot that is
killed after a chat has taken a message, and before it could write that down, says it once more: at most one for each
kill and place, and those are printed.
"""

import asyncio
import faulthandler
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aws_ops.queue import Queue
from notifiers import subscription_items
from notifiers.place import Place
from notifiers.subscriptions import Filter
from sandbox.slack.people import BOT_USER, Channel
from sandbox.teams.people import Conversation
from tests.chats.slack import SlackSide
from tests.chats.teams import TeamsSide
from tests.processes.conftest import Processes

pytestmark = pytest.mark.faults

PLACES, ALERTS, KILLS = 50, 2_000, 5
NAMED = re.compile(r"load-\d\d-\d{4}")
WITHIN_S = 420


class Load:
    """The places, half of them in each chat, and what was said there."""

    def __init__(self, slack: SlackSide, teams: TeamsSide) -> None:
        self.slack, self.teams = slack, teams
        self.names = [f"load-{number:02}" for number in range(PLACES)]
        for number, name in enumerate(self.names):
            self._make(number, name)

    def _make(self, number: int, name: str) -> None:
        if self._in_slack(number):
            channel = Channel(f"C0LOAD{number:04}", name, {"U0ALEX0001", BOT_USER})
            self.slack.slack.world.channels[channel.id] = channel
        else:
            world = self.teams.teams.world
            vpn = world.place("vpn")
            made = Conversation(f"19:load{number:04}@thread.tacv2", name, "channel", vpn.team, set(vpn.members))
            world.conversations[made.id] = made

    def _in_slack(self, number: int) -> bool:
        return number % 2 == 0

    def place(self, number: int) -> Place:
        """The place of this number."""
        side = self.slack if self._in_slack(number) else self.teams
        return Place.parse(side.place(self.names[number]))

    def said(self) -> Counter[tuple[str, int]]:
        """How many messages say each alert: its name, and the number of the place."""
        found: Counter[tuple[str, int]] = Counter()
        for number, name in enumerate(self.names):
            side = self.slack if self._in_slack(number) else self.teams
            for root, replies in side.threads(name):
                for text in (root, *replies):
                    found.update({(alert, number): 1 for alert in set(NAMED.findall(text))})
        return found


def alarm(number: int) -> str:
    """An alarm that goes off, as the queue has it; its place is told by its name."""
    name = f"load-{number % PLACES:02}-{number:04}"
    arn = f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"
    event = {
        "version": "0",
        "id": f"00000000-0000-4000-8000-{number:012}",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": "2026-11-28T09:00:00Z",
        "region": "us-east-1",
        "resources": [arn],
        "detail": {
            "alarmName": name,
            "configuration": {"metrics": []},
            "previousState": {"value": "OK", "timestamp": "2026-11-28T08:00:00.000+0000"},
            "state": {"value": "ALARM", "reason": "Threshold crossed", "timestamp": "2026-11-28T09:00:00.000+0000"},
        },
    }
    return json.dumps({"v": 1, "kind": "aws", "event": event})


@pytest.fixture
async def flood(tmp_path: Path) -> AsyncIterator[tuple[Processes, Load]]:
    slack, teams = SlackSide(), TeamsSide()
    for side in (slack, teams):
        await side.start()
    processes = Processes(tmp_path, slack, teams)
    try:
        await processes.start_aws()
        yield processes, Load(slack, teams)
    finally:
        await processes.stop()
        for side in (slack, teams):
            await side.stop()


async def subscribe(processes: Processes, load: Load) -> None:
    """Each place hears the alarms that are named after it."""
    table = processes.table()
    for number, name in enumerate(load.names):
        what = Filter(kinds=("alarms",), resource=f"{name}-*")
        by = "oda@example.com"
        made = subscription_items.subscription(
            str(load.place(number)), what, severity="info", hours=None, by=by, scope="all"
        )
        await asyncio.to_thread(subscription_items.write, table, made)


def send(queue: Queue) -> None:
    """Every alarm goes off, one after the other."""
    for number in range(ALERTS):
        queue.send_text(alarm(number))


async def is_said(load: Load, alerts: int) -> None:
    """Wait until so many of them are said, once at least."""
    async with asyncio.timeout(WITHIN_S):
        while len(load.said()) < alerts:
            await asyncio.sleep(0.5)


async def test_each_of_two_thousand_is_said_once(
    flood: tuple[Processes, Load], capsys: pytest.CaptureFixture[str]
) -> None:
    faulthandler.cancel_dump_traceback_later()  # it takes minutes, and that is no hang
    processes, load = flood
    bots = [await processes.start_bot(), await processes.start_bot()]
    await load.teams.introduce()
    await subscribe(processes, load)
    for number, side in enumerate((load.slack, load.teams)):
        side.server.fail_at_random(0.1, seed=number, hang_s=1.0)

    sending = asyncio.create_task(asyncio.to_thread(send, processes.queue()))
    for kill in range(KILLS):
        await is_said(load, ALERTS * (kill + 1) // (KILLS + 1))
        await bots.pop(0).kill()
        bots.append(await processes.start_bot())
    await sending
    await is_said(load, ALERTS)
    await asyncio.sleep(5)  # whatever is said twice is said by then

    said = load.said()
    twice = {alert: count for alert, count in said.items() if count > 1}
    with capsys.disabled():
        print(f"\n{len(said)} of {ALERTS} said; more than once: {len(twice)}: {sorted(twice.items())}")  # noqa: T201 - to be read
    assert len(said) == ALERTS
    assert all(alert.startswith(load.names[number]) for alert, number in said)
    again: Counter[int] = Counter()
    for (_, number), count in twice.items():
        again[number] += count - 1
    assert all(count <= KILLS for count in again.values()), again
