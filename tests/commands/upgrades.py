"""Upgrades that are there already, as far as their commands look at them."""

from dataclasses import replace
from typing import Any

from aws_ops import runs, upgrade_request, upgrade_runs
from aws_ops.approvals import Terms
from aws_ops.bucket import Rate
from aws_ops.desk import Desk
from aws_ops.runs import keyed
from aws_ops.upgrade_items import Machine, UpgradeOrder, asked_key
from aws_ops.upgrade_request import Request
from sandbox.aws import workspaces_seed as seed

RATE = Rate(per_s=1000, burst=1000)
ADA = "ada@example.com"
PLAN = {
    "total": 3,
    "waves": [1, 2],
    "excluded": {"protected": 1},
    "remarks": [],
    "people": 3,
    "unowned": 0,
    "calls": 20,
    "duration_s": 3000,
    "usd": 0.01,
    "window": None,
    "notice_s": 600,
    "concurrent": 10,
    "failures": 0.1,
    "canary_failures": 0,
    "gate": True,
    "snapshot": "fresh",
    "wait_s": 43_200,
}


def order(**changes: Any) -> UpgradeOrder:
    """Oda's upgrade of three desktops of the bundle Office."""
    request = Request(bundle=seed.STANDARD, image=seed.NEW_IMAGE, canary="1", waves=("2",), rate=RATE)
    made = UpgradeOrder(
        op="upgrade",
        bundle=seed.STANDARD,
        image=seed.NEW_IMAGE,
        old_image=seed.OLD_IMAGE,
        waves=(1, 2),
        canary_failures=0,
        gate="canary",
        window=None,
        max_concurrent=10,
        notice_s=600,
        defers=2,
        snapshot="fresh",
        wait_s=43_200,
        failure_rate=0.1,
        ssm=False,
        housekeeping=False,
        report=None,
        requester="oda@example.com",
        approval=Terms(quorum=1, deadline_s=28_800, remind_s=3600, approvers=(ADA,)),
        digest="0" * 32,
        rate=RATE,
        role=None,
        tick_s=60,
        protect=seed.PROTECT,
        reason="security",
        of=None,
        request=upgrade_request.words(request),
        plan=PLAN,
        names={seed.STANDARD: "Office", seed.NEW_IMAGE: "office-2026-2", seed.OLD_IMAGE: "office-2026-1"},
    )
    return replace(made, **changes)


def machines(now: int) -> tuple[Machine, ...]:
    """Mika's, Oda's and Ada's, who were told and may answer."""
    there = ((seed.MIKAS, "mika"), (seed.ODAS, "oda"), (seed.ADAS, "ada"))
    return tuple(
        Machine(n, id_, user, None, f"{user}@example.com", int(n > 0), notice_at=now, notified=True)
        for n, (id_, user) in enumerate(there)
    )


def begun(desk: Desk, now: int, asked: UpgradeOrder, phase: str, **attributes: Any) -> str:
    """A run of these that has come as far as this; with `g1pk` and so on it is over."""
    made = upgrade_runs.begin(desk, asked, machines(now), (), ()).run
    assert made is not None
    desk.table.update(*runs.run_key(made), set={"phase": phase, **attributes})
    for machine in machines(now):
        desk.table.put(keyed(asked_key(made, machine.id), n=machine.n))
    return made
