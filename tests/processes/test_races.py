"""Two approvers press at the same moment, through two bots as real processes: one decides, the other hears who."""

import asyncio
import re
from collections import Counter

import pytest

from aws_ops import workspace_runs
from aws_ops.bucket import Rate
from aws_ops.desk import Desk
from aws_ops.workspace_items import Order, Target, Terms
from aws_ops.workspace_runs import Follower
from notifiers.message import line
from sandbox.aws.workspaces_seed import WHOSE
from tests.chats import Human
from tests.processes.conftest import Processes

pytestmark = pytest.mark.faults

# A thousand in Slack, in parts. Teams lets an app say 7 things a second in one conversation, and 1,800 an hour.
RACES = {"slack": 100, "teams": 10}
AT_ONCE = {"slack": 10, "teams": 2}
PARTS = ["slack"] * 10 + ["teams"]


def connect(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The processes' desk, for a test that asks for what is to be decided."""
    for name, value in processes.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    env = processes.environment
    return Desk.connect(
        region=env["AWS_REGION"],
        endpoint_url=env["AWS_ENDPOINT_URL"],
        table=env["DESKSIDE_TABLE"],
        queue_url=env["DESKSIDE_QUEUE_URL"],
        prefix=env["DESKSIDE_PREFIX"],
    )


def order(workspace: str) -> Order:
    """A reboot that needs an approval: nothing is destroyed, so that any number may wait for one WorkSpace."""
    return Order(
        op="reboot",
        targets=(Target(workspace, WHOSE[workspace], None),),
        requester="oda@example.com",
        owner=None,
        owner_consents=False,
        reason=None,
        ask_s=None,
        silence="stop",
        patience_s=60,
        approval=Terms(1, 3600, 3600, ("ada@example.com", "alex@example.com")),
        digest="of another plan",
        new=None,
        rate=Rate(1000, 1000),
        role=None,
        tick_s=30,
        plan={},
    )


def posted(processes: Processes, desk: Desk) -> str:
    """A run that waits for its approval, with its card: its id."""
    place = processes.side.place("vpn")
    run = workspace_runs.begin(desk, order(next(iter(WHOSE))), (Follower(place, discreet=True),)).run
    assert run is not None
    card = {"pk": f"CARD#{run}", "sk": place, "ts": "0", "seq": 1_000_000, "message": line("shown").model_dump_json()}
    desk.table.put(card)
    return run


# What was decided shall not be begun, told and swept a thousand times beside the races.
NOTHING_ELSE = (
    {"service": "Lambda", "operation": "Invoke", "error": "AccessDenied", "rate": 1},
    {"service": "SQS", "operation": "ReceiveMessage", "error": "AccessDenied", "rate": 1},
)


@pytest.mark.parametrize("side", PARTS, indirect=True)
@pytest.mark.parametrize("processes", [{"sweep_s": 3600}], indirect=True)
async def test_two_approvals_at_once_have_one_winner_and_the_other_hears_who(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    races = RACES[processes.side.platform]
    processes.also_approver = "alex"
    one, two = await processes.start_bot(), await processes.start_bot()
    desk = connect(processes, monkeypatch)
    ada, alex = processes.person("ada"), processes.person("alex")
    for fault in NOTHING_ELSE:
        processes.control("POST", "faults", fault)
    runs: list[str] = []

    async def race() -> None:
        run = await asyncio.to_thread(posted, processes, desk)
        runs.append(run)
        words = f"/approve {run}"
        await asyncio.gather(
            ada.says(words, ada.dm, to=processes.side.address(one.port)),
            alex.says(words, alex.dm, to=processes.side.address(two.port)),
        )

    for _ in range(races // AT_ONCE[processes.side.platform]):
        await asyncio.gather(*(race() for _ in range(AT_ONCE[processes.side.platform])))
    await processes.until(lambda: len(heard(ada)) + len(heard(alex)) >= 2 * races, 120)

    assert Counter(heard(ada) + heard(alex)) == {"won": races, "lost": races}
    decided = [desk.table.get(f"APPROVAL#{run}", "APPROVAL") for run in runs]
    assert [len(item["decisions"]) for item in decided if item] == [1] * races
    assert heard(ada).count("lost") == heard(alex).count("won"), "whoever lost was told that the other was first"


def heard(person: Human) -> list[str]:
    """What somebody was told of their decisions."""
    return [kind for seen in person.reads(person.dm) if (kind := _kind(seen.text))]


def _kind(answer: str) -> str:
    if "You approved it" in answer:
        return "won"
    return "lost" if re.search(r"a(da|lex)@example\.com approved this already", answer) else ""
