"""What people are told of a CloudWatch alarm, whichever of its shapes it comes in."""

from typing import Any

import pytest

from notifiers.alerts.alert import Alert
from notifiers.alerts.read import read
from notifiers.message import Chart, Text
from tests.notifiers.alerts.fixture import SENT, buttons, event, facts, only

CPU = "eventbridge_cloudwatch_alarm_state_change_metric"


def chart(alert: Alert) -> Chart:
    (block,) = alert.blocks
    assert isinstance(block, Chart)
    return block


def test_an_alarm_says_what_crossed_which_line_for_how_long_and_where_to_look() -> None:
    alert = only(CPU)
    assert alert.title == "CPU of i-0c1d2e3f405162738 is high"
    assert alert.summary == "CPUUtilization of i-0c1d2e3f405162738 is 99.5 %, above 50 % for 5 min."
    assert (alert.kind, alert.state, alert.severity, alert.lasting) == ("cpu", "open", "warning", True)
    assert (alert.account, alert.region, alert.at) == ("123456789012", "eu-central-1", 1_795_770_942.305)
    assert facts(alert)["Measured"] == "99.5 %"
    assert facts(alert)["Threshold"] == "above 50 % for 5 min"
    assert buttons(alert) == {
        "Runbook": "https://wiki.example.com/runbooks/cpu",
        "Open in CloudWatch": "https://eu-central-1.console.aws.amazon.com/cloudwatch/home"
        "?region=eu-central-1#alarmsV2:alarm/render-07%20CPU",
    }
    assert "i-0c1d2e3f405162738" in alert.resources


@pytest.mark.parametrize("shape", ["alarm_sns_same_as_cpu", "alarm_action_same_as_cpu"])
def test_the_same_alarm_is_the_same_by_whatever_way_it_comes(shape: str) -> None:
    assert only(shape) == only(CPU)


def test_the_same_alarm_opens_and_closes_as_one() -> None:
    wrong, fine, silent = only(CPU), only("alarm_cpu_ok"), only("alarm_insufficient_data")
    assert wrong.about == fine.about == silent.about == f"alarm {wrong.resources[-1]}"
    assert len({wrong.key, fine.key, silent.key}) == 3
    assert (fine.state, fine.severity, fine.hint) == ("closed", "ok", None)
    assert fine.summary == "CPUUtilization of i-0c1d2e3f405162738 is 12.4 %, no longer above 50 %."
    assert (silent.state, silent.kind) == ("unknown", "cpu")
    assert silent.summary == (
        "CPUUtilization of i-0c1d2e3f405162738 is not reported, so nobody can tell whether it is above 50 %."
    )


