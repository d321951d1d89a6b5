"""The part of the configuration about upgrades: what `/upgrade start` does where nothing else is said."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from commands import upgrade_values
from commands.config_people import Strict
from commands.config_values import Seconds
from commands.upgrade_values import LONGEST_TIMEOUT, MOST_AT_ONCE, MOST_DEFERS, SHORTEST_TIMEOUT
from notifiers.hours import parse_hours


def _reading(read: Callable[[str], str]) -> BeforeValidator:
    def check(value: object) -> str:
        text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else repr(value)
        try:
            return read(text)
        except ValueError as error:
            raise ValueError(f"{text!r} is {error}") from None

    return BeforeValidator(check)


def _between(shortest: int, longest: int, range_: str) -> AfterValidator:
    def check(value: int) -> int:
        if not shortest <= value <= longest:
            raise ValueError(f"is not from {range_}")
        return value

    return AfterValidator(check)


def _hours(text: str) -> str:
    # Without a zone it is the configuration's: `typed` leaves it out.
    return parse_hours(text, "").typed()


Size = Annotated[str, _reading(upgrade_values.size)]
_TIMEOUT = _between(SHORTEST_TIMEOUT, LONGEST_TIMEOUT, "10m to 14d")


class Report(Strict):
    """Where reports are kept; without a bucket they are told in the chats alone."""

    bucket: Annotated[str, _reading(upgrade_values.bucket)] | None = None
    prefix: Annotated[str, _reading(upgrade_values.prefix)] = "workspaces-upgrades/"
    kms: Annotated[str, _reading(upgrade_values.key)] | None = None


class Upgrade(Strict):
    """`canary` is the first wave, `waves` the sizes of the next ones, the last of which repeats.

    `notice` is how long an owner has after they were told, "none" or a duration; `poll` how often a run looks.
    """

    canary: Size = "5"
    waves: Annotated[tuple[Size, ...], Field(min_length=1, max_length=20)] = ("25", "100")
    canary_failures: Annotated[int, Field(ge=0, le=1_000)] = 0
    gate: bool = False  # whether an approver has to say after the canary that it goes on
    window: Annotated[str, _reading(_hours)] | None = None
    concurrent: Annotated[int, Field(ge=0, le=MOST_AT_ONCE)] = 10  # 0: only AWS's own limit of calls
    notice: Annotated[str, _reading(upgrade_values.notice)] = "none"
    defers: Annotated[int, Field(ge=0, le=MOST_DEFERS)] = 2
    snapshot: Literal["fresh", "next"] = "fresh"
    timeout: Annotated[Seconds, _TIMEOUT] = 12 * 3600
    failures: Annotated[str, _reading(upgrade_values.failures)] = "10%"
    poll: Annotated[Seconds, _between(10, 600, "10s to 10m")] = 60
    ssm: bool = False  # whether whoever is on a managed desktop is also told there
    housekeeping: bool = False  # whether the run's own items go with its end
    report: Report = Report()
