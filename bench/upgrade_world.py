"""What stands around the benchmark of upgrades: an account with thousands of WorkSpaces that throttles, and moved time.

AWS is the sandbox's own, asked without a wire; the table is in memory. The workflow's code is the real one: only the
durable runner is replaced by one that keeps nothing and lets the time of a wait pass at once.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, cast

from aws_durable_execution_sdk_python import StepError
from botocore import xform_name
from botocore.exceptions import ClientError

from aws_ops import clock
from aws_ops.desk import Desk
from bench.memory_table import MemoryTable
from sandbox.aws import workspaces_api, workspaces_metrics, workspaces_tags
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import MovedClock
from sandbox.aws.refused import Refused
from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_fleet import Fleet, add_fleet
from sandbox.aws.workspaces_seed import furnish_workspaces
from sandbox.aws.workspaces_throttle import Throttle
from sandbox.aws.world import REGION

_OPERATIONS = {xform_name(operation): operation for operation in workspaces_api.OPERATIONS}
_ARN = f"arn:aws:workspaces:{REGION}:123456789012:workspace/"


class Account:
    """The simulated account. `calls` counts by operation what WorkSpaces answered, and "throttled" what it refused."""

    def __init__(self, fleet: Fleet, pace: Pace) -> None:
        self.clock = MovedClock()
        clock.set_source(self.clock.now, self.clock.sleep)
        self.spaces = WorkSpaces(self.clock, pace)
        furnish_workspaces(self.spaces)
        self.ids = add_fleet(self.spaces, fleet)
        self.calls: Counter[str] = Counter()
        self.table, self.queue, self.functions = MemoryTable(), Said(), Started()
        self.written: dict[str, bytes] = {}
        self._throttle = Throttle(self.clock, pace)
        self.desk = Desk(
            table=self.table,
            queue=cast(Any, self.queue),
            sessions=cast(Any, self),
            functions=cast(Any, self.functions),
        )

    @property
    def now(self) -> int:
        return clock.epoch()

    @property
    def called(self) -> int:
        """How many calls WorkSpaces has answered."""
        return self.calls.total() - self.calls["throttled"]

    # -- what Sessions has -------------------------------------------------------------------------------------------

    region = REGION

    def client(self, service: str, **_identity: Any) -> Any:
        """A client of the services that an upgrade asks."""
        return SimpleNamespace(**getattr(self, f"_{service}")())

    def _workspaces(self) -> dict[str, Callable[..., Any]]:
        return {name: self._asking(operation) for name, operation in _OPERATIONS.items()}

    def _resourcegroupstaggingapi(self) -> dict[str, Callable[..., Any]]:
        return {"get_resources": lambda **params: workspaces_tags.get_resources(self.spaces, params, _ARN)}

    def _kms(self) -> dict[str, Callable[..., Any]]:
        return {"describe_key": lambda **params: workspaces_metrics.describe_key(self.spaces, params["KeyId"])}

    def _s3(self) -> dict[str, Callable[..., Any]]:
        return {"put_object": self._put_object}

    def _put_object(self, **params: Any) -> dict[str, Any]:
        body = params["Body"]
        self.written[params["Key"]] = body.encode() if isinstance(body, str) else body
        return {}

    def _asking(self, operation: str) -> Callable[..., Any]:
        def ask(**params: Any) -> Any:
            try:
                self._throttle.take()
                answer = workspaces_api.answer(self.spaces, operation, params)
            except Refused as refused:
                self.calls["throttled" if "Throttling" in refused.code else operation] += 1
                error: Any = {"Code": refused.code, "Message": refused.message}
                raise ClientError({"Error": error}, operation) from None
            self.calls[operation] += 1
            return answer

        return ask


class Said:
    """The queue: counts what is said by its fact, and keeps the last of it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.last: Mapping[str, Any] = {}
        self.largest = 0

    def send(self, body: Mapping[str, Any]) -> None:
        self.counts[body["fact"]] += 1
        self.last = body
        self.largest = max(self.largest, len(json.dumps(body)))


class Started:
    """Lambda: keeps which executions are to be lived through."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def start(self, _function: str, _execution: str, payload: str) -> None:
        self.waiting.append(payload)


class Context:
    """A durable execution's context: remembers nothing, counts operations as AWS does, and lets time pass."""

    def __init__(self) -> None:
        self.operations = 0

    def step(self, act: Callable[[Any], Any], _name: str, config: Any) -> Any:
        attempt = 0
        while True:
            attempt += 1
            self.operations += 1
            try:
                return act(SimpleNamespace(attempt=attempt))
            except Exception as error:
                decision = config.retry_strategy(error, attempt)
                if not decision.should_retry:
                    raise StepError(str(error)) from error
                clock.sleep(decision.delay.to_seconds())

    def wait_for_condition(self, check: Callable[[Any, Any], Any], config: Any, _name: str) -> Any:
        state, attempt = config.initial_state, 0
        self.operations += 1
        while True:
            attempt += 1
            self.operations += 1
            state = check(state, SimpleNamespace(attempt=attempt))
            decision = config.wait_strategy(state, attempt)
            if not decision.should_continue:
                return state
            clock.sleep(decision.delay.to_seconds())
