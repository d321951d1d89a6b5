"""A run of WorkSpaces: one change of one or several, from the request to their real end states.

The state is in the table (`RUN#<run>`/`META`), and every execution begins by reading it: it may die anywhere, be
started twice, or take over in the middle. People reach it through the table alone, see `aws_ops.workspace_runs`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from aws_durable_execution_sdk_python import DurableContext, durable_execution

from aws_ops.lambdas import env
from aws_ops.workflows.executions import OVER
from aws_ops.workflows.waits import Steps, live
from aws_ops.workflows.workspace_look import Run
from aws_ops.workflows.workspace_steps import begin, close
from aws_ops.workflows.workspace_ticks import compare, listen, tick, work


@durable_execution
def handler(event: Any, context: DurableContext) -> Mapping[str, str]:
    """Compare the plan, ask whoever uses it, wait until it may be, do it, follow it to the end; say what came of it."""
    run = Run.of(event, env.desk())
    steps = Steps(context, tick_s=run.order.tick_s)
    return {"run": run.id, "phase": live(run, steps, partial(begin, run), CHAPTERS, run.hand_over)}


def _approved(run: Run, steps: Steps) -> str:
    """It is granted, or there would be no execution: compare the plan with what was agreed to."""
    return steps.until("compare the plan", partial(tick, run, compare))


def _asking(run: Run, steps: Steps) -> str:
    """Wait for what whoever uses it says."""
    return steps.until("wait for its owner's answer", partial(tick, run, listen))


def _working(run: Run, steps: Steps) -> str:
    """Wait for the time, look once more, ask AWS, and follow that to the real end states."""
    return steps.until("do it and follow it", partial(tick, run, work))


def _over(run: Run, steps: Steps) -> str:
    """Give up the locks, close it, say how it ended."""
    return steps.do("close", partial(close, run))


CHAPTERS: Mapping[str, Callable[[Run, Steps], str]] = {
    "approval": _approved,
    "asking": _asking,
    "waiting": _working,
    "acting": _working,
    "following": _working,
    OVER: _over,
}
