"""Alarms of the simulated account: one change of state in all its shapes, and what else happens with one click."""

import json
from typing import Any

import pytest

from sandbox.aws import happenings
from sandbox.aws.alarms_seed import COMPOSITE, CPU, IDLE, LOGINS, MEMORY
from sandbox.aws.refused import Refused
from sandbox.aws.workspaces_seed import RENS
from sandbox.aws.world import TOPIC
from tests.sandbox.conftest import Account
from tests.sandbox.hearing import Hears


def by_shape(heard: list[Any]) -> dict[str, Any]:
    """What was heard, by the path that it came: bus, topic (the message) or action."""
    shapes: dict[str, Any] = {}
    for one in heard:
        if "Records" in one:
            shapes["topic"] = json.loads(one["Records"][0]["Sns"]["Message"])
        else:
            shapes["bus" if "detail-type" in one else "action"] = one
    assert len(shapes) == len(heard)
    return shapes


def alarm(aws: Account, name: str) -> Any:
    return next(one for one in aws.sandbox.state()["alarms"] if one["AlarmName"] == name)


def test_an_alarm_comes_by_the_bus_and_by_its_topic_as_one_change(aws: Account, hears: Hears) -> None:
    told = aws.sandbox.happen("cpu")
    assert (told["delivered"], told["rules"], told["alarm"]["StateValue"]) == (2, ["deskside-alerts-alarms"], "ALARM")
    shapes = by_shape(hears.new())
    state, message = shapes["bus"]["detail"]["state"], shapes["topic"]
    assert state["value"] == message["NewStateValue"] == "ALARM"
    assert state["timestamp"] == message["StateChangeTime"] == aws.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    assert state["reason"] == message["NewStateReason"]
    assert state["reason"].startswith("Threshold Crossed: 3 out of the last 3 datapoints [")
    assert shapes["bus"]["resources"] == [message["AlarmArn"]]
    (metric,) = shapes["bus"]["detail"]["configuration"]["metrics"]
    assert metric["metricStat"]["metric"]["dimensions"] == {"WorkspaceId": RENS}
    assert message["Trigger"]["Dimensions"] == [{"value": RENS, "name": "WorkspaceId"}]


def test_the_values_of_an_alarm_are_on_the_side_of_the_threshold_that_its_state_says(
    aws: Account, hears: Hears
) -> None:
    for name in ("cpu", "cpu", "idle", "idle"):
        aws.sandbox.happen(name)
    for event in hears.new():
        if "detail" not in event:
            continue
        state = event["detail"]["state"]
        data = json.loads(state["reasonData"])
        high = min(data["recentDatapoints"]) > data["threshold"]
        low = max(data["recentDatapoints"]) < data["threshold"]
        idle = event["detail"]["alarmName"] == IDLE
        assert (low if idle else high) == (state["value"] == "ALARM")
        assert high != low


def test_an_alarm_whose_action_is_a_function_invokes_it(aws: Account, hears: Hears) -> None:
    aws.sandbox.happen("idle")
    shapes = by_shape(hears.new())
    assert shapes.keys() == {"bus", "action"}
    assert shapes["action"]["alarmArn"] == alarm(aws, IDLE)["AlarmArn"]
    assert shapes["action"]["alarmData"] == shapes["bus"]["detail"]


def test_metric_math_and_a_composite_alarm_have_their_own_shapes(aws: Account, hears: Hears) -> None:
    aws.sandbox.happen("logins")
    shapes = by_shape(hears.new())
    assert [one.get("expression") for one in shapes["bus"]["detail"]["configuration"]["metrics"]] == [
        None,
        None,
        "100*m1/m2",
    ]
    assert [one["Id"] for one in shapes["topic"]["Trigger"]["Metrics"]] == ["m1", "m2", "e1"]
    aws.sandbox.happen("composite")
    detail = by_shape(hears.new())["bus"]["detail"]
    assert detail["configuration"]["alarmRule"].startswith(f'ALARM("{MEMORY}")')
    assert f"{MEMORY} transitioned to ALARM" in detail["state"]["reason"]
    assert alarm(aws, COMPOSITE)["StateValue"] == alarm(aws, LOGINS)["StateValue"] == "ALARM"


def test_actions_run_only_when_the_state_changes(aws: Account, hears: Hears) -> None:
    for value, heard in (("OK", 0), ("ALARM", 2), ("ALARM", 0), ("INSUFFICIENT_DATA", 2), ("OK", 2)):
        assert aws.sandbox.alarms.turn(CPU, value)["delivered"] == heard
        assert len(hears.new()) == heard
    with pytest.raises(Refused, match="is no state"):
        aws.sandbox.alarms.turn(CPU, "BROKEN")
    with pytest.raises(Refused, match="does not exist"):
        aws.sandbox.alarms.turn("nothing", "OK")


def test_set_alarm_state_over_the_api_does_the_same_for_an_alarm_of_one_s_own(aws: Account, hears: Hears) -> None:
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="mine",
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[TOPIC],
    )
    cloudwatch.set_alarm_state(AlarmName="mine", StateValue="ALARM", StateReason="tried by hand")
    shapes = by_shape(hears.new())
    assert shapes["topic"]["NewStateReason"] == "tried by hand"
    assert "reasonData" not in shapes["bus"]["detail"]["state"]
    (told,) = cloudwatch.describe_alarms(AlarmNames=["mine"])["MetricAlarms"]
    assert told["StateValue"] == alarm(aws, "mine")["StateValue"] == "ALARM"


# -- everything else -------------------------------------------------------------------------------------------------


def ids(heard: list[Any]) -> set[str]:
    """The ids of events; where there are none, of messages. Two rules, or two paths, may bring the same."""
    on_the_bus = {str(one["id"]) for one in heard if "id" in one}
    return on_the_bus or {str(one["Records"][0]["Sns"]["MessageId"]) for one in heard}


def test_each_click_is_heard_and_the_same_click_again_is_another_event(aws: Account, hears: Hears) -> None:
    for name in (one.name for _, group in happenings.GROUPS for one in group):
        first, second = [(aws.sandbox.happen(name), ids(hears.new())) for _ in range(2)]
        assert first[0]["delivered"] >= 1, name
        assert len(first[1]) == len(second[1]) == 1, name
        assert first[1] != second[1], name


def test_workspaces_that_are_made_by_a_click_are_there_and_go_again(aws: Account, hears: Hears) -> None:
    before = {one["WorkspaceId"] for one in aws.sandbox.state()["workspaces"]}
    aws.sandbox.happen("workspace-created")
    aws.clock.advance(60)
    (made,) = {one["WorkspaceId"] for one in aws.sandbox.state()["workspaces"]} - before
    aws.sandbox.happen("workspace-terminated")
    aws.clock.advance(60)
    created, terminated = (one["detail"] for one in hears.all())
    assert created["responseElements"]["pendingRequests"][0]["workspaceId"] == made
    assert terminated["requestParameters"] == {"terminateWorkspaceRequests": [{"workspaceId": made}]}
    assert {one["WorkspaceId"] for one in aws.sandbox.state()["workspaces"]} == before


def test_what_cannot_happen_is_refused(aws: Account) -> None:
    with pytest.raises(Refused, match="nothing that can happen here"):
        aws.sandbox.happen("earthquake")
