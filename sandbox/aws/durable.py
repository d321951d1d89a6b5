"""The durable functions' engine: the parts of AWS's local runner, put together around the sandbox's clock.

`aws_durable_execution_sdk_python_testing.runner.DurableFunctionTestRunner` shows the same assembly for one function and
its own clocks.
"""

from collections.abc import Callable
from typing import Any

from aws_durable_execution_sdk_python import state as sdk_state
from aws_durable_execution_sdk_python_testing.checkpoint.processor import CheckpointProcessor
from aws_durable_execution_sdk_python_testing.child_dispatcher import FunctionRegistry, InProcessChildDispatcher
from aws_durable_execution_sdk_python_testing.execution import Execution
from aws_durable_execution_sdk_python_testing.executor import Executor
from aws_durable_execution_sdk_python_testing.invoker import InProcessInvoker, create_test_lambda_context
from aws_durable_execution_sdk_python_testing.model import StartDurableExecutionInput
from aws_durable_execution_sdk_python_testing.stores.memory import InMemoryExecutionStore
from aws_durable_execution_sdk_python_testing.worker.registry import ExecutionRegistry

from sandbox.aws.clock import Clock
from sandbox.aws.crashes import Checkpoints
from sandbox.aws.schedule import RunnerClock, SandboxScheduler

YEAR_S = 365 * 24 * 3600
INVOCATION_S = 900
STOP_POLL_S = 0.002

Handler = Callable[[Any, Any], Any]


def quicken_sdk() -> None:
    """Let an invocation end at once.

    The SDK's checkpoint thread looks every 100 ms whether it should stop, which every poll of a workflow would wait
    for. The constant is private: should it go, this says so rather than make every test slow.
    """
    if not hasattr(sdk_state, "_STOP_SIGNAL_POLL_SECONDS"):
        raise RuntimeError(
            "aws_durable_execution_sdk_python.state._STOP_SIGNAL_POLL_SECONDS has gone: "
            "measure how long an invocation takes to end, and mend sandbox/aws/durable.py"
        )
    sdk_state._STOP_SIGNAL_POLL_SECONDS = STOP_POLL_S


def _unknown(event: Any, context: Any) -> Any:
    raise LookupError(f"no handler is registered for {context.function_name}")


class DurableEngine:
    """Runs durable executions of any number of functions, several at once."""

    def __init__(self, clock: Clock, account: str, region: str) -> None:
        quicken_sdk()
        self._account, self._region = account, region
        runner_clock = RunnerClock(clock)
        self.scheduler = SandboxScheduler(clock)
        self._store = InMemoryExecutionStore()
        self._registry = ExecutionRegistry(self._store, self.scheduler)
        processor = CheckpointProcessor(self._store, self.scheduler, runner_clock)
        self.checkpoints = Checkpoints(processor, self._registry, self._store)
        self._invoker = InProcessInvoker(_unknown, self.checkpoints, region=region)
        self._executor = Executor(
            store=self._store,
            scheduler=self.scheduler,
            invoker=self._invoker,
            checkpoint_processor=processor,
            invocation_timeout_seconds=INVOCATION_S,
            registry=self._registry,
            clock=runner_clock,
            child_dispatcher=InProcessChildDispatcher(
                FunctionRegistry(),
                lambda request: create_test_lambda_context(region=region, function_name=request.invoke_identifier()),
                invocation_timeout_seconds=INVOCATION_S,
                clock=runner_clock,
            ),
            region=region,
        )
        processor.add_execution_observer(self._executor)
        processor.set_chained_invoke_preflight(self._executor.preflight_chained_invoke)

    def start(self) -> None:
        self.scheduler.start()  # type: ignore[no-untyped-call]

    def register(self, function: str, handler: Handler) -> None:
        self._invoker.register(function, handler)

    def execute(self, function: str, qualifier: str, name: str, payload: str) -> str:
        """Start an execution and return the runner's key of it."""
        output = self._executor.start_execution(
            StartDurableExecutionInput(
                account_id=self._account,
                function_name=function,
                function_qualifier=qualifier,
                execution_name=name,
                execution_timeout_seconds=YEAR_S,
                execution_retention_period_days=30,
                input=payload,
            )
        )
        if output.execution_arn is None:
            raise RuntimeError(f"the durable runner gave no ARN for {name}")
        return output.execution_arn

    def execution(self, runner_arn: str) -> Execution:
        return self._executor.get_execution(runner_arn)

    def wait(self, runner_arn: str, seconds: float) -> bool:
        """Whether the execution closed within `seconds` of real time."""
        return self._executor.wait_until_complete(runner_arn, seconds)

    def stop(self) -> None:
        """Let the invocations in work end (for a while), then stop; executions that wait are dropped."""
        self.scheduler.close()
        self._executor.shutdown()
        self._registry.shutdown()
        self.scheduler.stop()
