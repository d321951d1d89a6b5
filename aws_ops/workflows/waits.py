"""Steps and waits of a durable function, with the rules that each of ours keeps.

An execution may have 3,000 operations, and AWS raises that for nobody: a step is one and its retries, a wait is one and
its polls. So they are counted here, and after 2,000 the execution ends for its successor (`Spent`). Waits have no limit
of attempts and no jitter: the SDK's own strategy fails the execution at the sixtieth poll, and so does an exception in
a check. https://docs.aws.amazon.com/lambda/latest/dg/durable-execution-sdk.html
"""

import logging
from collections.abc import Callable, Mapping
from typing import TypedDict, TypeVar

from aws_durable_execution_sdk_python import DurableContext, StepContext, StepError
from aws_durable_execution_sdk_python.config import Duration, StepConfig
from aws_durable_execution_sdk_python.retries import RetryDecision
from aws_durable_execution_sdk_python.types import WaitForConditionCheckContext
from aws_durable_execution_sdk_python.waits import WaitForConditionConfig, WaitForConditionDecision

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")

OPERATIONS = 2_000
LAST_STEP = 900
"""How many tries the step has that starts a successor: what is left of the quota, with something to spare."""
AGAIN = "again"
"""What a look says that has no verdict and has more to do at once."""
_LONGEST_PAUSE_S = 60


class Spent(Exception):
    """This execution has used the operations that it may: hand over."""


class _Done(TypedDict):
    value: str
    tries: int


class _Polled(TypedDict):
    verdict: str | None
    polls: int
    again: bool


class Steps:
    """The named steps and waits of one execution. Replays count the same, so what they raise is the same too."""

    def __init__(self, context: DurableContext, *, tick_s: int) -> None:
        self._context = context
        self._tick_s = tick_s
        self._most = OPERATIONS
        self.operations = 0

    def do(self, name: str, act: Callable[[], str]) -> str:
        """Do `act` once, as far as anybody can see: it may run twice. Errors are tried again, ever less often.

        Raises Spent.
        """
        try:
            return self._step(name, act, self._left())
        except StepError as error:
            raise Spent from error

    def last(self, name: str, act: Callable[[], str]) -> str:
        """The step of an execution that is spent. Raises StepError when it never succeeds."""
        return self._step(name, act, LAST_STEP)

    def until(self, name: str, look: Callable[[], str | None]) -> str:
        """Look at each tick, or AGAIN at once, until there is a verdict, and return it. Raises Spent."""
        left = self._left()

        def check(_: _Polled, poll: WaitForConditionCheckContext) -> _Polled:
            said = _guarded(name, look)
            return {"verdict": None if said == AGAIN else said, "polls": poll.attempt, "again": said == AGAIN}

        def strategy(state: _Polled, attempt: int) -> WaitForConditionDecision:
            if state["verdict"] is not None or attempt >= left:
                return WaitForConditionDecision.stop_polling()
            return WaitForConditionDecision.continue_waiting(Duration(seconds=1 if state["again"] else self._tick_s))

        first: _Polled = {"verdict": None, "polls": 0, "again": False}
        state = self._context.wait_for_condition(check, WaitForConditionConfig(strategy, first), name)
        self.operations += 1 + state["polls"]
        if state["verdict"] is None:
            raise Spent
        return state["verdict"]

    def _step(self, name: str, act: Callable[[], str], most: int) -> str:
        def body(step: StepContext) -> _Done:
            return {"value": act(), "tries": step.attempt}

        def retry(_: Exception, tries: int) -> RetryDecision:
            if tries >= most:
                return RetryDecision.no_retry()
            return RetryDecision.retry(Duration(seconds=min(2 ** min(tries, 10), _LONGEST_PAUSE_S)))

        done = self._context.step(body, name, StepConfig(retry_strategy=retry))
        self.operations += done["tries"]
        return done["value"]

    def _left(self) -> int:
        if self.operations >= self._most:
            raise Spent
        return self._most - self.operations


def live(
    run: R,
    steps: Steps,
    begin: Callable[[], str],
    chapters: Mapping[str, Callable[[R, Steps], str]],
    hand_over: Callable[[], str],
) -> str:
    """Go from chapter to chapter until there is none for the phase, or the execution is spent; the last phase.

    A chapter lives through one phase of the run and gives the next.
    """
    try:
        phase = steps.do("begin", begin)
        while phase in chapters:
            phase = chapters[phase](run, steps)
    except Spent:
        phase = steps.last("hand over", hand_over)
    return phase


def _guarded(name: str, look: Callable[[], str | None]) -> str | None:
    try:
        return look()
    except Exception:
        # Whatever it is: one that got out would end the execution, and nobody would look any more.
        log.exception("a look of %r failed and will be taken again", name)
        return None
