"""How long an upgrade of 10,000 WorkSpaces takes beside what AWS's limit of calls allows, and what it costs.

`python -m bench.bench_upgrade [machines]` lives through one in a simulation whose clock is moved: the workflow's own
code against the sandbox's WorkSpaces, which throttle at 2 calls a second and rebuild in 20 minutes; one wave, no
window, as many at once as there are. It prints the time that passed in there beside the least that its calls take,
calls, operations of the durable executions (1, polls and retries, over all successors), writes, memory and how long
the simulation took, and fails where one is more than was promised.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator

from aws_ops import approvals, upgrade_look, upgrade_plan, upgrade_request, upgrade_runs
from aws_ops.approvals import Terms
from aws_ops.lambdas import env
from aws_ops.upgrade_items import Report, UpgradeOrder
from aws_ops.upgrade_request import Request
from aws_ops.workflows import upgrade
from aws_ops.workspace_items import Follower
from bench.upgrade_world import Account, Context
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.workspaces_fleet import Fleet
from sandbox.aws.workspaces_seed import NEW_IMAGE, STANDARD

MACHINES, REBUILD_S, TICK_S = 10_000, 20 * 60, 60
WITHIN, MOST_MB, MOST_OPERATIONS = 1.15, 300, 2_500
ODA, ADA, PLACE = "oda@example.com", "ada@example.com", "slack:C0BENCH"
REQUEST = Request(STANDARD, NEW_IMAGE, tag="Fleet=fleet", canary="100%", max_concurrent=0, tick_s=TICK_S)


def begun(account: Account) -> str:
    """Ask for the upgrade of the whole fleet by its plan, and approve it; the run's id."""
    planned = upgrade_plan.plan(upgrade_look.look(account.desk, REQUEST), REQUEST, {}, account.now)
    assert not planned.faults, planned.faults
    order = UpgradeOrder(
        op="upgrade",
        bundle=REQUEST.bundle,
        image=REQUEST.image,
        old_image=planned.old_image,
        waves=planned.waves,
        canary_failures=0,
        gate="none",
        window=None,
        max_concurrent=REQUEST.max_concurrent,
        notice_s=0,
        defers=0,
        snapshot="fresh",
        wait_s=12 * 3600,
        failure_rate=0.1,
        ssm=False,
        housekeeping=False,
        report=Report("bench", "workspaces-upgrades/", None),
        requester=ODA,
        approval=Terms(quorum=1, deadline_s=3600, remind_s=1800, approvers=(ADA,)),
        digest=planned.digest,
        rate=REQUEST.rate,
        role=None,
        tick_s=TICK_S,
        protect=None,
        reason=None,
        of=None,
        request=upgrade_request.words(REQUEST),
        plan=planned.shown(),
        names=planned.names,
    )
    run = upgrade_runs.begin(account.desk, order, planned.machines, planned.excluded, (Follower(PLACE, False),)).run
    assert run is not None
    account.table.put({"pk": f"CARD#{run}", "sk": PLACE, "message_id": "1", "seq": 1})
    assert approvals.decide(account.desk, run, ADA, "granted", None).outcome == "granted"
    return run


def executions(account: Account) -> Iterator[int]:
    """Live through one after the other; the operations of each."""
    while account.functions.waiting:
        context = Context()
        upgrade.handler.__wrapped__(json.loads(account.functions.waiting.pop(0)), context)  # type: ignore[attr-defined]
        yield context.operations


def main(machines: int) -> None:
    """Print the figures, and compare them with what was promised."""
    pace = Pace(workspace_rebuild_s=REBUILD_S, workspaces_per_s=REQUEST.rate.per_s, workspaces_burst=REQUEST.rate.burst)
    account = Account(Fleet(machines, spread_s=8 * 3600, seen_s=12 * 3600), pace)
    setattr(env, "desk", lambda: account.desk)  # noqa: B010 - what the environment of a Lambda function names
    run, planned_calls, real = begun(account), account.called, time.perf_counter()
    begins, table_calls = account.now, account.table.calls
    operations = list(executions(account))
    took, lasted = time.perf_counter() - real, account.now - begins
    calls = account.called - planned_calls
    least = calls / REQUEST.rate.per_s
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = upgrade_runs.snapshot_of(account.desk, run)["counts"]
    print(f"{machines} machines, {len(operations)} executions: {counts}")
    print(f"  {lasted / 3600:.2f} h, the calls alone take {least / 3600:.2f} h: {lasted / least:.3f} of it")
    print(f"  {calls} calls of WorkSpaces ({calls / machines:.2f} a machine), {account.calls['throttled']} throttled")
    print(f"  {dict(account.calls.most_common())}")
    print(f"  {sum(operations)} operations, at most {max(operations)} of an execution")
    print(f"  {account.table.calls - table_calls} calls of the table, {account.table.written} items written in them")
    print(f"  {sum(account.queue.counts.values())} facts, at most {account.queue.largest} bytes")
    print(f"  {memory:.0f} MB with the simulated account; simulated in {took:.0f} s")
    assert counts["done"] == machines, counts
    # The last rebuild is waited for, which is a small part where there are thousands.
    assert lasted <= max(WITHIN * least, least + REBUILD_S + 5 * TICK_S)
    assert max(operations) < MOST_OPERATIONS
    assert memory < MOST_MB


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MACHINES)
