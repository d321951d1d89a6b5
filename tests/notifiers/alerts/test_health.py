"""What people are told of AWS Health."""

import pytest

from notifiers.message import Table, Text
from tests.notifiers.alerts.fixture import commands, facts, links, only


def test_an_issue_of_aws_says_where_and_what_aws_writes_and_is_over_when_aws_says_so() -> None:
    issue, over = only("health_public_issue"), only("health_issue_over")
    assert issue.summary == "Something is wrong in AWS in eu-central-1: WorkSpaces operational issue."
    assert (issue.kind, issue.state, issue.severity, issue.region) == ("health", "open", "warning", "eu-central-1")
    assert facts(issue)["Begins"] == "2026-11-27 08:02 UTC"
    assert issue.blocks == (Text.of("We are looking into raised error rates.\n\nWe will say more within the hour."),)
    assert (over.state, over.about) == ("closed", issue.about)
    assert over.summary == "It is over in eu-central-1: WorkSpaces operational issue."
    assert over.at > issue.at


def test_the_backup_of_an_event_is_that_event() -> None:
    backup, issue = only("health_backup_event"), only("health_public_issue")
    assert (backup.key, backup.about, backup.at) == (issue.key, issue.about, issue.at)
    assert facts(backup)["Heard in"] == "eu-west-1, as the backup"


def test_a_planned_change_says_when_and_about_which_machine() -> None:
    alert = only("health_instance_retirement")
    assert alert.title == "EC2: instance retirement scheduled"
    assert alert.summary == (
        "A change is planned in eu-central-1: EC2 instance retirement scheduled, about i-0c1d2e3f405162738."
    )
    assert facts(alert)["Begins"] == "2026-12-17 13:19 UTC"
    assert alert.hint == "Something has to be done: AWS says what."
    assert "i-0c1d2e3f405162738" in alert.resources
    assert "i-0c1d2e3f405162738" not in commands(alert)


def test_a_workspace_that_is_affected_can_be_looked_at() -> None:
    assert commands(only("health_workspace")) == ["workspace ws-0a1b2c3d4"]


def test_many_resources_are_listed_with_how_they_are() -> None:
    alert = only("health_lifecycle_many")
    assert alert.summary.endswith("about 25 resources.")
    assert alert.about.endswith("page 2")
    assert facts(alert)["Page"] == "2 of 3"
    table = next(block for block in alert.blocks if isinstance(block, Table))
    assert len(table.rows) == 20
    assert table.rows[0] == ("old-00", "resolved")
    assert alert.blocks[-1] == Text.of("And 5 more.", quiet=True)


@pytest.mark.parametrize(
    ("name", "state", "severity", "summary"),
    [
        ("health_abuse", "open", "critical", "Somebody has complained to AWS: Abuse dos report, about 2 resources."),
        ("health_notification", "notice", "info", "AWS has a notification in eu-central-1: Billing notification."),
    ],
)
def test_how_bad_it_is_goes_by_what_it_is(name: str, state: str, severity: str, summary: str) -> None:
    alert = only(name)
    assert (alert.state, alert.severity, alert.summary) == (state, severity, summary)
    assert links(alert)[0].startswith("https://health.console.aws.amazon.com/health/home#/account/event-log?")
