"""What becomes of an upgrade's waves: whether one is over, and whether its failures stop all. Pure."""

from collections.abc import Collection
from typing import Literal

from aws_ops.upgrade_items import Machine, UpgradeOrder, open_between

Verdict = Literal["on", "over", "canary", "rate"]
_ENOUGH = 5
"""How many have to be over before their part of failures says something."""


def verdict(order: UpgradeOrder, machines: Collection[Machine], wave: int) -> Verdict:
    """Whether the wave goes `on`, is `over`, or why it is the last: its `canary` is not healthy, or the failure `rate`.

    A first wave of which none was rebuilt shows nothing, and is not healthy: also where it is the only one.
    """
    mine = [machine for machine in machines if machine.wave == wave]
    failed = sum(machine.phase == "failed" for machine in mine)
    over = all(machine.over for machine in mine)
    if wave == 0 and over and not any(machine.phase == "done" for machine in mine):
        return "canary"
    if wave == 0 and len(order.waves) > 1:
        if failed > order.canary_failures:
            return "canary"
    elif _fails_too_often(order, machines):
        return "rate"
    return "over" if over else "on"


def _fails_too_often(order: UpgradeOrder, machines: Collection[Machine]) -> bool:
    failed = sum(machine.phase == "failed" for machine in machines)
    finished = failed + sum(machine.phase == "done" for machine in machines)
    return finished >= _ENOUGH and failed / finished > order.failure_rate


def waited_s(order: UpgradeOrder, machine: Machine, pauses: Collection[tuple[int, int]], now: int) -> int:
    """For how long a machine has waited in its turn, while the window was open and nobody had paused it."""
    if machine.turn is None:
        return 0
    since = max(machine.turn, machine.not_before or 0)
    paused = sum(open_between(order.window, max(since, begin), min(end, now)) for begin, end in pauses)
    return open_between(order.window, since, now) - paused
