"""What a WorkSpace consists of, and how its state, connection and snapshots follow from the time.

Nothing here runs by itself: what was asked for leaves stages, each with its beginning, and looking finds the one that
holds.
Times are epoch seconds as float. States: https://docs.aws.amazon.com/workspaces/latest/api/API_Workspace.html.
"""

import math
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field

SNAPSHOT_STATES = frozenset({"AVAILABLE", "STOPPED"})
"""Automatic snapshots are taken of healthy WorkSpaces only."""

WITHOUT_STATUS = frozenset({"PENDING", "ERROR"})
"""Those that DescribeWorkspacesConnectionStatus may have no row for: new and broken ones."""

WITH_STATUS = frozenset({"AVAILABLE", "IMPAIRED", "UNHEALTHY", "ADMIN_MAINTENANCE", "UPDATING"})
"""Those whose connection is known; in any other state it is UNKNOWN, as it is documented for stopped ones."""


@dataclass(frozen=True)
class Stage:
    """From `start` on it is in `state`; `error` is AWS's code and message where the state has one."""

    start: float
    state: str
    error: tuple[str, str] | None = None


@dataclass
class Session:
    """Somebody's connection to a WorkSpace."""

    start: float
    end: float | None = None

    def holds(self, at: float) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


@dataclass
class Properties:
    """WorkspaceProperties: `mode` ALWAYS_ON, AUTO_STOP or MANUAL; volumes in GiB."""

    mode: str
    compute: str
    root_gib: int
    user_gib: int
    auto_stop_min: int | None = None
    protocols: tuple[str, ...] = ("WSP",)
    system: str = "WINDOWS_11"


@dataclass
class WorkSpace:
    """A WorkSpace; `image` is what its root volume was made from, which AWS's API does not tell."""

    id: str
    directory: str
    user: str
    bundle: str
    image: str
    computer: str
    ip: str
    subnet: str
    properties: Properties
    stages: list[Stage]
    visible: float
    tags: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    root_encrypted: bool = False
    user_encrypted: bool = False
    sessions: list[Session] = field(default_factory=list)
    gone: float | None = None
    snapshots_lost: float = -math.inf
    snapshots_by_hand: list[float] = field(default_factory=list)

    def stage(self, at: float) -> Stage:
        """The stage that holds at `at`."""
        return next((one for one in reversed(self.stages) if one.start <= at), self.stages[0])

    def state(self, at: float) -> str:
        """AWS's State at `at`."""
        return self.stage(at).state

    def exists(self, at: float) -> bool:
        """Whether it takes its user's place in the directory: from the request until it is terminated."""
        return self.gone is None or at < self.gone

    def shown(self, at: float) -> bool:
        """Whether AWS describes it."""
        return self.exists(at) and at >= self.visible

    # -- changing ----------------------------------------------------------------------------------------------------

    def passes(self, now: float, moving: str, takes: float, end: str, error: tuple[str, str] | None = None) -> None:
        """From `now` it is in `moving`, and after `takes` seconds in `end`; what was to come before is off."""
        self._cut_future(now)
        self.stages += [Stage(now, moving), Stage(now + takes, end, error)]

    def becomes(self, now: float, state: str, error: tuple[str, str] | None = None) -> None:
        self._cut_future(now)
        self.stages.append(Stage(now, state, error))

    def _cut_future(self, now: float) -> None:
        self.stages = [one for one in self.stages if one.start <= now]

    # -- its connection ----------------------------------------------------------------------------------------------

    def connected(self, at: float) -> bool:
        return any(one.holds(at) for one in self.sessions)

    def drop(self, now: float) -> None:
        """End whatever connection there is."""
        for one in self.sessions:
            if one.holds(now):
                one.end = now

    def connection(self, at: float) -> str | None:
        """AWS's ConnectionState at `at`; None where it has no row for this WorkSpace."""
        state = self.state(at)
        if state in WITHOUT_STATUS or not self.shown(at):
            return None
        if state not in WITH_STATUS:
            return "UNKNOWN"
        return "CONNECTED" if self.connected(at) else "DISCONNECTED"

    def last_connection(self, at: float) -> float | None:
        """When its user was last known to be connected."""
        seen = [min(at, at if one.end is None else one.end) for one in self.sessions if one.start <= at]
        return max(seen, default=None)

    # -- its snapshots -----------------------------------------------------------------------------------------------

    def snapshot(self, now: float, first: float, every: float) -> float | None:
        """When the newest snapshot was taken: each `every` seconds, `first` after it was healthy for the first time."""
        born = next((one.start for one in self.stages if one.state in SNAPSHOT_STATES), None)
        taken = [one for one in self.snapshots_by_hand if one <= now]
        if born is not None:
            taken += self._automatic(born + first, now, every)
        kept = [one for one in taken if one > self.snapshots_lost]
        return max(kept, default=None)

    def _automatic(self, origin: float, now: float, every: float) -> Iterator[float]:
        """The newest regular snapshot of each healthy stage."""
        ends = [one.start for one in self.stages[1:]] + [math.inf]
        for stage, end in zip(self.stages, ends, strict=True):
            latest = min(now, end)
            if stage.state in SNAPSHOT_STATES and latest >= origin:
                newest = origin + math.floor((latest - origin) / every) * every
                if newest >= stage.start:
                    yield newest


@dataclass(frozen=True)
class Directory:
    """A registered directory with its subnets and the users it knows (lower-cased)."""

    id: str
    name: str
    alias: str
    registration: str
    subnets: tuple[str, ...]
    users: frozenset[str]


@dataclass(frozen=True)
class Image:
    """A WorkSpaces image of the account's."""

    id: str
    name: str
    description: str
    created: float
    system: str = "WINDOWS"
    state: str = "AVAILABLE"


@dataclass
class Bundle:
    """A bundle; `owner` is an account's id or AMAZON. Its image is what rebuilds and new WorkSpaces get from now on."""

    id: str
    name: str
    description: str
    image: str
    compute: str
    root_gib: int
    user_gib: int
    created: float
    updated: float
    owner: str


@dataclass
class Key:
    """A KMS key that volumes are encrypted with."""

    id: str
    arn: str
    enabled: bool = True


def new_id() -> str:
    """A new id of AWS's form: `ws-` and nine characters."""
    return "ws-" + "".join(random.choices(string.ascii_lowercase + string.digits, k=9))


def computer_of(workspace_id: str) -> str:
    """The computer's name, as AWS makes them: WSAMZN- and eight characters."""
    return "WSAMZN-" + workspace_id[-8:].upper()
