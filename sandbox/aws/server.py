"""The simulated AWS as one object: start it, talk to it with boto3, move its world about."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Self

from moto.sqs.models import sqs_backends

from sandbox.aws import client_vpn_told, happenings, service_events, workspaces_told
from sandbox.aws.account import Account
from sandbox.aws.alarms import Alarms
from sandbox.aws.app import SandboxApp, Services, reset_moto
from sandbox.aws.bus import FORWARD, Bus, Json
from sandbox.aws.client_vpn import ClientVpn
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import Clock, RealClock
from sandbox.aws.controls import control
from sandbox.aws.faults import ASSOCIATION_FAILED, Calls, Event, Fault, Faults
from sandbox.aws.httpd import Application, Server, StartResponse
from sandbox.aws.identity import Identities
from sandbox.aws.lambdas import Lambdas
from sandbox.aws.managed_nodes import ManagedNodes
from sandbox.aws.trail import Trail
from sandbox.aws.wire import Environ
from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_fleet import Fleet, add_fleet
from sandbox.aws.workspaces_rules import QUIRKS
from sandbox.aws.workspaces_seed import furnish_workspaces
from sandbox.aws.workspaces_throttle import Throttle
from sandbox.aws.world import (
    ACCOUNT,
    PREFIX,
    QUEUE,
    REGION,
    Builder,
    environment,
    functions_environment,
    furnish_vpn,
)


def _not_started(_environ: Environ, _start_response: StartResponse) -> Iterable[bytes]:
    raise RuntimeError("the simulated AWS is not started")


class SandboxAws:
    """A simulated AWS account on loopback.

    moto's state belongs to the process, so there is one of these at a time in a process; it starts once. While it is
    started the process's environment is the functions' environment, because they run in it.

    `cloudtrail`: calls that change WorkSpaces or EC2, and logins to WorkSpaces, are told on the event bus.
    """

    def __init__(self, clock: Clock | None = None, pace: Pace | None = None, *, cloudtrail: bool = False) -> None:
        self.clock: Clock = clock or RealClock()
        self._first_pace = pace or Pace()
        self.pace = replace(self._first_pace)
        self.vpn = ClientVpn(self.clock, self.pace)
        self.workspaces = WorkSpaces(self.clock, self.pace)
        self.nodes = ManagedNodes(self.workspaces)
        self.throttle = Throttle(self.clock, self.pace)
        self.identities = Identities(self.clock, ACCOUNT, REGION)
        self.lambdas = Lambdas(self.clock, ACCOUNT, REGION, PREFIX)
        self.lambdas.on_failure = self._give_up
        self.bus = Bus(self.clock, self.lambdas.deliver)
        self.alarms = Alarms(self.clock, self.bus)
        self._account = Account(self.clock, self.bus, self.workspaces)
        self.cloudtrail = Trail(self.clock, self.bus, self.identities, on=cloudtrail)
        self._faults, self._calls = Faults(), Calls()
        self.app: Application = _not_started
        self._server: Server | None = None
        self._builder: Builder | None = None
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> Self:
        if self._server is None:
            self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens; RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError("the simulated AWS is not started")
        return self._server.url

    def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1, furnish the account and return the endpoint URL; OSError when the port is taken."""
        services = Services(
            vpn=self.vpn,
            workspaces=self.workspaces,
            nodes=self.nodes,
            throttle=self.throttle,
            lambdas=self.lambdas,
            alarms=self.alarms,
            identities=self.identities,
            trail=self.cloudtrail,
            faults=self._faults,
            calls=self._calls,
        )
        self.app = SandboxApp(services, lambda method, path, body: control(self, method, path, body))
        try:
            self._server = Server(port, self.app)
        except OSError:
            self.lambdas.stop()
            raise
        self._server.begin()
        self.lambdas.start()
        self._enter_environment()
        reset_moto()
        self._furnish()
        return self._server.url

    def stop(self) -> None:
        """Hang up, stop every function and give the process its environment back; twice is fine."""
        if self._server is None:
            return
        self.lambdas.stop()
        if self._builder is not None:
            self._builder.close()
            self._builder = None
        self._server.close()
        self._server = None
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def reset(self) -> None:
        """A fresh world at the same address; waits for invocations in work, drops the waiting ones."""
        self.lambdas.reset()
        self.clear_faults()
        for one in fields(Pace):
            setattr(self.pace, one.name, getattr(self._first_pace, one.name))
        self.vpn.clear()
        self.workspaces.clear()
        self.nodes.clear()
        self.throttle.clear()
        self._account.clear()
        reset_moto()
        self._furnish()
        self.reset_calls()

    def _enter_environment(self) -> None:
        names = functions_environment(self.url)
        self._before = {name: os.environ.get(name) for name in names}
        os.environ.update(names)

    def _furnish(self) -> None:
        if self._builder is None:
            self._builder = Builder(self.url)
        self._builder.furnish()
        furnish_vpn(self.vpn)
        furnish_workspaces(self.workspaces)
        self.alarms.furnish()

    def _give_up(self, function: str, record: str) -> None:
        """What the forwarding function cannot do goes to the dead letters; the others have no such destination."""
        if function == FORWARD and self._builder is not None:
            self._builder.put_dead_letter(record)

    def environment(self) -> dict[str, str]:
        """The AWS part of the bot's environment."""
        return environment(self.url)

    def start_schedules(self, sweep_s: float = 60.0, watch_s: float = 60.0) -> None:
        """Call the sweep and the watch every so many seconds of this world's time."""
        self.lambdas.every(sweep_s, f"{PREFIX}sweep")
        self.lambdas.every(watch_s, f"{PREFIX}watch")

    # -- the controls, for callers in this process -------------------------------------------------------------------

    def associate(self, endpoint: str, subnet: str | None = None) -> str:
        """Somebody in the console associates `subnet` (default: a free one) with an endpoint, by name or id."""
        found = self.vpn.named(endpoint)
        return self.vpn.associate(found.id, subnet or self.vpn.free_subnet(found)).id

    def connect(self, endpoint: str, common_name: str, username: str | None = None) -> str:
        """A client connects; returns the connection's id. Raises `Refused` while no network is associated."""
        return self.vpn.connect(self.vpn.named(endpoint), common_name, username).id

    def disconnect(self, endpoint: str, who: str | None = None) -> list[str]:
        """End the active connections of `who` (connection id, common or user name), or all; returns their ids."""
        return [one.id for one in self.vpn.disconnect(self.vpn.named(endpoint), who)]

    def connect_workspace(self, workspace: str) -> str:
        """The user of a WorkSpace (id or computer name) connects; returns its id. `Refused` when they cannot."""
        found = self.workspaces.named(workspace)
        self.workspaces.connect(found)
        if self.cloudtrail.on:
            self.bus.put(service_events.login(found.id, found.directory, self.clock.now()))
        return found.id

    def disconnect_workspace(self, workspace: str) -> str:
        """Its user hangs up, or did long ago; returns the WorkSpace's id."""
        found = self.workspaces.named(workspace)
        self.workspaces.disconnect(found)
        return found.id

    def put_workspace(self, workspace: str, state: str) -> str:
        """A WorkSpace gets into one of AWS's states and stays there, as none would on purpose; returns its id."""
        found = self.workspaces.named(workspace)
        self.workspaces.put(found, state)
        return found.id

    def snapshot_workspace(self, workspace: str, *, taken: bool = True) -> str:
        """A snapshot of a WorkSpace is taken now, or all of them are lost; returns its id."""
        found = self.workspaces.named(workspace)
        self.workspaces.snapshot(found, taken)
        return found.id

    def add_fleet(self, fleet: Fleet) -> list[str]:
        """Many WorkSpaces alike, as if they had been there for a month; returns their ids."""
        return add_fleet(self.workspaces, fleet)

    def event(self, event: Mapping[str, Any]) -> Json:
        """An event comes: `{"rules": [names that took it], "delivered": invocations}`. `Refused` if it is too large."""
        return self.bus.put(event)

    def happen(self, name: str) -> Json:
        """Let one of `happenings.GROUPS` happen; what the bus, or the topic, answers."""
        return happenings.happen(name, self._account, self.alarms)

    def put_secret(self, name: str, value: str) -> None:
        """Put a secret into Secrets Manager, a webhook's address say."""
        if self._builder is None:
            raise RuntimeError("the simulated AWS is not started")
        self._builder.put_secret(name, value)

    def fault(self, fault: Fault | str, operation: str = "*", **how: Any) -> None:
        """Let calls fail: a `Fault`, or its service (botocore's serviceId, or `*`), operation and other fields.

        The error `association-failed` refuses nothing: it lets the next `times` associations end so. Nor do those of
        WorkSpaces (`workspaces_rules.QUIRKS`), as `rebuild-ends-in-error`.
        """
        if isinstance(fault, str):
            fault = Fault(fault, operation, **how)
        if fault.error == ASSOCIATION_FAILED:
            self.vpn.failing += fault.times or 1
        elif fault.error in QUIRKS:
            self.workspaces.quirks.add(fault.error, fault.times or 1)
        else:
            self._faults.add(fault)

    def clear_faults(self) -> None:
        self._faults.clear()
        self.vpn.failing = 0
        self.workspaces.quirks.clear()

    def before_next(self, call: str, act: Callable[[], object]) -> None:
        """Call `act` once, just before the next call ("DynamoDB.TransactWriteItems") is answered."""
        self._calls.before_next(call, act)

    def trail(self) -> list[Event]:
        """Who called what in EC2, WorkSpaces and STS since the last reset, oldest first (10,000 at most)."""
        return self._calls.trail()

    def waiting_messages(self) -> int:
        """Messages of the events queue that nobody has deleted yet, received or not."""
        queue = sqs_backends[ACCOUNT][REGION].queues[QUEUE]
        return queue.approximate_number_of_messages + queue.approximate_number_of_messages_not_visible

    def calls(self) -> dict[str, Any]:
        """Calls by `Service.Operation`, and under `throttled` and `refused` those that a fault or the check stopped."""
        return self._calls.told()

    def reset_calls(self) -> None:
        self._calls.reset()

    def state(self) -> dict[str, Any]:
        """The world by AWS's field names: `vpn` (a list of endpoints), `workspaces`, `executions`, `bill` (USD so far).

        A WorkSpace has its ConnectionState, Tags, SnapshotTime and ImageId too; `alarms` are as DescribeAlarms tells.
        `stacks` is there and empty: nothing in this account has any yet.
        """
        endpoints, bills = client_vpn_told.told(self.vpn)
        return {
            "now": self.clock.now().isoformat(),
            "workspaces": workspaces_told.told(self.workspaces),
            "vpn": endpoints,
            "stacks": [],
            "alarms": self.alarms.told(),
            "executions": self.lambdas.executions(),
            "bill": {"usd": sum(bill["usd"] for bill in bills.values()), "endpoints": bills},
        }
