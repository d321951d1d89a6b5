"""A simulated AWS with VPN runs in it, as people and their wishes meet it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws_ops import clock, published, vpn_runs
from aws_ops.desk import Desk
from aws_ops.lambdas import env
from aws_ops.table import Item
from aws_ops.vpn_items import lock_key
from aws_ops.vpn_runs import VpnEndpoint
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from sandbox.aws.wire import Call
from sandbox.aws.world import PREFIX, ROLE, TOKYO, TOKYO_SUBNETS
from tests.in_process import connect

MINUTE, HOUR = 60, 3600
# A tenth of what they are in life, or less: a test lives through every tick.
ASSOCIATE, CUT, IDLE, ALERT = 3 * MINUTE, 2 * MINUTE, 6 * MINUTE, 4 * MINUTE
A_WHILE = IDLE + CUT + 2 * MINUTE
"""Long enough for what nobody uses to be cut."""
MIKA, REN = "mika@example.com", "ren@example.com"
ODA, ALEX = "oda@example.com", "alex@example.com"
PLACE = "slack:C0VPN"
REFUSED = "UnauthorizedOperation"
ALWAYS = 10_000

ENDPOINT = VpnEndpoint(
    name="tokyo",
    id=TOKYO,
    subnets=TOKYO_SUBNETS,
    association_usd_hour=0.15,
    connection_usd_hour=0.05,
    idle_s=IDLE,
    lease_s=30 * MINUTE,
    max_lease_s=HOUR,
    warn_s=(6 * MINUTE, 2 * MINUTE),
    alert_after_s=ALERT,
    tick_s=60,
    role=ROLE,
)


@dataclass(frozen=True)
class Fact:
    """One queue message of a run."""

    run: str
    seq: int
    name: str
    data: Mapping[str, Any]


class World:
    """Time stands still until a test lets it pass; `facts` is everything that the runs have said so far."""

    def __init__(self) -> None:
        self.clock = MovedClock()
        self.aws = SandboxAws(clock=self.clock, pace=Pace(associate_s=ASSOCIATE, disassociate_s=CUT))
        self.aws.start()
        connect(self.aws)
        self.endpoint = ENDPOINT
        self._facts: list[Fact] = []
        self._changes: list[tuple[str, str | None]] = []
        self._listen()

    def _listen(self) -> None:
        identities = self.aws.identities
        check = identities.check

        def checked(call: Call) -> None:
            identity = identities.of(call.access_key)
            self._changes.append((call.name, identity.source if identity else None))
            check(call)

        setattr(identities, "check", checked)  # noqa: B010 - CloudTrail, as it were

    def before_next(self, call: str, act: Callable[[], object]) -> None:
        """Let something happen just before the next call ("DynamoDB.TransactWriteItems") is answered."""
        self.aws.before_next(call, act)

    def begin(self) -> None:
        self.aws.reset()
        clock.set_source(self.clock.now)
        self.endpoint = ENDPOINT
        self._facts.clear()
        self._changes.clear()

    @property
    def desk(self) -> Desk:
        return env.desk()

    def configured(self, **changes: Any) -> None:
        self.endpoint = replace(self.endpoint, **changes)

    # -- people ------------------------------------------------------------------------------------------------------

    def on(self, person: str, seconds: int = HOUR) -> vpn_runs.Claimed:
        claimed = vpn_runs.claim(self.desk, self.endpoint, person, seconds, PLACE)
        self.clock.rest()
        return claimed

    def off(self, person: str) -> vpn_runs.Ended | None:
        return vpn_runs.end(self.desk, self.endpoint, person)

    def off_all(self, person: str) -> bool:
        lock = self.desk.table.get(*lock_key(self.endpoint.name))
        return lock is not None and vpn_runs.cancel(self.desk, lock["run"], person)

    def extend(self, person: str, seconds: int) -> vpn_runs.Claim | None:
        return vpn_runs.extend(self.desk, self.endpoint, person, seconds)

    def connect(self, name: str) -> str:
        return self.aws.connect("tokyo", name)

    def disconnect(self, name: str | None = None) -> None:
        self.aws.disconnect("tokyo", name)

    # -- time --------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        return clock.epoch()

    def after(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def ready(self, *people: str) -> str:
        """A run that is usable, claimed by these people; its id."""
        run = next(iter([self.on(person) for person in people or (MIKA,)])).run
        self.after(ASSOCIATE)
        assert self.phase == "ready"
        return run

    def until(self, run: str, phase: str, within: int = 30 * MINUTE) -> None:
        """Let time pass until the run is in this phase."""
        end = self.now + within
        while self.meta(run)["phase"] != phase:
            assert self.now < end, f"still {self.meta(run)['phase']}, not {phase}"
            self.after(20)

    # -- what is there -----------------------------------------------------------------------------------------------

    @property
    def status(self) -> vpn_runs.VpnStatus:
        return vpn_runs.status(self.desk, self.endpoint)

    @property
    def phase(self) -> str:
        lock = self.desk.table.get(f"LOCK#vpn#{self.endpoint.name}", "LOCK")
        return str(self.meta(lock["run"])["phase"]) if lock else "off"

    @property
    def states(self) -> list[str]:
        """The managed subnets' states in AWS."""
        associations = self.aws.vpn.endpoint(self.endpoint.id).associations
        found = {one.subnet.id: one.state(self.aws.vpn.now()) for one in associations}
        return [found.get(subnet, "disassociated") for subnet in self.endpoint.subnets]

    def meta(self, run: str) -> Item:
        found = self.desk.table.get(f"RUN#{run}", "META")
        assert found is not None
        return found

    @property
    def facts(self) -> list[Fact]:
        queue = self.desk.queue
        while received := queue.receive(0):
            for message in received:
                body = json.loads(message.body_text)
                assert (body["v"], body["kind"]) == (1, "run")
                self._facts.append(Fact(body["run"], body["seq"], body["fact"], body["data"]))
                queue.delete(message.receipt)
        self._facts.sort(key=lambda fact: (fact.run, fact.seq))
        return self._facts

    @property
    def everything(self) -> list[Fact]:
        """What was said in this test, whatever it did to AWS."""
        self.aws.clear_faults()
        return self.facts

    def said(self, name: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.name == name]

    @property
    def card(self) -> Mapping[str, Any]:
        """What the newest message draws."""
        return self.facts[-1].data

    def calls(self, operation: str) -> int:
        return int(self.aws.calls().get(f"EC2.{operation}", 0))

    def actors(self, operation: str) -> list[str | None]:
        """In whose names AWS was changed."""
        return [actor for name, actor in self._changes if name == f"EC2.{operation}"]

    def publish(self, *endpoints: VpnEndpoint) -> None:
        """Write the configuration that the sweep reads, as the bot does."""
        published.publish(self.desk.table, endpoints or (self.endpoint,))

    def sweep(self) -> Any:
        done = self.aws.lambdas.call(f"{PREFIX}sweep")
        self.clock.rest()
        return done
