"""What stands for a message in a list of what was held back, and why it was."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from notifiers.characters import cut
from notifiers.message import Severity
from notifiers.plain_text import one_line

# muted, hours: somebody asked for quiet until then; notices: told together; flood: too many came at once.
Why = Literal["muted", "hours", "notices", "flood"]

LINE = 200


class Entry(BaseModel):
    """One line of a list: `text` is made one line of at most 200 characters, `at` is when it happened (epoch seconds).

    A message without an entry is never put into a list.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    severity: Severity = "info"
    at: float

    @field_validator("text")
    @classmethod
    def _short(cls, text: str) -> str:
        return cut(one_line(text), LINE)
