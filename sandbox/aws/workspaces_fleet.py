"""Fleets: many WorkSpaces alike beside those that a fresh account holds, made at once as if they had been there."""

from dataclasses import dataclass, replace

from sandbox.aws.refused import Refused
from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_rules import ENDED_BADLY, STATES
from sandbox.aws.workspaces_seed import CORP, STANDARD
from sandbox.aws.workspaces_state import Properties, Session, Stage, WorkSpace, computer_of

MOST = 20_000
_HOUR = 3600
_MODES = frozenset({"ALWAYS_ON", "AUTO_STOP", "MANUAL"})


@dataclass(frozen=True)
class Fleet:
    """`count` WorkSpaces of one bundle and directory, each with a tag `Fleet` of this name.

    `snapshot_age_s` and `seen_s` are how long ago the first one's newest snapshot was taken and its user was connected
    last (None: never); each further one's is a part of `spread_s` older, so that the last one's is all of it older.
    """

    count: int
    name: str = "fleet"
    bundle: str = STANDARD
    directory: str = CORP
    mode: str = "AUTO_STOP"
    state: str = "AVAILABLE"
    snapshot_age_s: float = _HOUR
    seen_s: float | None = 2 * _HOUR
    spread_s: float = 0.0
    connected: bool = False


def add_fleet(spaces: WorkSpaces, fleet: Fleet) -> list[str]:
    """Make a fleet and return its ids; ValueError for what AWS has not, `Refused` where there is no such bundle."""
    if not 1 <= fleet.count <= MOST:
        raise ValueError(f"a fleet has 1 to {MOST} WorkSpaces")
    if fleet.state not in STATES or fleet.mode not in _MODES:
        raise ValueError(f"AWS has no {fleet.state} WorkSpace that is {fleet.mode}")
    with spaces.lock:
        directory = spaces.directories.get(fleet.directory)
        if directory is None or fleet.bundle not in spaces.bundles:
            raise Refused("ResourceNotFoundException", "The specified directory or bundle could not be found.")
        now, first = spaces.now(), len(spaces.workspaces)
        made = [_made(spaces, fleet, number, first + number, now) for number in range(fleet.count)]
        users = directory.users | {one.user for one in made}
        spaces.directories[directory.id] = replace(directory, users=frozenset(users))
        spaces.workspaces.update((one.id, one) for one in made)
        return [one.id for one in made]


def _made(spaces: WorkSpaces, fleet: Fleet, number: int, order: int, now: float) -> WorkSpace:
    bundle, made_id = spaces.bundles[fleet.bundle], f"ws-f{order:08d}"
    older = fleet.spread_s * number / max(fleet.count - 1, 1)
    made = WorkSpace(
        id=made_id,
        directory=fleet.directory,
        user=f"{fleet.name}.{order:05d}",
        bundle=bundle.id,
        image=bundle.image,
        computer=computer_of(made_id),
        ip=spaces.address(),
        subnet=spaces.directories[fleet.directory].subnets[number % 2],
        properties=Properties(
            fleet.mode, bundle.compute, bundle.root_gib, bundle.user_gib, 60 if fleet.mode == "AUTO_STOP" else None
        ),
        stages=_stages(spaces, fleet, older, now),
        visible=0.0,
        tags={"Fleet": fleet.name},
    )
    if fleet.seen_s is not None:
        seen = now - fleet.seen_s - older
        made.sessions = [Session(seen - _HOUR, seen)]
    if fleet.connected:
        made.sessions.append(Session(now - 60))
    return made


def _stages(spaces: WorkSpaces, fleet: Fleet, older: float, now: float) -> list[Stage]:
    """Healthy since a whole number of its snapshots' cycles, so that the newest one is as old as wanted."""
    cycles = 60 * spaces.pace.snapshot_every_s
    born = now - cycles - spaces.pace.snapshot_first_s - (fleet.snapshot_age_s + older)
    stages = [Stage(born, "AVAILABLE")]
    if fleet.state != "AVAILABLE":
        stages.append(Stage(now - fleet.snapshot_age_s - older, fleet.state, ENDED_BADLY.get(fleet.state)))
    return stages