@pytest.mark.parametrize(
    ("name", "kind", "severity", "title", "summary"),
    [
        (
            "alarm_workspace_cpu_three_datapoints",
            "cpu",
            "warning",
            "CPU of ws-0a1b2c3d4 is high",
            "CPUUsage of ws-0a1b2c3d4 is 99.9 %, above 95 % for 3 min.",
        ),
        (
            "alarm_workspace_memory",
            "memory",
            "critical",
            "Memory of ws-0a1b2c3d4 is nearly full",
            "MemoryUsage of ws-0a1b2c3d4 is 96.25 %, above 85 % for 3 min.",
        ),
        (
            "alarm_workspace_disk",
            "disk",
            "warning",
            "A disk of ws-0a1b2c3d4 is nearly full",
            "UserVolumeDiskUsage of ws-0a1b2c3d4 is 82 %, above 80 % for 3 min.",
        ),
        (
            "alarm_workspace_idle",
            "idle",
            "warning",
            "ws-0ren00001 is idle",
            "CPUUsage of ws-0ren00001 is 1.2 %, below 5 % for 1 h.",
        ),
        (
            "alarm_windows_free_space",
            "disk",
            "critical",
            "A disk of i-0aa11bb22cc33dd44 (C:) is nearly full",
            "LogicalDisk % Free Space of i-0aa11bb22cc33dd44 (C:) is 4.2 %, below 20 % for 1 min.",
        ),
        (
            "alarm_rds_free_storage",
            "disk",
            "warning",
            "A disk of samples-db is nearly full",
            "FreeStorageSpace of samples-db is 1.93 GB, at or below 2.15 GB for 5 min.",
        ),
        (
            "alarm_disk_m_of_n_missing_data",
            "disk",
            "warning",
            "A disk of i-0c1d2e3f405162738 (/data) is nearly full",
            "disk_used_percent of i-0c1d2e3f405162738 (/data) is 81.3 %, above 80 % in 3 of 5 datapoints of 1 min.",
        ),
        (
            "alarm_sns_m_of_n",
            "memory",
            "warning",
            "Memory of ws-0a1b2c3d4 is nearly full",
            "MemoryUsage of ws-0a1b2c3d4 is 93.25 %, above 85 % in 3 of 5 datapoints of 1 min.",
        ),
        (
            "alarm_sns_metric_math",
            "disk",
            "warning",
            "A disk of i-04dcd03f207365696 (/u01) is nearly full",
            "samples-db disk free % of i-04dcd03f207365696 (/u01) is 29.96 %, at or below 30 % for 5 min.",
        ),
        (
            "alarm_metric_math",
            "alarm",
            "warning",
            "In alarm: render-07 traffic",
            "Total traffic of i-0c1d2e3f405162738 is 45,628, above 10,000 for 5 min.",
        ),
        (
            "alarm_anomaly",
            "alarm",
            "warning",
            "In alarm: render-07 CPU unusual",
            "CPUUtilization of i-0c1d2e3f405162738 is 0 %, outside of the expected 0.0206 % to 0.301 % for 1 min.",
        ),
        (
            "alarm_in_govcloud",
            "alarm",
            "critical",
            "In alarm: nat errors",
            "ErrorPortAllocation of nat-0123456789abcdef0 is 9, at or above 5 for 2 min.",
        ),
        (
            "sns_http_cloudwatch_alarm",
            "alarm",
            "warning",
            "In alarm: executions",
            "ConcurrentExecutions is 6, above 5 for 1 min.",
        ),
        (
            "alarm_missing_data_breaching",
            "alarm",
            "warning",
            "In alarm: render-07 reports",
            "Heartbeat of render-07 was not reported for 3 min, which this alarm takes for wrong.",
        ),
        (
            "alarm_several_series",
            "alarm",
            "warning",
            "In alarm: idle tables",
            "idle tables: 6 out of 6 time series evaluated to ALARM.",
        ),
    ],
)
def test_the_numbers_are_told_as_people_read_them(
    name: str, kind: str, severity: str, title: str, summary: str
) -> None:
    alert = only(name)
    assert (alert.kind, alert.state, alert.severity) == (kind, "open", severity)
    assert (alert.title, alert.summary) == (title, summary)


def test_several_values_are_drawn_oldest_first() -> None:
    assert chart(only("alarm_workspace_cpu_three_datapoints")).values == (96.2, 98.7, 99.9)
    assert chart(only("alarm_sns_m_of_n")).values == (88.0, 91.5, 93.25)  # out of CloudWatch's sentence
    assert chart(only("alarm_sns_m_of_n")).unit == "%"


def test_what_can_be_done_about_a_workspace_is_a_button() -> None:
    cpu, idle, broken = (only(f"alarm_workspace_{name}") for name in ("cpu_three_datapoints", "idle", "unhealthy"))
    assert buttons(cpu)["Look at it"] == "workspace ws-0a1b2c3d4"
    assert buttons(idle)["Stop it"] == "workspace stop ws-0ren00001"
    assert buttons(broken)["Restart it"] == "workspace reboot ws-0oda00001"


def test_a_composite_alarm_names_the_alarms_behind_it() -> None:
    alert, by_sns = only("alarm_composite"), only("alarm_sns_composite")
    assert alert.summary == "In alarm: Rendering is down, because of render-07 CPU."
    assert facts(alert)["Rule"] == 'ALARM("render-07 CPU") OR ALARM("render-07 /data")'
    assert facts(alert)["In AWS"] == "Actions suppressed by WaitPeriod"
    assert (by_sns.key, by_sns.summary) == (alert.key, alert.summary)
    over = only("alarm_action_composite")
    assert (over.about, over.state, over.title) == (alert.about, "closed", "Fine again: Rendering is down")


