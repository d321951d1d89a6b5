"""The fleet that a fresh account holds: 60 WorkSpaces in two directories, with their bundles, images, key and tags."""

import hashlib
from dataclasses import dataclass, replace

from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_rules import ENDED_BADLY
from sandbox.aws.workspaces_state import (
    Bundle,
    Directory,
    Image,
    Key,
    Properties,
    Session,
    Stage,
    WorkSpace,
    computer_of,
)
from sandbox.aws.world import ACCOUNT, REGION

HOUR, DAY = 3600, 86_400

CORP, LABS = "d-9067a1b2c3", "d-9067a1b2c4"
STANDARD, POWER, RESEARCH, AMAZONS = "wsb-0a1b2c3s1", "wsb-0a1b2c3p1", "wsb-0a1b2c3r1", "wsb-0a1b2c3a1"
OLD_IMAGE, NEW_IMAGE, RESEARCH_IMAGE = "wsi-0a1b2c3w1", "wsi-0a1b2c3w2", "wsi-0a1b2c3r1"
AMAZONS_IMAGE = "wsi-0a1b2c3a1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-4e5f-4601-8a2b-0a1b2c3d4e5f"

MIKAS, RENS, ODAS, ADAS, ALEXS = (f"ws-0a1b2c3d{number}" for number in range(1, 6))
"""One each, AVAILABLE, with a snapshot of three hours ago, nobody connected."""

ALWAYS_ON, STOPPED, BROKEN, NEW, IN_MAINTENANCE, UNHEALTHY, PROTECTED, ENCRYPTED = (
    f"ws-0a1b2c3e{number}" for number in range(1, 9)
)
"""One for each state and property that matters; whose they are is in `WHOSE`."""

TWINS = ("ws-0a1b2c3f1", "ws-0a1b2c3f2")
"""Two WorkSpaces of the same user name, one in each directory."""

PROTECT = "deskside:protect"
TWIN = "noor.haddad"
NEWCOMERS = ("kai.berg", "noa.levi", "sam.okafor")
"""Users of both directories who have no WorkSpace."""

WHOSE = {
    MIKAS: "mika",
    RENS: "ren",
    ODAS: "oda",
    ADAS: "ada",
    ALEXS: "alex",
    ALWAYS_ON: "aiko.tanaka",
    STOPPED: "amir.rahimi",
    BROKEN: "anna.lindqvist",
    NEW: "bela.kovacs",
    IN_MAINTENANCE: "carla.mendes",
    UNHEALTHY: "chen.wei",
    PROTECTED: "daria.novak",
    ENCRYPTED: "diego.ramos",
}
_NAMES = """
    elena.rossi emeka.obi emil.hansen esra.yilmaz farid.aziz fiona.walsh gita.sharma goran.petrov hana.kim
    hugo.martin ines.silva ivan.horvat jana.novotna jonas.weber jun.park kavya.rao kenji.sato lars.nielsen
    leila.karimi lena.fischer luca.bianchi maja.ilic marek.dvorak mei.lin milan.jovic nadia.haddad nils.berg
    olga.ivanova omar.farouk paula.costa pavel.cerny priya.nair rafael.ortiz rania.saleh rosa.moreno sara.holm
    sofia.ricci tariq.malik tomas.riha uma.patel viktor.olsen wanda.nowak yara.mansour yusuf.demir zoe.lambert
"""
_OTHERS = _NAMES.split()

_TEAMS = ("Research", "Finance", "Design", "Support")
_MODES = ("AUTO_STOP", "AUTO_STOP", "ALWAYS_ON", "MANUAL")
_SUBNETS = {
    CORP: ("subnet-0a1b2c3d4e5f60011", "subnet-0a1b2c3d4e5f60012"),
    LABS: ("subnet-0a1b2c3d4e5f60021", "subnet-0a1b2c3d4e5f60022"),
}


@dataclass(frozen=True)
class _Plan:
    """What is special about one WorkSpace of the fleet."""

    id: str
    user: str
    directory: str = CORP
    bundle: str = STANDARD
    mode: str = "AUTO_STOP"
    state: str = "AVAILABLE"
    env: str = "Prod"
    team: str = "Research"
    protected: bool = False
    encrypted: bool = False
    snapshot_age: float = 3 * HOUR
    seen: float = 16 * HOUR
    connected: bool = False


def furnish_workspaces(spaces: WorkSpaces) -> None:
    """Make the fleet as if it had been there for weeks."""
    with spaces.lock:
        now, plans = spaces.now(), _plans()
        users = frozenset(plan.user for plan in plans) | frozenset(NEWCOMERS)
        for one in (
            Directory(CORP, "corp.example.com", "corp-example", "SLiad+0A1B2C", _SUBNETS[CORP], users),
            Directory(LABS, "labs.example.com", "labs-example", "SLiad+0A1B2D", _SUBNETS[LABS], users),
        ):
            spaces.directories[one.id] = one
        spaces.images = {image.id: image for image in _images(now)}
        spaces.bundles = {bundle.id: bundle for bundle in _bundles(now)}
        spaces.keys = {KEY: Key(KEY.rsplit("/", 1)[-1], KEY)}
        for number, plan in enumerate(plans):
            spaces.workspaces[plan.id] = _made(spaces, plan, number, now)


