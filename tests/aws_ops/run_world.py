"""A simulated AWS in which runs live: what tests of runs of one or several WorkSpaces and of whole fleets share."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest

from aws_ops import approvals, clock
from aws_ops.approvals import Decided
from aws_ops.desk import Desk
from aws_ops.lambdas import env
from aws_ops.table import Item
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from sandbox.aws.wire import Call
from sandbox.aws.world import PREFIX
from tests.in_process import connect

MINUTE, HOUR = 60, 3600
TICK = MINUTE
MIKA, REN = "mika@example.com", "ren@example.com"
ODA, ADA, ALEX = "oda@example.com", "ada@example.com", "alex@example.com"
PLACE = "slack:C0DESK"


@dataclass(frozen=True)
class Fact:
    """One queue message of a run."""

    run: str
    seq: int
    name: str
    data: Mapping[str, Any]


class RunWorld:
    """Time stands still until a test lets it pass; `facts` is everything that the runs have said so far."""

    def __init__(self, pace: Pace) -> None:
        self.clock = MovedClock()
        self.aws = SandboxAws(clock=self.clock, pace=pace)
        self.aws.start()
        connect(self.aws)
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

    def begin(self) -> None:
        self.aws.reset()
        clock.set_source(self.clock.now)
        self._facts.clear()
        self._changes.clear()

    @contextmanager
    def lived(self, monkeypatch: pytest.MonkeyPatch, shapes: ModuleType) -> Iterator[None]:
        """A test's life: everything is fresh, and after it each fact has exactly the keys that its type says."""
        # botocore waits out throttling by the wall clock.
        monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
        self.begin()
        yield
        for fact in self.everything:
            assert fact.data.keys() == getattr(shapes, fact.name).__required_keys__, fact.name
        clock.set_source(None)

    @property
    def desk(self) -> Desk:
        return env.desk()

    # -- people ------------------------------------------------------------------------------------------------------

    def post(self, run: str, place: str = PLACE) -> None:
        """The run's card stands somewhere, as the bot notes it."""
        self.desk.table.put({"pk": f"CARD#{run}", "sk": place, "message_id": "1", "seq": 1})

    def decide(self, run: str, person: str, verdict: Any = "granted", reason: str | None = None) -> Decided:
        decided = approvals.decide(self.desk, run, person, verdict, reason)
        self.clock.rest()
        return decided

    # -- time --------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        return clock.epoch()

    def after(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def until(self, run: str, phase: str, within: int = 2 * HOUR) -> None:
        """Let time pass until the run is in this phase."""
        end = self.now + within
        while self.phase(run) != phase:
            assert self.now < end, f"still {self.phase(run)}, not {phase}"
            self.after(TICK / 2)

    # -- what is there -----------------------------------------------------------------------------------------------

    def meta(self, run: str) -> Item:
        found = self.desk.table.get(f"RUN#{run}", "META")
        assert found is not None
        return found

    def phase(self, run: str) -> str:
        return str(self.meta(run)["phase"])

    def state(self, workspace: str) -> str:
        """AWS's; "gone" where it has none by this id."""
        found = self.aws.workspaces.workspaces.get(workspace)
        now = self.aws.workspaces.now()
        return found.state(now) if found and found.shown(now) else "gone"

    def put(self, workspace: str, state: str) -> None:
        self.aws.put_workspace(workspace, state)

    def approval(self, run: str) -> approvals.Approval:
        found = approvals.find(self.desk, run)
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

    @property
    def names(self) -> list[str]:
        """What was said, each once, in the order in which it was said first."""
        return list(dict.fromkeys(fact.name for fact in self.facts))

    def said(self, name: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.name == name]

    @property
    def card(self) -> Mapping[str, Any]:
        """What the newest message draws."""
        return self.facts[-1].data

    def calls(self, operation: str) -> int:
        return int(self.aws.calls().get(f"WorkSpaces.{operation}", 0))

    def actors(self, operation: str) -> set[str | None]:
        """In whose names AWS was changed."""
        return {actor for name, actor in self._changes if name == f"WorkSpaces.{operation}"}

    def before_next(self, call: str, act: Callable[[], object]) -> None:
        self.aws.before_next(call, act)

    def sweep(self) -> Any:
        done = self.aws.lambdas.call(f"{PREFIX}sweep")
        self.clock.rest()
        return done
