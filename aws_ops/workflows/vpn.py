"""A VPN run: a network that is on while somebody needs it, and off by itself.

The state is in the table (`RUN#<run>`/`META`), and every execution begins by reading it: it may die anywhere, be
started twice, or take over in the middle. People reach it through the table alone, see `aws_ops.vpn_runs`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from aws_durable_execution_sdk_python import DurableContext, durable_execution

from aws_ops.lambdas import env
from aws_ops.workflows.vpn_look import Run
from aws_ops.workflows.vpn_steps import begin, close_unless_wished, hand_over, ready
from aws_ops.workflows.vpn_ticks import (
    ASSOCIATED,
    DISASSOCIATED,
    UNNEEDED,
    associate_what_is_not,
    disassociate_what_is_ours,
    tick,
    watch,
)
from aws_ops.workflows.waits import Steps, live


@durable_execution
def handler(event: Any, context: DurableContext) -> Mapping[str, str]:
    """Associate, watch until nobody needs it, cut; and again for whoever claimed meanwhile."""
    run = Run.of(event, env.desk())
    steps = Steps(context, tick_s=run.endpoint.tick_s)
    return {"run": run.id, "phase": live(run, steps, partial(begin, run), CHAPTERS, partial(hand_over, run))}


def _associating(run: Run, steps: Steps) -> str:
    """Save what a cut would lose, associate what is unassociated, put back what was lost; announce that it is ready."""
    verdict = steps.until("associate what is not", partial(tick, run, associate_what_is_not))
    if verdict == ASSOCIATED:
        return steps.do("announce that it is ready", partial(ready, run))
    return _or_cut(verdict, run, steps)


def _ready(run: Run, steps: Steps) -> str:
    """Watch until nobody needs it."""
    return _or_cut(steps.until("watch until nobody needs it", partial(tick, run, watch)), run, steps)


def _cutting(run: Run, steps: Steps) -> str:
    """Look again, cut, wait until it is disassociated, compare; close unless somebody wished meanwhile."""
    verdict = steps.until("look again and cut", partial(tick, run, disassociate_what_is_ours))
    if verdict == DISASSOCIATED:
        return steps.do("close unless somebody wished", partial(close_unless_wished, run))
    return verdict


def _or_cut(verdict: str, run: Run, steps: Steps) -> str:
    return _cutting(run, steps) if verdict == UNNEEDED else verdict


CHAPTERS: Mapping[str, Callable[[Run, Steps], str]] = {
    "associating": _associating,
    "ready": _ready,
    "cutting": _cutting,
}
