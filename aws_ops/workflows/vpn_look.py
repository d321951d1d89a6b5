"""One look of a VPN run: the table and AWS are read, and what was seen is written to the run.

A look keeps few calls: DescribeClientVpnTargetNetworks, DescribeClientVpnConnections (while anything is associated),
the run, its claims and the brake. What it remembers in `RUN#<run>`/`META`: `ticked`; `subnets` and `others` {subnet,
state}; `associations` {id: {subnet, round, asked, since, until, failed}} (what costs); `connections`, `connected`
(names), `active` (ids), `looked`, `idle_since`, `unreadable_since`; `gone_since`; `trouble` {text, since}.
What the workflow adds: `phase`, `round`, `associated`, `cut`, `cuts` (how many have begun), `cutting_since`, `closed`;
`refused` {subnet: times} and `refusal` (what AWS said); `saved_round`; `over_before` (which claims were over before the
next cut); `gone` routes; `owed` (a fact to be said), `returned` (whose claims the last undone cut gave back) and `told`
(alarms that were); tries of what may fail for a while.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from boto3.dynamodb.conditions import Attr

from aws_ops import brake, client_vpn, clock, errors, vpn_subnets
from aws_ops.client_vpn import Association, Connection
from aws_ops.desk import Desk
from aws_ops.runs import run_key
from aws_ops.table import Item
from aws_ops.vpn_items import OVER, Claim, VpnEndpoint, claims_of, endpoint_of, live
from aws_ops.vpn_snapshot import tell
from aws_ops.workflows import vpn_seen
from aws_ops.workflows.facts import VpnFact

log = logging.getLogger(__name__)
T = TypeVar("T")

TRIES = 3
"""How often a subnet is associated, or routes are put back or compared, before it goes on without."""
ASSOCIATING_LATE_S = 45 * 60
"""After how long an association is taken for stuck: AWS takes 10 to 30 minutes."""
TIMER = "deskside.vpn"
"""Who changes AWS where no person asked for it."""


class Superseded(Exception):
    """This execution may not act for the run any more: another has taken over, or the run is over."""


@dataclass(frozen=True)
class Run:
    """A run as one of its executions knows it."""

    desk: Desk
    id: str
    generation: int
    endpoint: VpnEndpoint
    requester: str | None

    @classmethod
    def of(cls, words: Item, desk: Desk) -> Self:
        """The run that an execution's input is about."""
        return cls(desk, words["run"], words["generation"], endpoint_of(words), words["requester"])

    def read(self, *, over_too: bool = False) -> Item:
        """The run's state. Raises Superseded, ClientError."""
        meta = self.desk.table.get(*run_key(self.id))
        if meta is None or meta["generation"] != self.generation or (meta["phase"] in OVER and not over_too):
            raise Superseded(self.id)
        return meta

    def write(self, set: Item, remove: tuple[str, ...] = ()) -> Item:
        """Change the state and return the new one. Raises Superseded, ClientError."""
        meta = self.desk.table.update(*run_key(self.id), set=set, remove=remove, when=self.mine)
        if meta is None:
            raise Superseded(self.id)
        return meta

    @property
    def mine(self) -> Any:
        """The condition that this execution may still act."""
        return Attr("generation").eq(self.generation)

    def ec2(self, actor: str | None = None) -> Any:
        """The client for reading, or for changes in the name of somebody."""
        return self.desk.sessions.client("ec2", actor=actor, role=self.endpoint.role)

    def tell(self, fact: VpnFact, **extra: Any) -> None:
        """Announce a fact."""
        tell(self.desk, self.id, fact, **extra)


