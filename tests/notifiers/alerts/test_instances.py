"""Instances and notebooks: their states, calls about them, and what Auto Scaling could not do."""

import pytest

from notifiers.alerts.read import read
from tests.notifiers.alerts.fixture import SENT, alerts, commands, event, facts, links, only

ID = "i-0a1b2c3d4e5f60001"


@pytest.mark.parametrize(
    ("state", "kind", "title"),
    [
        ("pending", "instance-launched", f"Instance {ID} is being launched or started"),
        ("running", "instance-launched", f"Instance {ID} is running"),
        ("stopping", "instance-stopped", f"Instance {ID} is stopping"),
        ("stopped", "instance-stopped", f"Instance {ID} has stopped"),
        ("shutting-down", "instance-terminated", f"Instance {ID} is being terminated"),
        ("terminated", "instance-terminated", f"Instance {ID} was terminated"),
    ],
)
def test_each_state_of_an_instance_is_a_notice(state: str, kind: str, title: str) -> None:
    alert = only("eventbridge_ec2_state_pending", state=state)
    assert (alert.kind, alert.title, alert.state) == (kind, title, "notice")
    assert (alert.resources, commands(alert)) == ((ID,), [])
    (link,) = links(alert)
    assert link.endswith(f"ec2/home?region=ap-northeast-1#InstanceDetails:instanceId={ID}")


def test_an_id_with_a_space_before_it_is_that_id() -> None:
    assert only("eventbridge_ec2_state_terminated").resources == (ID,)


def test_a_state_that_ec2_has_not_is_said_as_it_is() -> None:
    changed = event("eventbridge_ec2_state_pending")
    changed["detail"]["state"] = "dreaming"
    found = read(changed, SENT)
    assert not found.known
    assert found.alerts[0].kind == "other"


def test_instances_that_were_launched_are_told_one_by_one() -> None:
    first, second = alerts("ec2_run_instances")
    assert first.summary == f"Instance {ID} is being launched: autoscaling.amazonaws.com (AWS itself) asked for it."
    assert second.resources == ("i-0a1b2c3d4e5f60002",)
    assert facts(first)["Instance type"] == "g5.2xlarge"
    assert first.key != second.key


def test_a_launch_that_failed_says_of_what_and_why_and_what_to_do() -> None:
    alert = only("ec2_run_instances_no_capacity")
    assert (alert.kind, alert.state) == ("instance-failed", "open")
    assert alert.title == "An instance of type g5.2xlarge could not be launched"
    assert alert.hint == "Try another instance type or Availability Zone, or the same one later."
    limit = only("ec2_run_instances_no_capacity", errorCode="Client.VcpuLimitExceeded")
    assert limit.hint == "Ask AWS for a higher quota, or terminate instances that nobody needs."


def test_none_of_the_instances_of_a_call_that_failed_were_terminated() -> None:
    first, second = alerts("ec2_terminate_instances_protected")
    assert first.summary == f"Instance {ID} could not be terminated: Termination protection is on for {ID}."
    assert second.title == "Instance i-0a1b2c3d4e5f60002 could not be terminated"
    assert second.hint is not None
    assert "protection" in second.hint


def test_auto_scaling_says_what_it_could_not_do() -> None:
    launch, end = only("autoscaling_launch_unsuccessful"), only("autoscaling_terminate_unsuccessful")
    assert launch.title == "Auto Scaling group research-nodes could not launch an instance"
    assert (launch.kind, launch.state, launch.resources) == ("instance-failed", "open", (ID, "research-nodes"))
    assert end.summary.endswith("could not terminate an instance: The instance is protected from termination.")
    assert launch.fingerprint != end.fingerprint
    assert only("autoscaling_launch_unsuccessful", EC2InstanceId="").resources == ("research-nodes",)
    done = only("autoscaling_launch_successful")
    assert (done.kind, done.title) == ("instance-launched", f"Auto Scaling group research-nodes launched instance {ID}")


@pytest.mark.parametrize(
    ("name", "kind", "title"),
    [
        ("sagemaker_notebook_in_service", "notebook-launched", "Notebook Genomics is running"),
        ("sagemaker_notebook_stopped", "notebook-stopped", "Notebook Genomics has stopped"),
        ("sagemaker_notebook_deleting", "notebook-terminated", "Notebook Genomics is being deleted"),
        ("sagemaker_create_notebook", "notebook-launched", "Notebook Genomics is being created"),
    ],
)
def test_notebooks_come_and_go(name: str, kind: str, title: str) -> None:
    alert = only(name)
    assert (alert.kind, alert.title, alert.state) == (kind, title, "notice")
    assert links(alert)[0].endswith("sagemaker/home?region=ap-northeast-1#/notebook-instances/Genomics")


def test_a_notebook_that_failed_says_why() -> None:
    alert = only("sagemaker_notebook_failed")
    assert (alert.kind, alert.state) == ("notebook-failed", "open")
    assert alert.summary == "Notebook Genomics has failed: The lifecycle configuration ran for more than 5 minutes."
    limit = only("sagemaker_create_notebook_limit")
    assert (limit.kind, limit.title) == ("notebook-failed", "Notebook Genomics could not be created")
    assert limit.who == "ren (role Research)"
    assert limit.hint == "Ask AWS for a higher quota, or choose another instance type."


def test_a_change_that_sagemaker_tells_twice_is_one() -> None:
    told = event("sagemaker_notebook_stopped")
    again = told | {"id": "another", "time": "2026-11-02T09:15:02Z"}
    (first,), (second,) = read(told, SENT).alerts, read(again, SENT).alerts
    assert (first.key, first.at) == (second.key, second.at)
    assert first.key != only("sagemaker_notebook_stopped", LastModifiedTime=1793610999000).key
