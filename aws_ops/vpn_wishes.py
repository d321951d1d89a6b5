"""The one way in which a wish is written: look, write on the condition that nothing has changed, else look again."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from boto3.dynamodb.conditions import Attr

from aws_ops import clock, ids
from aws_ops.desk import Desk
from aws_ops.runs import keyed, opened, run_key
from aws_ops.table import Create, Item, Update, Write
from aws_ops.vpn_items import Claim, VpnEndpoint, claims_of, live, lock_key, order, same_lock

T = TypeVar("T")

_TRIES = 25


class Contended(Exception):
    """Others kept writing the same items; asking again is safe."""


class Outrun(Exception):
    """Somebody else wrote first: look again."""


@dataclass(frozen=True)
class Standing:
    """What is there when somebody wishes: the lock, its run, and the claims that are live."""

    lock: Item
    meta: Item
    claims: tuple[Claim, ...]

    @property
    def run(self) -> str:
        return str(self.lock["run"])

    @property
    def next_wish(self) -> int:
        return int(self.lock["wishes"]) + 1

    def of(self, person: str) -> Claim | None:
        return next((claim for claim in self.claims if claim.person == person), None)

    def counting_the_wish(self) -> Update:
        """The write that counts one more wish, as long as nobody else has wished and the run is not over."""
        return Update(*lock_key(self.meta["endpoint"]), set={"wishes": self.next_wish}, when=same_lock(self.lock))


def new_run(endpoint: VpnEndpoint, origin: str, requester: str | None) -> Item:
    """The state that a run begins with."""
    now, run = clock.epoch(), f"vpn-{ids.ulid()}"
    return keyed(
        run_key(run),
        **opened(run, now),
        run=run,
        kind="vpn",
        endpoint=endpoint.name,
        origin=origin,
        requester=requester,
        started=now,
        phase="associating",
        round=1,
        generation=1,
        claimed=requester is not None,
        input=order(run, endpoint, origin, requester),
        owed="VpnStarted",
    )


def beginning(meta: Item, wishes: int) -> list[Write]:
    """The writes that begin a run, in one transaction, which fails where the endpoint has a run already."""
    return [Create(keyed(lock_key(meta["endpoint"]), run=meta["run"], wishes=wishes)), Create(meta)]


def again(attempt: Callable[[], T]) -> T:
    """The answer of the first attempt that nobody outran. Raises Contended after many."""
    for _ in range(_TRIES):
        with suppress(Outrun):
            return attempt()
    raise Contended


def standing_of(desk: Desk, endpoint: str) -> Standing | None:
    """None when there is no run. The lock is read first: what it has counted is then seen in the claims."""
    lock = desk.table.get(*lock_key(endpoint))
    if lock is None:
        return None
    meta = desk.table.get(*run_key(lock["run"]))
    if meta is None:
        # Only by hand: the two begin and end together. A lock of nothing would shut everybody out for ever.
        desk.table.delete(*lock_key(endpoint), when=Attr("run").eq(lock["run"]))
        return None
    return Standing(lock, meta, live(claims_of(desk, meta), clock.epoch()))
