"""An execution of a run: what it may write, and how it ends for its successor. Of runs that have an order."""

from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.conditions import Attr

from aws_ops import runs
from aws_ops.desk import Desk
from aws_ops.runs import OPEN, run_key
from aws_ops.table import Item

OVER, SUPERSEDED, HANDED_OVER = "over", "superseded", "handed over"


class Superseded(Exception):
    """This execution may not act for the run any more: another has taken over, or the run is over."""


class Overtaken(Exception):
    """Another look of this execution has written meanwhile: what this one saw is out of date."""


@dataclass(frozen=True)
class Execution:
    """A run as one of its executions knows it."""

    desk: Desk
    id: str
    generation: int

    def read(self, *, over_too: bool = False) -> Item:
        """The run's state. Raises Superseded, ClientError."""
        meta = self.desk.table.get(*run_key(self.id))
        if meta is None or meta["generation"] != self.generation or (runs.is_over(meta) and not over_too):
            raise Superseded(self.id)
        return meta

    def write(self, set: Item, remove: tuple[str, ...] = (), when: Any = None) -> Item:
        """Change the state and return the new one. Raises Superseded, also where `when` does not hold; ClientError."""
        only_if = self.mine if when is None else self.mine & when
        meta = self.desk.table.update(*run_key(self.id), set=set, remove=remove, when=only_if)
        if meta is None:
            raise Superseded(self.id)
        return meta

    @property
    def mine(self) -> Any:
        """The condition that this execution may still act."""
        return Attr("generation").eq(self.generation) & Attr("g1pk").eq(OPEN)

    def hand_over(self) -> str:
        """Start the next execution of the run, which alone may act from now on."""
        following = self.generation + 1
        raised = self.desk.table.update(*run_key(self.id), set={"generation": following}, when=self.mine)
        meta = raised or self.desk.table.get(*run_key(self.id))
        if meta is None or meta["generation"] != following:
            return SUPERSEDED
        runs.start(self.desk, meta)
        return HANDED_OVER
