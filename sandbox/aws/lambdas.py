"""The simulated Lambda: functions invoked over the API that boto3 speaks, durable ones under AWS's name rules.

https://docs.aws.amazon.com/lambda/latest/dg/durable-execution-idempotency.html
"""

import json
import logging
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws_durable_execution_sdk_python_testing.execution import Execution
from aws_durable_execution_sdk_python_testing.invoker import create_test_lambda_context

from sandbox.aws.clock import Clock, MovedClock
from sandbox.aws.crashes import Death, When
from sandbox.aws.destinations import given_up
from sandbox.aws.durable import INVOCATION_S, DurableEngine
from sandbox.aws.functions import Function, Functions, Handler
from sandbox.aws.refused import Refused
from sandbox.aws.wire import Answer, Call

ASYNC_BYTES, SYNC_BYTES = 1024 * 1024, 6 * 1024 * 1024
ASYNC_RETRIES_S = (60.0, 120.0)
_EXECUTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Started:
    """A durable execution that somebody started; `key` is the engine's name of it."""

    name: str
    function: str
    payload: str
    arn: str
    key: str


class Lambdas:
    """The account's Lambda functions and their durable executions."""

    def __init__(self, clock: Clock, account: str, region: str, prefix: str) -> None:
        self._clock = clock
        self._account, self._region, self._prefix = account, region, prefix
        self._lock = threading.Lock()
        self._functions = Functions(account, region, prefix)
        self._engine = DurableEngine(clock, account, region)
        self._started: dict[tuple[str, str], Started] = {}
        self._going = False
        self.on_failure: Callable[[str, str], None] = lambda function, record: None

    def start(self) -> None:
        """Set the engine going."""
        with self._lock:
            self._set_going()

    def _set_going(self) -> None:
        self._engine.start()
        self._going = True
        if isinstance(self._clock, MovedClock):
            self._clock.follow(self._engine.scheduler)

    def stop(self) -> None:
        """Take no more work and drop the executions that wait; those in work may end first."""
        self._engine.scheduler.close()
        with self._lock:
            self._halt()

    def _halt(self) -> None:
        if self._going and isinstance(self._clock, MovedClock):
            self._clock.unfollow(self._engine.scheduler)
        self._going = False
        self._engine.stop()

    def reset(self) -> None:
        """Drop every execution and every function that a test registered; waits for what is in work."""
        self.wait_idle()
        with self._lock:
            self._halt()
            self._functions = Functions(self._account, self._region, self._prefix)
            self._engine = DurableEngine(self._clock, self._account, self._region)
            self._started.clear()
            self._set_going()

    # -- for the sandbox and for tests -------------------------------------------------------------------------------

    def register(self, name: str, handler: Handler | str, *, durable: bool = True) -> None:
        """Add a function by its whole name, its code a handler or `module:attribute`; durable ones are decorated."""
        self._functions.register(name, handler, durable=durable)

    def die_at(self, at: str | int, when: When = "before", execution: str | None = None) -> Death:
        """Let a durable handler die once, just before or after an outcome is recorded; `.done` says that it did.

        `at` is an operation's name (the first time that it is recorded from now on) or an index of `history`.
        """
        death = Death(at, when, execution)
        self._engine.checkpoints.deaths.append(death)
        return death

    def history(self, name: str) -> list[str]:
        """The operations whose outcomes the execution `name` has recorded, in order, each poll of a wait once."""
        return self._engine.checkpoints.history(name)

    def operations(self, name: str) -> int:
        """How many operations AWS would have counted for the execution `name`."""
        return self._engine.checkpoints.operations(name)

    def allow_operations(self, most: int) -> None:
        """Let executions fail after `most` operations instead of AWS's 3,000."""
        self._engine.checkpoints.operations_allowed = most

    def executions(self) -> list[dict[str, Any]]:
        """Every durable execution, by AWS's field names (times as ISO 8601), oldest first."""
        with self._lock:
            started = list(self._started.values())
        return [self._described(one) for one in started]

    def busy(self) -> bool:
        """Whether any invocation is running (waiting executions are not)."""
        return self._engine.scheduler.busy()

    def wait_idle(self) -> None:
        """Return when no invocation is running."""
        self._engine.scheduler.wait_idle()

    def call(self, name: str, event: Any = None) -> Any:
        """Invoke a plain function as a schedule would, and return what it returns."""
        function, qualifier = self._functions.find(name, "live")
        with self._engine.scheduler.working():
            return _code(function)(event, self._context(function, qualifier))

    def deliver(self, name: str, event: Any) -> None:
        """Invoke a plain function asynchronously, as other services do; `on_failure` hears of what it gives up.

        Raises `Refused` for a function that is not there, and for an event that is too large.
        """
        function, qualifier = self._functions.find(name, None)
        self._later(function, qualifier, _payload(json.dumps(event).encode(), "Event"), ASYNC_RETRIES_S)

    # -- over the wire -----------------------------------------------------------------------------------------------

    def invoke(self, call: Call) -> Answer:
        """Answer Lambda's Invoke; raises `Refused` with Lambda's codes."""
        headers = call.request.headers
        function, qualifier = self._functions.find(call.url_params["FunctionName"], call.request.args.get("Qualifier"))
        kind = headers.get("X-Amz-Invocation-Type", "RequestResponse")
        payload = _payload(call.request.get_data(), kind)
        name = headers.get("X-Amz-Durable-Execution-Name")
        if kind == "DryRun":
            return Answer(204, b"")
        if function.durable:
            return self._invoke_durable(function, qualifier, kind, name, payload)
        if name is not None:
            raise Refused("InvalidParameterValueException", "DurableExecutionName is only for durable functions")
        if kind == "Event":
            self._later(function, qualifier, payload, ASYNC_RETRIES_S)
            return Answer(202, b"")
        return self._call_plain(function, qualifier, payload)

    def _invoke_durable(
        self, function: Function, qualifier: str | None, kind: str, name: str | None, payload: str
    ) -> Answer:
        if qualifier is None:
            raise Refused(
                "InvalidParameterValueException", "You must invoke a durable function with a version, alias or $LATEST"
            )
        started = self._start(function, qualifier, name or str(uuid.uuid4()), payload)
        headers = {"X-Amz-Durable-Execution-Arn": started.arn, "X-Amz-Executed-Version": "1"}
        if kind == "Event":
            return Answer(202, b"", headers)
        self._engine.wait(started.key, INVOCATION_S)
        execution = self._engine.execution(started.key)
        if execution.result is not None and execution.result.error is None:
            return Answer(200, (execution.result.result or "null").encode(), headers)
        return Answer(200, _failure(execution), {**headers, "X-Amz-Function-Error": "Unhandled"})

    def _start(self, function: Function, qualifier: str, name: str, payload: str) -> Started:
        """The execution of that name: a new one, or the one that was started with the same payload, even if closed."""
        if _EXECUTION_NAME.fullmatch(name) is None:
            raise Refused(
                "InvalidParameterValueException",
                f"Value '{name}' at 'durableExecutionName' failed to satisfy constraint: [a-zA-Z0-9-_]{{1,64}}",
            )
        with self._lock:
            if not self._going:
                raise Refused("ServiceException", "the simulated AWS is stopping")
            before = self._started.get((function.name, name))
            if before is not None:
                if before.payload != payload:
                    raise Refused("DurableExecutionAlreadyStartedException", f"{name} was started with another payload")
                return before
            self._engine.register(function.name, _code(function))
            key = self._engine.execute(function.name, qualifier, name, payload)
            arn = f"{self._functions.arn(function.name, '1')}/durable-execution/{name}/{uuid.uuid4()}"
            started = Started(name, function.name, payload, arn, key)
            self._started[function.name, name] = started
            return started

    def _call_plain(self, function: Function, qualifier: str | None, payload: str) -> Answer:
        handler = _code(function)
        with self._engine.scheduler.working():
            try:
                result = handler(json.loads(payload), self._context(function, qualifier))
            except Exception as error:  # noqa: BLE001 - whatever a handler raises, Lambda answers
                _log.exception("%s failed", function.name)
                body = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__}).encode()
                return Answer(200, body, {"X-Amz-Function-Error": "Unhandled", "X-Amz-Executed-Version": "1"})
        return Answer(200, json.dumps(result).encode(), {"X-Amz-Executed-Version": "1"})

    def _later(
        self, function: Function, qualifier: str | None, payload: str, retries: tuple[float, ...], delay: float = 0
    ) -> None:
        """Call a plain function asynchronously; one that fails is called twice more, as Lambda does."""

        def run() -> None:
            answer = self._call_plain(function, qualifier, payload)
            if "X-Amz-Function-Error" not in answer.headers:
                return
            if retries:
                self._later(function, qualifier, payload, retries[1:], retries[0])
                return
            arn, invocations = self._functions.arn(function.name, "$LATEST"), 1 + len(ASYNC_RETRIES_S)
            self.on_failure(function.name, given_up(arn, payload, answer.body, invocations, self._clock.now()))

        self._engine.scheduler.call_later(run, delay)

    def every(self, seconds: float, name: str) -> None:
        """Invoke a plain function every `seconds` of the sandbox's time, as an EventBridge schedule would."""
        function, qualifier = self._functions.find(name, "live")

        def run() -> None:
            self.every(seconds, name)
            self._call_plain(function, qualifier, "{}")

        self._engine.scheduler.call_later(run, seconds)

    def _context(self, function: Function, qualifier: str | None) -> Any:
        named = f"{function.name}:{qualifier}" if qualifier else function.name
        return create_test_lambda_context(region=self._region, account_id=self._account, function_name=named)

    def _described(self, started: Started) -> dict[str, Any]:
        execution = self._engine.execution(started.key)
        operation = execution.get_operation_execution_started()
        error = execution.result.error if execution.result is not None else None
        return {
            "DurableExecutionArn": started.arn,
            "DurableExecutionName": started.name,
            "FunctionArn": self._functions.arn(started.function),
            "Status": execution.current_status().value,
            "StartTimestamp": _iso(operation.start_timestamp),
            "EndTimestamp": _iso(operation.end_timestamp),
            "InputPayload": started.payload,
            "Error": None if error is None else {"ErrorType": error.type, "ErrorMessage": error.message},
        }


def _code(function: Function) -> Handler:
    try:
        return function.handler()
    except (ImportError, AttributeError) as error:
        raise Refused("InvalidParameterValueException", f"{function.name} has no code: {error}") from error


def _payload(body: bytes, kind: str) -> str:
    if len(body) > (ASYNC_BYTES if kind == "Event" else SYNC_BYTES):
        raise Refused("RequestTooLargeException", f"{len(body)} bytes exceed what {kind} takes")
    try:
        text = body.decode() or "{}"
        json.loads(text)
    except ValueError as error:
        raise Refused("InvalidRequestContentException", f"Could not parse request body into json: {error}") from None
    return text


def _failure(execution: Execution) -> bytes:
    error = execution.result.error if execution.result is not None else None
    message = {"errorMessage": error and error.message, "errorType": error and error.type}
    return json.dumps(message).encode()


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()
