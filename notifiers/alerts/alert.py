"""What an AWS event means for people: one thing that happened, or began, or is over, with no chat in it."""

import hashlib
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from notifiers.alerts.kinds import Kind
from notifiers.message import Block, Button, Fact, Severity

# open: it is wrong from now on; closed: it is over; unknown: nobody can tell whether it is; notice: it happened, and
# there is nothing to be over.
State = Literal["open", "closed", "unknown", "notice"]


class Alert(BaseModel):
    """One occurrence.

    `about` names what it is about, the same while it opens, repeats and closes ("alarm arn:aws:cloudwatch:…"). `at` is
    when AWS says that this became so (seconds since 1970, with fractions), and `key` names the occurrence: the same by
    whatever path it comes, and however often. `resources` are the ids that `--resource` and tags go by. Times are not
    in the texts: whoever renders it knows the reader's zone. `hint` is one sentence on what to do next.

    `lasting`: AWS will say when it is over; else somebody's Acknowledge ends it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    about: str
    state: State
    at: float
    key: str
    severity: Severity
    title: str
    summary: str  # one sentence: what and where
    facts: tuple[Fact, ...] = ()
    blocks: tuple[Block, ...] = ()
    hint: str | None = None
    buttons: tuple[Button, ...] = ()
    resources: tuple[str, ...] = ()
    account: str = ""
    region: str = ""
    who: str | None = None  # whoever did it, as AWS names them
    lasting: bool = False
    described: str = Field(default="", description="The alarm's own description, where a runbook may be linked")

    @property
    def fingerprint(self) -> str:
        """Ten hex digits that stand for `about`: in keys, and typed by people."""
        return fingerprint(self.about)


@lru_cache(maxsize=4096)
def fingerprint(about: str) -> str:
    """Ten hex digits of the SHA-256 of `about`."""
    return hashlib.sha256(about.encode()).hexdigest()[:10]
