"""The parts of the configuration about WorkSpaces, and about what needs an approval."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Self

from pydantic import Field, model_validator

from aws_ops.bucket import Rate
from aws_ops.workspace_plan import protects
from commands.config_people import Strict
from commands.config_values import KnownPlace, NeedsApproval, PerSecond, Seconds, Silence, TagFilter, TimeOfDay


class Workspaces(Strict):
    """How WorkSpaces are asked about and changed. `evening` is what Tonight means, in the person's own zone."""

    calls_per_second: PerSecond = 2.0  # of the account and region, over all operations
    burst: Annotated[int, Field(ge=1, le=10_000)] = 5
    protect: TagFilter = "deskside:protect"
    approval: frozenset[NeedsApproval] = frozenset({"terminate"})
    ask: Seconds = 30 * 60
    silence: Silence = "stop"
    evening: TimeOfDay = time(20)
    patience: Seconds = 12 * 3600
    places: tuple[KnownPlace, ...] = ()  # whose readers may see whose WorkSpace it is

    @property
    def rate(self) -> Rate:
        """How often AWS may be asked."""
        return Rate(per_s=self.calls_per_second, burst=self.burst)

    def protects(self, tags: Mapping[str, str]) -> bool:
        """Whether a WorkSpace with these tags is changed by nobody."""
        return protects(self.protect, tags)


class Approvals(Strict):
    """Where approvals are asked for, for how long, and how many have to grant one."""

    places: tuple[KnownPlace, ...] = ()
    deadline: Seconds = 8 * 3600
    remind: Seconds = 3600
    quorum: Annotated[int, Field(ge=1, le=10)] = 1

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.remind >= self.deadline:
            raise ValueError("remind is not shorter than deadline")
        return self
