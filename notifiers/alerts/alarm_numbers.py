"""The numbers that made an alarm change: CloudWatch's reason data where it comes along, else out of its sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from notifiers.alerts.alarm_shapes import Alarm
from notifiers.alerts.metric import Metric
from notifiers.alerts.reading import number, say_number, text, within
from notifiers.times import say_duration

_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_POINT = re.compile(rf"({_NUMBER}) \(\d\d/\d\d/\d\d")  # "99.5 (02/10/19 16:59:00)", newest first
_COUNT = re.compile(r"(\d{1,6}) out of the last (\d{1,6}) datapoints|Crossed: (\d{1,6}) datapoint")
_NOTHING = re.compile(r"no datapoints were received for (\d{1,6}) period")
_LINE = re.compile(rf"the threshold \(({_NUMBER})\)")
_WORDS = {
    "GreaterThanOrEqualToThreshold": ("at or above", True),
    "GreaterThanThreshold": ("above", True),
    "LessThanOrEqualToThreshold": ("at or below", False),
    "LessThanThreshold": ("below", False),
    "GreaterThanUpperThreshold": ("above the expected", True),
    "LessThanLowerThreshold": ("below the expected", None),
    "LessThanLowerOrGreaterThanUpperThreshold": ("outside of the expected", None),
}
# As CloudWatch writes them in its sentence, the longer ones first.
_IN_WORDS = (
    ("less than the lower thresholds", "LessThanLowerOrGreaterThanUpperThreshold"),
    ("greater than the upper thresholds", "GreaterThanUpperThreshold"),
    ("less than the lower threshold", "LessThanLowerThreshold"),
    ("greater than or equal to the threshold", "GreaterThanOrEqualToThreshold"),
    ("greater than the threshold", "GreaterThanThreshold"),
    ("less than or equal to the threshold", "LessThanOrEqualToThreshold"),
    ("less than the threshold", "LessThanThreshold"),
)


@dataclass(frozen=True)
class Numbers:
    """What crossed which line, for how long.

    `values` are oldest first. `line` says the line in words ("above 50 %"), "" where none is known; `above` is which
    side of it is wrong, None where both are or nobody knows. `long` says for how long, "" where nobody knows.
    """

    values: tuple[float, ...]
    line: str
    above: bool | None
    long: str
    missing: bool  # it changed because data was missing

    @property
    def newest(self) -> float | None:
        return self.values[-1] if self.values else None


def numbers(alarm: Alarm) -> Numbers:
    """The numbers of an alarm that is not composite."""
    operator = alarm.operator or _operator(alarm.reason) or _operator(alarm.reason_before)
    return Numbers(
        values=_values(alarm.reason, alarm.reason_data),
        line=_line(alarm, operator),
        above=_above(alarm, operator),
        long=_long(alarm),
        missing=bool(_NOTHING.search(alarm.reason)),
    )


def line_of(set_up: Mapping[str, object]) -> str | None:
    """The line that a configuration draws, without a unit: "above 80"; None where it draws none."""
    words, threshold = _WORDS.get(text(set_up, "comparisonOperator") or "", ("", None))[0], number(set_up, "threshold")
    if threshold is None:
        return f"{words} band" if words else None
    return f"{words or 'beyond'} {say_number(threshold)}"


def _operator(reason: str) -> str:
    return next((known for said, known in _IN_WORDS if said in reason), "")


def _values(reason: str, data: Mapping[str, object]) -> tuple[float, ...]:
    points = within(data, "recentDatapoints")
    if isinstance(points, list):
        return tuple(value for value in map(number, points[-200:]) if value is not None)
    return tuple(float(found) for found in reversed(_POINT.findall(reason)))


def _line(alarm: Alarm, operator: str) -> str:
    """The line in words: "above 50 %", "outside of the expected 0.02 to 0.3 %"."""
    words, metric = _WORDS.get(operator, ("", None))[0], alarm.watched or Metric(name="")
    threshold = _threshold(alarm)
    if threshold is not None:
        return f"{words or 'beyond'} {metric.say(threshold)}"
    low, high = (number(alarm.reason_data, f"recent{side}Thresholds", -1) for side in ("Lower", "Upper"))
    match operator:
        case "GreaterThanUpperThreshold":
            return f"{words} {metric.say(high)}" if high is not None else f"{words} band"
        case "LessThanLowerThreshold":
            return f"{words} {metric.say(low)}" if low is not None else f"{words} band"
        case "LessThanLowerOrGreaterThanUpperThreshold" if low is not None and high is not None:
            return f"{words} {metric.say(low)} to {metric.say(high)}"
        case "LessThanLowerOrGreaterThanUpperThreshold":
            return f"{words} band"
        case _:
            return ""


def _threshold(alarm: Alarm) -> float | None:
    given = number(alarm.reason_data, "threshold")
    found = alarm.threshold if given is None else given
    said = _LINE.search(alarm.reason)
    return found if found is not None or said is None else float(said[1])


def _above(alarm: Alarm, operator: str) -> bool | None:
    """Which side of its line is wrong; below what is expected means nothing in particular."""
    side = _WORDS.get(operator, ("", None))[1]
    if side is not None or "Upper" not in operator:
        return side
    reason, data = alarm.reason, alarm.reason_data
    if alarm.state != "ALARM":
        reason, data = alarm.reason_before, alarm.data_before
    values, high = _values(reason, data), number(data, "recentUpperThresholds", -1)
    return True if values and high is not None and values[-1] > high else None


def _long(alarm: Alarm) -> str:
    """For how long it is, or was: "for 5 min", "in 3 of 5 datapoints of 1 min"."""
    period = alarm.watched.period if alarm.watched else None
    period = period or _seconds(number(alarm.reason_data, "period"))
    if period is None:
        return ""
    met, of = _count(alarm)
    if met == of:
        return f"for {say_duration(met * period)}"
    return f"in {met} of {of} datapoints of {say_duration(period)}"


def _count(alarm: Alarm) -> tuple[int, int]:
    """How many datapoints of how many crossed the line."""
    nothing, counted = _NOTHING.search(alarm.reason), _COUNT.search(alarm.reason)
    if nothing:
        return int(nothing[1]), int(nothing[1])
    if counted and alarm.datapoints is None:
        met, of, alone = counted.groups()
        return (int(alone), int(alone)) if alone else (int(met), int(of))
    of = alarm.periods or 1
    return alarm.datapoints or of, of


def _seconds(value: float | None) -> int | None:
    return int(value) if value is not None and 0 < value < 10_000_000 else None
