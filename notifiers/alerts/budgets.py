"""AWS Budgets, which by SNS writes plain text and nothing else.

https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from notifiers.alerts.alert import Alert, fingerprint
from notifiers.alerts.event import Event
from notifiers.alerts.links import own
from notifiers.alerts.reading import clean, number, say_number
from notifiers.alerts.telling import facts_of
from notifiers.message import Severity

_SUBJECT = "AWS Budgets:"
_HEAD = "AWS Budget Notification"
_LINE = re.compile(r"^[ \t]*([A-Za-z][A-Za-z ]{2,40}):[ \t]*(\S.*)$", re.MULTILINE)
_ACCOUNT = re.compile(r"^AWS Account (\d{12})\s*$", re.MULTILINE)
_PERIOD = re.compile(r"for the (?:current )?(day|month|quarter|year|custom period)\b|\b(today)\b")
_AMOUNT = re.compile(r"-?[\d,]+(?:\.\d+)?")
_ADDRESS = re.compile(r"https://\S+")
_PERIODS = {"day": "Today", "today": "Today", "month": "This month", "quarter": "This quarter", "year": "This year"}
_HINT = "See in Cost Explorer what it goes to, and stop what nobody needs."


@dataclass(frozen=True)
class _Budget:
    """What a notification says. Amounts stay as AWS writes them ("$36.69", "120 GB")."""

    name: str
    type: str
    forecast: bool
    budgeted: str
    threshold: str  # "> $24.00"
    amount: str
    period: str  # "This month", "" where it is not said
    account: str

    @property
    def share(self) -> float | None:
        """The amount by what was budgeted; None where either is no number, or percent itself."""
        if "%" in self.amount:
            return None
        amount, budgeted = _value(self.amount), _value(self.budgeted)
        return amount / budgeted if amount is not None and budgeted else None


def is_notification(event: Event) -> bool:
    """Whether it is from AWS Budgets, by its subject or by its first line."""
    is_message = event.source == "aws.sns" and not event.detail
    return is_message and (event.subject.startswith(_SUBJECT) or event.message.lstrip().startswith(_HEAD))


def notification(event: Event) -> tuple[Alert, ...]:
    """A threshold that was crossed, or will be. Raises KeyError where a line that it needs is not there."""
    budget = _read(event)
    kind = "forecast" if budget.forecast else "actual"
    about = f"budget {budget.account or event.account}/{budget.name} {kind} {budget.threshold}"
    return (
        Alert(
            kind="budget",
            about=about,
            state="open",
            at=event.at,
            key=f"{fingerprint(about)}-{event.id}",
            severity=_severity(budget),
            title=_title(budget),
            summary=_summary(budget),
            facts=facts_of(_facts(budget)),
            hint=_HINT,
            buttons=own("Open in AWS Budgets", _address(event)),
            resources=(budget.name,),
            account=budget.account or event.account,
        ),
    )


def _read(event: Event) -> _Budget:
    said = clean(event.message, 20_000)
    lines: dict[str, str] = {}
    for label, value in _LINE.findall(said):
        lines.setdefault(label.lower(), clean(value.rstrip(), 300))
    forecast = lines["alert type"].upper().startswith("FORECAST")
    amount = lines["forecasted amount"] if forecast and "forecasted amount" in lines else lines["actual amount"]
    account, period = _ACCOUNT.search(said), _PERIOD.search(said)
    return _Budget(
        name=lines["budget name"],
        type=lines.get("budget type", ""),
        forecast=forecast,
        budgeted=lines.get("budgeted amount", ""),
        threshold=lines["alert threshold"],
        amount=amount,
        period=_PERIODS.get((period[1] or period[2]) if period else "", ""),
        account=account[1] if account else "",
    )


def _title(budget: _Budget) -> str:
    over = budget.share is not None and budget.share >= 1 and ">" in budget.threshold
    if budget.forecast:
        return f"Budget {budget.name} will be exceeded" if over else f"Budget {budget.name} will pass its threshold"
    return f"Budget {budget.name} is exceeded" if over else f"Budget {budget.name} has passed its threshold"


def _summary(budget: _Budget) -> str:
    """In one sentence: "This month $36.69 were spent of $30.00 (122 %); the alert is for more than $24.00.".

    Savings plans and reservations have a use or coverage instead of money.
    """
    cost = budget.type.lower() in ("cost", "")
    what = "will be" if budget.forecast else "were" if cost else "was"
    verb = f"{what} {'spent' if cost else 'reached'}"
    of = f" of {budget.budgeted}" if budget.budgeted else ""
    share = f" ({say_number(round(budget.share * 100))} %)" if budget.share is not None else ""
    begin = f"{budget.period} {budget.amount}" if budget.period else budget.amount
    return f"{begin} {verb}{of}{share}; the alert is for {_threshold(budget)}."


def _threshold(budget: _Budget) -> str:
    """The threshold in words: "more than $24.00"."""
    for sign, words in (
        (">=", "at least"),
        ("<=", "at most"),
        (">", "more than"),
        ("<", "less than"),
        ("=", "exactly"),
    ):
        if budget.threshold.startswith(sign):
            return f"{words} {budget.threshold.removeprefix(sign).strip()}"
    return budget.threshold


def _facts(budget: _Budget) -> Mapping[str, str | None]:
    share = f"{say_number(round(budget.share * 100))} %" if budget.share is not None else None
    return {
        "Budget": budget.name,
        "Type": budget.type,
        "Forecast" if budget.forecast else "Actual": budget.amount,
        "Budgeted": budget.budgeted,
        "Of the budget": share,
        "Threshold": _threshold(budget),
        "Period": budget.period.lower(),
    }


def _severity(budget: _Budget) -> Severity:
    """Money that is spent is worse than money that will be, and more than all of it worse than a part."""
    over = budget.share is not None and budget.share >= 1
    return "critical" if over and not budget.forecast else "warning"


def _value(amount: str) -> float | None:
    found = _AMOUNT.search(amount)
    return number(found[0].replace(",", "")) if found else None


def _address(event: Event) -> str | None:
    found = _ADDRESS.search(event.message)
    return found[0] if found else None
