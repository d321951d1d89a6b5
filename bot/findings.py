"""What the doctor finds."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; `wrong` says what is wrong and how to mend it, None: it is fine."""

    what: str
    wrong: str | None = None

    @classmethod
    def of_fault(cls, fault: str) -> Self:
        """From a fault's line "SLACK_BOT_TOKEN: not set"."""
        what, _, wrong = fault.partition(": ")
        return cls(what, wrong or fault)

    def __str__(self) -> str:
        return f"ok   {self.what}" if self.wrong is None else f"BAD  {self.what}: {self.wrong}"