def _plans() -> list[_Plan]:
    special = [
        _Plan(MIKAS, "mika"),
        _Plan(RENS, "ren", bundle=POWER),
        _Plan(ODAS, "oda", team="Support"),
        _Plan(ADAS, "ada", team="Finance"),
        _Plan(ALEXS, "alex", bundle=POWER, team="Support"),
        _Plan(ALWAYS_ON, WHOSE[ALWAYS_ON], mode="ALWAYS_ON", connected=True),
        _Plan(STOPPED, WHOSE[STOPPED], state="STOPPED"),
        _Plan(BROKEN, WHOSE[BROKEN], state="ERROR"),
        _Plan(NEW, WHOSE[NEW], state="PENDING"),
        _Plan(IN_MAINTENANCE, WHOSE[IN_MAINTENANCE], state="ADMIN_MAINTENANCE", team="Finance"),
        _Plan(UNHEALTHY, WHOSE[UNHEALTHY], state="UNHEALTHY", team="Design"),
        _Plan(PROTECTED, WHOSE[PROTECTED], protected=True, team="Finance"),
        _Plan(ENCRYPTED, WHOSE[ENCRYPTED], encrypted=True, team="Finance"),
        _Plan(TWINS[0], TWIN),
        _Plan(TWINS[1], TWIN, directory=LABS, bundle=RESEARCH, env="Test"),
    ]
    return special + [_ordinary(number, user) for number, user in enumerate(_OTHERS)]


def _ordinary(number: int, user: str) -> _Plan:
    labs = number % 3 == 2
    mode = _MODES[number % 4]
    stopped = number % 7 == 4 and mode != "ALWAYS_ON"
    return _Plan(
        "ws-" + hashlib.blake2b(user.encode(), digest_size=5).hexdigest()[:9],
        user,
        directory=LABS if labs else CORP,
        bundle=RESEARCH if labs else POWER if number % 5 == 3 else STANDARD,
        mode=mode,
        state="STOPPED" if stopped else "AVAILABLE",
        env="Test" if number % 6 == 5 else "Prod",
        team="Research" if labs else _TEAMS[number % 4],
        encrypted=number % 10 == 0,
        snapshot_age=(1 + number % 11) * HOUR,
        seen=(2 + number * 5 % 90) * HOUR,
        connected=not stopped and number % 4 == 1,
    )


def _made(spaces: WorkSpaces, plan: _Plan, number: int, now: float) -> WorkSpace:
    bundle = spaces.bundles[plan.bundle]
    made = WorkSpace(
        id=plan.id,
        directory=plan.directory,
        user=plan.user,
        bundle=bundle.id,
        image=bundle.image,
        computer=computer_of(plan.id),
        ip=spaces.address(),
        subnet=_SUBNETS[plan.directory][number % 2],
        properties=Properties(
            plan.mode,
            bundle.compute,
            bundle.root_gib,
            bundle.user_gib,
            60 if plan.mode == "AUTO_STOP" else None,
            system="ROCKY_9" if bundle.id == RESEARCH else "WINDOWS_11",
        ),
        stages=_stages(spaces, plan, now),
        visible=0.0,
        tags=_tags(plan),
        key=KEY if plan.encrypted else None,
        root_encrypted=plan.encrypted,
        user_encrypted=plan.encrypted,
    )
    if plan.state != "PENDING":
        seen = now - plan.seen - (0 if plan.state == "AVAILABLE" else 2 * DAY)
        made.sessions = [Session(seen - 2 * HOUR, seen)]
    if plan.connected:
        made.sessions.append(Session(now - HOUR))
    return made


def _stages(spaces: WorkSpaces, plan: _Plan, now: float) -> list[Stage]:
    """Healthy for weeks, so that the newest snapshot is as old as planned; in its state for a day and a half."""
    if plan.state == "PENDING":
        return [Stage(now - 600, "PENDING")]
    born = now - 30 * DAY - spaces.pace.snapshot_first_s - plan.snapshot_age
    stages = [Stage(born, "AVAILABLE")]
    if plan.state != "AVAILABLE":
        stages.append(Stage(now - 1.5 * DAY, plan.state, ENDED_BADLY.get(plan.state)))
    return stages


def _tags(plan: _Plan) -> dict[str, str]:
    tags = {"Env": plan.env, "Team": plan.team, "Owner": f"{plan.user}@example.com"}
    return tags | {PROTECT: "true"} if plan.protected else tags


def _images(now: float) -> list[Image]:
    standard = Image(OLD_IMAGE, "office-2026-1", "Office desktop", now - 200 * DAY)
    newer = replace(
        standard, id=NEW_IMAGE, name="office-2026-2", description="Office desktop, patched", created=now - DAY
    )
    return [
        standard,
        newer,
        Image(RESEARCH_IMAGE, "research-2026-1", "Research desktop", now - 120 * DAY, system="LINUX"),
    ]


def _bundles(now: float) -> list[Bundle]:
    """Both office bundles still have the older image."""
    made = now - 190 * DAY
    return [
        Bundle(STANDARD, "Office", "Office, standard", OLD_IMAGE, "STANDARD", 80, 50, made, made, ACCOUNT),
        Bundle(POWER, "Office Power", "Office, more power", OLD_IMAGE, "POWER", 175, 100, made, made, ACCOUNT),
        Bundle(RESEARCH, "Research Linux", "Research", RESEARCH_IMAGE, "PERFORMANCE", 80, 100, made, made, ACCOUNT),
        Bundle(
            AMAZONS, "Standard with Windows 11", "Amazon's", AMAZONS_IMAGE, "STANDARD", 80, 50, made, made, "AMAZON"
        ),
    ]
