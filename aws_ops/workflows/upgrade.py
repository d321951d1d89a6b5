"""An upgrade of WorkSpaces to another image: from the grant over its waves to the report.

The state is in the table (`RUN#<run>`/`META`, a row for each machine), and every execution begins by reading it: it may
die anywhere, be started twice, or take over in the middle. People reach it through the table alone, see
`aws_ops.upgrade_runs`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from aws_durable_execution_sdk_python import DurableContext, durable_execution

from aws_ops.lambdas import env
from aws_ops.workflows.executions import OVER
from aws_ops.workflows.upgrade_look import Run
from aws_ops.workflows.upgrade_prepare import prepare
from aws_ops.workflows.upgrade_steps import begin, close
from aws_ops.workflows.upgrade_ticks import tick, work
from aws_ops.workflows.waits import Steps, live


@durable_execution
def handler(event: Any, context: DurableContext) -> Mapping[str, str]:
    """Compare the plan, give the bundle its image, rebuild wave by wave whom that throws out of nothing; report it."""
    run = Run.of(event, env.desk())
    steps = Steps(context, tick_s=run.order.tick_s)
    return {"run": run.id, "phase": live(run, steps, partial(begin, run), CHAPTERS, run.hand_over)}


def _preparing(run: Run, steps: Steps) -> str:
    """It is granted, or there would be no execution: compare the plan with what was agreed to, update the bundle."""
    return steps.until("prepare", partial(tick, run, prepare))


def _working(run: Run, steps: Steps) -> str:
    """Rebuild machine by machine, in its window and at its rate, and follow each to its real end state."""
    return steps.until("rebuild and follow", partial(tick, run, work))


def _over(run: Run, steps: Steps) -> str:
    """Write the report, give up the locks, close it, say how it ended."""
    return steps.do("close", partial(close, run))


CHAPTERS: Mapping[str, Callable[[Run, Steps], str]] = {
    "approval": _preparing,
    "preparing": _preparing,
    "running": _working,
    "gate": _working,
    OVER: _over,
}
