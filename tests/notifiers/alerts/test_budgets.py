"""What people are told of AWS Budgets, which writes plain text."""

import time

import pytest

from notifiers.alerts.read import read
from tests.notifiers.alerts.fixture import SENT, alerts, buttons, event, facts, only

SPENT = "sns_records_budget_actual_monthly_2019"


def test_a_budget_says_how_much_of_it_is_spent_and_where_to_look() -> None:
    alert = only(SPENT)
    assert alert.title == "Budget rendering is exceeded"
    assert alert.summary == "This month $612.40 were spent of $500.00 (122 %); the alert is for more than $400.00."
    assert (alert.kind, alert.state, alert.severity, alert.lasting) == ("budget", "open", "critical", False)
    assert alert.about == "budget 123456789012/rendering actual > $400.00"
    assert (alert.account, alert.region) == ("123456789012", "")
    assert facts(alert) == {
        "Budget": "rendering",
        "Type": "Cost",
        "Actual": "$612.40",
        "Budgeted": "$500.00",
        "Of the budget": "122 %",
        "Threshold": "more than $400.00",
        "Period": "this month",
    }
    assert buttons(alert) == {"Open in AWS Budgets": "https://console.aws.amazon.com/costmanagement/home#/budgets"}


@pytest.mark.parametrize(
    ("name", "title", "summary"),
    [
        (
            "budget_actual_daily",
            "Budget sandbox accounts has passed its threshold",
            "Today $21.75 were spent of $25.00 (87 %); the alert is for more than $20.00.",
        ),
        (
            "budget_forecast_monthly",
            "Budget rendering will be exceeded",
            "This month $731.02 will be spent of $500.00 (146 %); the alert is for more than $500.00.",
        ),
        (
            "budget_forecast_daily",
            "Budget sandbox accounts will pass its threshold",
            "Today $22.10 will be spent of $25.00 (88 %); the alert is for more than $20.00.",
        ),
        (
            "budget_savings_plans_utilization",
            "Budget plans has passed its threshold",
            "This month 71.3% was reached of 100%; the alert is for less than 80%.",
        ),
    ],
)
def test_what_is_spent_and_what_will_be_are_told_apart(name: str, title: str, summary: str) -> None:
    alert = only(name)
    assert (alert.title, alert.summary, alert.severity) == (title, summary, "warning")


def test_every_threshold_of_a_budget_is_an_alert_of_its_own() -> None:
    assert len({only(name).about for name in (SPENT, "budget_forecast_monthly")}) == 2
    assert only(SPENT).key == alerts(SPENT)[0].key


def test_a_link_that_leads_elsewhere_is_no_button() -> None:
    said = event("budget_actual_daily")
    said["Sns"]["Message"] = said["Sns"]["Message"].replace(
        "console.aws.amazon.com", "console.aws.amazon.com.evil.test"
    )
    (alert,) = read(said, SENT).alerts
    assert not alert.buttons


def test_a_budget_without_an_amount_is_said_as_it_is() -> None:
    said = event("budget_actual_daily")
    said["Sns"]["Message"] = said["Sns"]["Message"].replace("ACTUAL Amount", "Amount")
    found = read(said, SENT)
    assert not found.known
    assert found.alerts[0].title == "AWS Budgets: sandbox accounts has exceeded your alert threshold"


def test_a_line_of_spaces_holds_nobody_up() -> None:
    said = event("budget_actual_daily")
    said["Sns"]["Message"] = f"AWS Budget Notification\nBudget Name: x{' ' * 19_000}y\n"
    began = time.process_time()
    read(said, SENT)
    assert time.process_time() - began < 0.5