@dataclass
class Look:
    """What was seen at one moment; `claims` are those not overruled, also those whose time is up.

    `associations` and `connections` are None where AWS would not tell; `meta` is the run with all this written to it.
    """

    run: Run
    now: int
    meta: Item
    claims: tuple[Claim, ...]
    paused: bool
    associations: tuple[Association, ...] | None = None
    connections: tuple[Connection, ...] | None = ()
    troubles: list[str] = field(default_factory=list)
    no_endpoint: bool = False  # AWS knows of none by this id: nothing is associated, and never will be

    @property
    def live(self) -> tuple[Claim, ...]:
        return live(self.claims, self.now)

    @property
    def readable(self) -> bool:
        return self.associations is not None and self.connections is not None

    @property
    def untouched(self) -> bool:
        """Whether this run has neither asked for an association nor seen one: then there is nothing to cut."""
        return not self.meta["associations"] and self.meta["phase"] != "ready"

    @property
    def subnets(self) -> dict[str, str]:
        """Ours, as they were when AWS last told."""
        return {shown["subnet"]: shown["state"] for shown in self.meta["subnets"]}

    @property
    def ours(self) -> tuple[Association, ...]:
        """The associations of our subnets; none when unreadable."""
        mine = self.run.endpoint.subnets
        return tuple(found for found in self.associations or () if found.subnet in mine)

    @property
    def given_up(self) -> tuple[str, ...]:
        """Our subnets that would not associate in this round, however often they were asked to."""
        gone = {subnet for subnet, state in self.subnets.items() if not vpn_subnets.alive(state)}
        return tuple(s for s in self.run.endpoint.subnets if s in gone and self.failures(s) >= TRIES)

    @property
    def stuck_since(self) -> int | None:
        """Since when AWS has been associating one of our subnets, if that is far too long."""
        records = self.meta["associations"]
        since = min((records[f.id]["asked"] for f in self.ours if f.status == "associating"), default=self.now)
        return since if self.now - since >= ASSOCIATING_LATE_S else None

    def braked(self) -> bool:
        """Whether to leave AWS alone: read anew right before each change. A brake that cannot be read holds too."""
        if self.paused:
            return True
        pulled = self.asked(lambda: brake.is_pulled(self.run.desk) is not None)
        self.paused = pulled is True
        return pulled is not False

    def still_unused(self) -> bool:
        """Whether nobody has connected since the look began."""
        found = self.asked(lambda: client_vpn.connections(self.run.ec2(), self.run.endpoint.id))
        return found is not None and not any(connection.active for connection in found)

    def failures(self, subnet: str) -> int:
        """How often this subnet would not associate in this round."""
        records = self.meta["associations"].values()
        failed = [r for r in records if r["subnet"] == subnet and r["failed"] and r["round"] == self.meta["round"]]
        return len(failed) + int(self.meta.get("refused", {}).get(subnet, 0))

    def write(self, set: Item, remove: tuple[str, ...] = ()) -> None:
        """Change the run. Raises Superseded, ClientError."""
        self.meta = self.run.write(set, remove)

    def asked(self, question: Callable[[], T]) -> T | None:
        """AWS's answer; None, and a trouble noted, when there is none."""
        try:
            return question()
        except Exception as error:  # noqa: BLE001 - an answer that cannot be parsed raises what is neither of botocore's
            self.note(error)
            self.no_endpoint |= errors.code(error) in client_vpn.NO_ENDPOINT
            return None

    def note(self, error: Exception) -> None:
        """Keep what came of asking AWS as a trouble, and log it."""
        self.troubles.append(errors.say_answer(error))
        log.warning("run %s: %s", self.run.id, error, exc_info=errors.trace(error))

    def settle(self) -> None:
        """Keep since when something has been wrong, or forget it. Raises Superseded, ClientError."""
        known = self.meta.get("trouble")
        if self.troubles:
            trouble = {"text": self.troubles[0], "since": known["since"] if known else self.now}
            if trouble != known:
                self.write({"trouble": trouble})
        elif known:
            self.write({}, ("trouble",))


def look_at(run: Run) -> Look:
    """Read the table and AWS, and write what is seen. Raises Superseded, and ClientError for the table only."""
    meta = run.read()
    look = Look(run, clock.epoch(), meta, claims_of(run.desk, meta), brake.is_pulled(run.desk) is not None)
    own = run.ec2()
    look.associations = look.asked(lambda: client_vpn.associations(own, run.endpoint.id))
    if look.associations is None or any(found.status == "associated" for found in look.associations):
        look.connections = look.asked(lambda: client_vpn.connections(own, run.endpoint.id))
    if look.no_endpoint:
        look.associations, look.connections = (), ()
    _remember(look)
    return look


def _remember(look: Look) -> None:
    run, meta, now = look.run, look.meta, look.now
    seen: Item = {"ticked": now}
    if look.associations is not None:
        mine = vpn_subnets.managed(run.endpoint.subnets, look.associations)
        seen["subnets"] = vpn_subnets.rows(mine)
        seen["others"] = vpn_subnets.rows(vpn_subnets.others(run.endpoint.subnets, look.associations))
        seen["associations"] = vpn_seen.associations(meta, look.ours, now)
        alive = any(vpn_subnets.alive(state) for _, state in mine)
        seen["gone_since"] = None if alive else meta.get("gone_since") or now
    else:
        seen["subnets"] = meta.get("subnets") or vpn_subnets.rows(vpn_subnets.managed(run.endpoint.subnets, ()))
        seen["associations"] = meta.get("associations", {})
    if look.connections is not None:
        vpn_seen.store_connections(run.desk, meta, look.connections, now)
    seen |= vpn_seen.connections(meta, look.connections, now)
    seen["unreadable_since"] = None if look.readable else meta.get("unreadable_since") or now
    if not look.readable:
        seen["idle_since"] = None
    if look.no_endpoint:
        seen["refusal"] = look.troubles[0]
    look.write(seen)
    if meta.get("off") and look.live:
        _forget_the_order(look, meta)


def _forget_the_order(look: Look, before: Item) -> None:
    """An order to switch off that somebody has wished over since is not remembered: they may end it themselves.

    Another one since, which this look has not seen, stays: each has its own count in `over`, and may share its second.
    """
    run = look.run
    the_same = Attr("over").eq(before["over"])
    look.meta = run.desk.table.update(*run_key(run.id), remove=("off",), when=the_same & run.mine) or look.meta
