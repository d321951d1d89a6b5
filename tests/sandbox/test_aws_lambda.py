"""The simulated Lambda: name rules, durable executions on a moved clock, deaths, several at once."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from aws_durable_execution_sdk_python import DurableContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration
from aws_durable_execution_sdk_python.waits import WaitForConditionConfig, WaitForConditionDecision
from botocore.exceptions import ClientError

from aws_ops import clock
from tests.sandbox.conftest import Account

PREFIX = "deskside-"


class Recorder:
    """A durable workflow of steps and waits; `done` is what its steps really did, and when."""

    def __init__(self) -> None:
        self.done: list[tuple[int, str]] = []

    def handler(self) -> Callable[[Any, Any], Any]:
        @durable_execution
        def run(event: Any, context: DurableContext) -> Any:
            for number in range(event["steps"]):
                context.step(self._step(f"step-{number}"), name=f"step-{number}")
                context.wait(Duration.from_seconds(event.get("wait", 30)), name=f"wait-{number}")
            return {"steps": event["steps"]}

        return run

    def _step(self, name: str) -> Callable[[Any], str]:
        def act(_: Any) -> str:
            self.done.append((clock.epoch(), name))
            return name

        return act


@durable_execution
def polls(event: Any, context: DurableContext) -> Any:
    """A workflow that looks every minute, `times` times, and at last returns how often it looked."""

    def look(seen: int, _: Any) -> int:
        return seen + 1

    def strategy(seen: int, _: int) -> WaitForConditionDecision:
        if seen >= event["times"]:
            return WaitForConditionDecision.stop_polling()
        return WaitForConditionDecision.continue_waiting(Duration.from_minutes(1))

    config = WaitForConditionConfig(wait_strategy=strategy, initial_state=0)
    return {"looked": context.wait_for_condition(look, config, name="look")}


@durable_execution
def fails(event: Any, context: DurableContext) -> Any:
    raise ValueError("this workflow is broken")


@pytest.fixture
def recorder(aws: Account) -> Recorder:
    recorder = Recorder()
    aws.sandbox.lambdas.register("deskside-steps", recorder.handler())
    return recorder


def start(aws: Account, name: str | None, payload: Any = None, function: str = "deskside-steps", **more: Any) -> Any:
    wanted: dict[str, Any] = {
        "FunctionName": function,
        "InvocationType": "Event",
        "Qualifier": "live",
        "Payload": json.dumps({"steps": 2} if payload is None else payload),
        **more,
    }
    if name is not None:
        wanted["DurableExecutionName"] = name
    return aws.client("lambda").invoke(**wanted)


def refused(code: str, *given: Any, aws: Account, **more: Any) -> None:
    with pytest.raises(ClientError) as caught:
        start(aws, *given, **more)
    assert caught.value.response["Error"]["Code"] == code


def status(aws: Account, name: str) -> str:
    (found,) = [one for one in aws.sandbox.lambdas.executions() if one["DurableExecutionName"] == name]
    told: str = found["Status"]
    return told


def test_an_event_is_accepted_at_once_and_runs_as_the_clock_moves(aws: Account, recorder: Recorder) -> None:
    begun = clock.epoch()
    answer = start(aws, "run-1")
    assert answer["StatusCode"] == 202
    assert answer["DurableExecutionArn"].startswith(
        "arn:aws:lambda:us-east-1:123456789012:function:deskside-steps:1/durable-execution/run-1/"
    )
    aws.clock.advance(29)
    assert recorder.done == [(begun, "step-0")]
    assert status(aws, "run-1") == "RUNNING"
    aws.clock.advance(31)
    assert recorder.done == [(begun, "step-0"), (begun + 30, "step-1")]
    assert status(aws, "run-1") == "SUCCEEDED"
    assert aws.sandbox.lambdas.history("run-1") == ["step-0", "wait-0", "step-1", "wait-1"]


def test_the_same_name_and_payload_is_the_same_execution_running_or_closed(aws: Account, recorder: Recorder) -> None:
    first = start(aws, "run-1")["DurableExecutionArn"]
    assert start(aws, "run-1")["DurableExecutionArn"] == first
    aws.clock.advance(3600)
    assert start(aws, "run-1")["DurableExecutionArn"] == first
    aws.clock.advance(3600)
    assert len(recorder.done) == 2
    with pytest.raises(ClientError) as caught:
        start(aws, "run-1", {"steps": 3})
    assert caught.value.response["Error"]["Code"] == "DurableExecutionAlreadyStartedException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_twenty_starts_at_once_are_one_execution(aws: Account, recorder: Recorder) -> None:
    client = aws.client("lambda")
    arns: list[str] = []

    def invoke() -> None:
        answer = client.invoke(
            FunctionName="deskside-steps",
            InvocationType="Event",
            Qualifier="live",
            DurableExecutionName="run-1",
            Payload=b'{"steps": 1}',
        )
        arns.append(answer["DurableExecutionArn"])

    threads = [threading.Thread(target=invoke) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    aws.clock.advance(60)
    assert (len(arns), len(set(arns)), len(recorder.done)) == (20, 1, 1)


def test_executions_without_a_name_are_each_their_own(aws: Account, recorder: Recorder) -> None:
    assert start(aws, None)["DurableExecutionArn"] != start(aws, None)["DurableExecutionArn"]


@pytest.mark.parametrize("name", ["with space", "x" * 65, "dot.dot", "a/b"])
def test_a_bad_execution_name_is_refused(aws: Account, recorder: Recorder, name: str) -> None:
    refused("InvalidParameterValueException", name, aws=aws)


def test_what_lambda_refuses(aws: Account, recorder: Recorder) -> None:
    refused("ResourceNotFoundException", "run-1", aws=aws, function="deskside-nothing")
    refused("ResourceNotFoundException", "run-1", aws=aws, Qualifier="beta")
    refused("InvalidRequestContentException", "run-1", aws=aws, Payload=b"{not json")
    refused("RequestTooLargeException", "run-1", {"text": "x" * 1024 * 1024}, aws=aws)
    with pytest.raises(ClientError) as caught:
        aws.client("lambda").invoke(FunctionName="deskside-steps", InvocationType="Event", Payload=b"{}")
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException", "a durable one is qualified"
    assert aws.sandbox.lambdas.executions() == []


def test_a_function_is_called_by_its_name_or_its_arn(aws: Account, recorder: Recorder) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:deskside-steps"
    for number, named in enumerate((arn, f"{arn}:live", "deskside-steps:live")):
        keywords = {} if named.endswith(":live") else {"Qualifier": "live"}
        aws.client("lambda").invoke(
            FunctionName=named,
            InvocationType="Event",
            DurableExecutionName=f"run-{number}",
            Payload=b'{"steps": 1}',
            **keywords,
        )
    assert len(aws.sandbox.lambdas.executions()) == 3


def test_a_plain_function_answers_or_tells_its_error(aws: Account) -> None:
    aws.sandbox.lambdas.register("deskside-echo", lambda event, context: {"got": event}, durable=False)
    aws.sandbox.lambdas.register("deskside-broken", lambda event, context: 1 / 0, durable=False)
    client = aws.client("lambda")
    answer = client.invoke(FunctionName="deskside-echo", Payload=b'{"a": 1}')
    assert (answer["StatusCode"], json.load(answer["Payload"])) == (200, {"got": {"a": 1}})
    broken = client.invoke(FunctionName="deskside-broken")
    assert broken["FunctionError"] == "Unhandled"
    assert json.load(broken["Payload"])["errorType"] == "ZeroDivisionError"
    assert aws.sandbox.lambdas.call("deskside-echo", {"b": 2}) == {"got": {"b": 2}}
    refused("InvalidParameterValueException", "run-1", aws=aws, function="deskside-echo")


def test_a_plain_event_that_fails_is_tried_twice_more(aws: Account) -> None:
    tried: list[int] = []

    def handler(event: Any, context: Any) -> None:
        tried.append(clock.epoch())
        raise RuntimeError("not today")

    aws.sandbox.lambdas.register("deskside-flaky", handler, durable=False)
    begun = clock.epoch()
    assert aws.client("lambda").invoke(FunctionName="deskside-flaky", InvocationType="Event")["StatusCode"] == 202
    aws.clock.advance(600)
    assert tried == [begun, begun + 60, begun + 180]


def test_a_schedule_calls_a_plain_function_until_the_end(aws: Account) -> None:
    called: list[int] = []
    aws.sandbox.lambdas.register("deskside-sweep", lambda event, context: called.append(clock.epoch()), durable=False)
    begun = clock.epoch()
    aws.sandbox.start_schedules(sweep_s=300)
    aws.clock.advance(900)
    assert called == [begun + 300, begun + 600, begun + 900]


def test_a_function_whose_code_cannot_be_imported_says_so(aws: Account) -> None:
    aws.sandbox.lambdas.register("deskside-lost", "sandbox.nowhere:handler")
    refused("InvalidParameterValueException", "run-1", aws=aws, function="deskside-lost")


def test_a_durable_function_can_be_waited_for(aws: Account) -> None:
    aws.sandbox.lambdas.register("deskside-polls", polls)
    answer = aws.client("lambda").invoke(
        FunctionName="deskside-polls", Qualifier="live", Payload=b'{"times": 1}', DurableExecutionName="run-1"
    )
    assert json.load(answer["Payload"]) == {"looked": 1}
    aws.sandbox.lambdas.register("deskside-fails", fails)
    failed = aws.client("lambda").invoke(FunctionName="deskside-fails", Qualifier="live", Payload=b"{}")
    assert failed["FunctionError"] == "Unhandled"
    assert json.load(failed["Payload"])["errorMessage"] == "this workflow is broken"


def test_polls_come_when_they_are_due_and_count_as_operations(aws: Account) -> None:
    aws.sandbox.lambdas.register("deskside-polls", polls)
    start(aws, "run-1", {"times": 100}, function="deskside-polls")
    aws.clock.advance(98 * 60)
    assert status(aws, "run-1") == "RUNNING"
    aws.clock.advance(60)
    assert status(aws, "run-1") == "SUCCEEDED"
    assert aws.sandbox.lambdas.history("run-1") == ["look"] * 100
    assert aws.sandbox.lambdas.operations("run-1") == 101


def test_two_executions_run_at_the_same_time(aws: Account) -> None:
    both = threading.Barrier(2, timeout=10)

    @durable_execution
    def meet(event: Any, context: DurableContext) -> Any:
        return context.step(lambda _: both.wait(), name="meet")

    aws.sandbox.lambdas.register("deskside-meet", meet)
    start(aws, "run-1", {}, function="deskside-meet")
    start(aws, "run-2", {}, function="deskside-meet")
    aws.clock.rest()
    assert (status(aws, "run-1"), status(aws, "run-2")) == ("SUCCEEDED", "SUCCEEDED")


def test_wakes_of_several_executions_come_in_the_order_of_time(aws: Account, recorder: Recorder) -> None:
    begun = clock.epoch()
    start(aws, "slow", {"steps": 2, "wait": 50})
    start(aws, "quick", {"steps": 4, "wait": 20})
    aws.clock.advance(200)
    assert [when - begun for when, _ in recorder.done] == [0, 0, 20, 40, 50, 60]


@pytest.mark.parametrize(("when", "times"), [("before", 2), ("after", 1)])
def test_a_handler_that_dies_at_a_step_is_invoked_again(
    aws: Account, recorder: Recorder, when: Any, times: int
) -> None:
    death = aws.sandbox.lambdas.die_at("step-1", when)
    start(aws, "run-1", {"steps": 3})
    aws.clock.advance(600)
    assert death.done
    assert status(aws, "run-1") == "SUCCEEDED"
    assert [name for _, name in recorder.done].count("step-1") == times, "before it is recorded, it happens again"
    assert aws.sandbox.lambdas.history("run-1") == ["step-0", "wait-0", "step-1", "wait-1", "step-2", "wait-2"]


def test_every_boundary_of_a_history_can_be_died_at(aws: Account, recorder: Recorder) -> None:
    start(aws, "whole", {"steps": 3})
    aws.clock.advance(600)
    history = aws.sandbox.lambdas.history("whole")
    for index in range(len(history)):
        for when in ("before", "after"):
            name = f"dies-{index}-{when}"
            death = aws.sandbox.lambdas.die_at(index, when, name)
            start(aws, name, {"steps": 3})
            aws.clock.advance(600)
            assert death.done, name
            assert status(aws, name) == "SUCCEEDED"
            assert aws.sandbox.lambdas.history(name) == history


def test_a_failed_execution_says_why(aws: Account) -> None:
    aws.sandbox.lambdas.register("deskside-fails", fails)
    start(aws, "run-1", {}, function="deskside-fails")
    aws.clock.rest()
    (told,) = aws.sandbox.state()["executions"]
    assert told["Status"] == "FAILED"
    assert told["Error"] == {"ErrorType": "ValueError", "ErrorMessage": "this workflow is broken"}


def test_more_operations_than_aws_allows_fail_the_execution(aws: Account, recorder: Recorder) -> None:
    aws.sandbox.lambdas.allow_operations(3)
    start(aws, "run-1", {"steps": 3})
    aws.clock.advance(3600)
    assert status(aws, "run-1") == "FAILED"
    assert aws.sandbox.lambdas.operations("run-1") == 3


def test_a_reset_drops_what_waits(aws: Account, recorder: Recorder) -> None:
    start(aws, "run-1")
    aws.clock.rest()
    aws.sandbox.reset()
    aws.clock.advance(600)
    assert len(recorder.done) == 1
    assert aws.sandbox.lambdas.executions() == []
    refused("ResourceNotFoundException", "run-1", aws=aws)