def test_each_time_series_of_an_alarm_opens_and_closes_for_itself() -> None:
    one, whole = only("alarm_contributor"), only("alarm_several_series")
    assert one.about == f"{whole.about} 6d442278dba546f6"
    assert one.title == "In alarm: idle tables, samples"
    assert one.summary == "idle tables of samples is 0, below 1 for 1 min."
    assert facts(one)["In AWS"] == "Muted by night"


def test_what_never_was_wrong_is_not_fine_again() -> None:
    said = event("alarm_cpu_ok")
    said["detail"]["previousState"]["value"] = "INSUFFICIENT_DATA"
    (alert,) = read(said, SENT).alerts
    assert (alert.title, alert.state) == ("CPU of i-0c1d2e3f405162738 is fine", "closed")
    assert alert.summary == "CPUUtilization of i-0c1d2e3f405162738 is 12.4 %, not above 50 %."


def test_partial_data_is_said_to_be_partial() -> None:
    assert facts(only("alarm_partial_data"))["Data"] == "a part of it only"


def test_an_anomaly_that_is_over_is_of_the_kind_that_it_was() -> None:
    alert = only("alarm_sns_anomaly_ok")
    assert (alert.kind, alert.state) == ("cpu", "closed")
    assert alert.summary == "CPUUtilization of samples-db is 40.61 %, no longer above the expected band."


def test_a_link_leads_to_the_console_of_the_partition() -> None:
    link = buttons(only("alarm_in_govcloud"))["Open in CloudWatch"]
    assert link
    assert link.startswith("https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#")


def test_a_state_that_was_set_by_hand_says_why() -> None:
    said = event(CPU)
    said["detail"]["state"] = {"value": "ALARM", "reason": "Only a try", "timestamp": "2026-11-27T09:15:42.305+0000"}
    (alert,) = read(said, SENT).alerts
    assert alert.summary == "render-07 CPU: Only a try."


def test_an_alarm_that_is_deleted_is_over_and_a_changed_one_says_its_new_line() -> None:
    gone, changed, made = (only(f"alarm_{what}") for what in ("deleted", "changed", "created"))
    assert (gone.about, gone.state) == (only(CPU).about, "closed")
    assert (changed.state, facts(changed)["Threshold"], facts(changed)["Before"]) == ("notice", "above 80", "above 70")
    assert (made.state, made.title) == ("notice", "Alarm Rendering is down was made")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"name": "cpu_usage_idle"}, "idle"),  # much of it is left
        ({"name": "mem_available_percent"}, "alarm"),
        ({"name": "mem_used_percent"}, "memory"),
        ({"name": "Memory % Committed Bytes In Use"}, "memory"),
        ({"name": "LogicalDisk % Free Space"}, "alarm"),
        ({"name": "CPUCreditBalance"}, "alarm"),
        ({"name": "GPUUtilization"}, "alarm"),
        ({"name": "DiskReadBytes"}, "alarm"),
        ({"name": "RootVolumeDiskUsage"}, "disk"),
        ({"name": "DiskUtilization"}, "disk"),
    ],
)
def test_what_an_alarm_above_its_line_means_goes_by_the_metric(change: dict[str, Any], kind: str) -> None:
    said = event(CPU)
    said["detail"]["configuration"]["metrics"][0]["metricStat"]["metric"] |= change
    (alert,) = read(said, SENT).alerts
    assert alert.kind == kind


@pytest.mark.parametrize("missing", ["configuration", "previousState"])
def test_an_alarm_of_which_parts_are_missing_is_an_alarm_still(missing: str) -> None:
    said = event(CPU)
    said["detail"][missing] = None
    (alert,) = read(said, SENT).alerts
    assert (alert.about, alert.state) == (only(CPU).about, "open")
    assert "99.5" in alert.summary or any(isinstance(block, Text) for block in alert.blocks)


def test_an_alarm_without_a_state_is_said_as_it_is() -> None:
    said = event(CPU)
    said["detail"]["state"]["value"] = "ASLEEP"
    found = read(said, SENT)
    assert not found.known
    assert (found.alerts[0].kind, found.alerts[0].severity) == ("other", "warning")
