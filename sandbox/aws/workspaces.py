"""The simulated WorkSpaces: directories, bundles, images and WorkSpaces, with AWS's rules and codes.

`ResourceExists.WorkSpace`, `ResourceNotFound.Workspace` and `ResourceNotFound.User` are what clients meet in
FailedRequests; AWS documents none, and the others here are named after the service's exceptions.
"""

import itertools
import threading

from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import Clock
from sandbox.aws.refused import Refused
from sandbox.aws.workspaces_rules import (
    ENDED_BADLY,
    FAILED_REQUEST,
    IGNORED_IN_MAINTENANCE,
    NEVER_BEGINS,
    RULES,
    STATES,
    Quirks,
    Rule,
)
from sandbox.aws.workspaces_state import (
    Bundle,
    Directory,
    Image,
    Key,
    Properties,
    Session,
    WorkSpace,
    computer_of,
    new_id,
)

MIGRATES_FROM = frozenset({"AVAILABLE", "STOPPED", "UNHEALTHY", "ERROR"})


class WorkSpaces:
    """Every WorkSpace of the account and region. Safe to call from several threads.

    Methods that AWS could refuse raise `Refused` with AWS's code.
    """

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock = clock
        self.pace = pace
        self.lock = threading.RLock()
        self.directories: dict[str, Directory] = {}
        self.bundles: dict[str, Bundle] = {}
        self.images: dict[str, Image] = {}
        self.keys: dict[str, Key] = {}
        self.workspaces: dict[str, WorkSpace] = {}
        self.quirks = Quirks()
        self._addresses = itertools.count(10)

    def now(self) -> float:
        return self._clock.now().timestamp()

    def clear(self) -> None:
        """Forget everything but the pace."""
        with self.lock:
            for kept in (self.directories, self.bundles, self.images, self.keys, self.workspaces):
                kept.clear()
            self.quirks.clear()
            self._addresses = itertools.count(10)

    def address(self) -> str:
        """A private address that no WorkSpace has had."""
        number = next(self._addresses)
        return f"10.40.{number // 250}.{number % 250 + 4}"

    # -- finding -----------------------------------------------------------------------------------------------------

    def shown(self) -> list[WorkSpace]:
        """The WorkSpaces that AWS tells of, in a steady order."""
        now = self.now()
        return [one for one in self.workspaces.values() if one.shown(now)]

    def workspace(self, workspace_id: str, code: str = "ResourceNotFoundException") -> WorkSpace:
        found = self.workspaces.get(workspace_id)
        if found is None or not found.shown(self.now()):
            raise Refused(code, "The specified WorkSpace could not be found.")
        return found

    def named(self, name_or_id: str) -> WorkSpace:
        """The WorkSpace by its id or computer name, as the sandbox's controls call it."""
        wanted = name_or_id.lower()
        for one in self.shown():
            if wanted in {one.id, one.computer.lower()}:
                return one
        return self.workspace(name_or_id)

    def snapshot_of(self, one: WorkSpace) -> float | None:
        """When its newest snapshot was taken."""
        return one.snapshot(self.now(), self.pace.snapshot_first_s, self.pace.snapshot_every_s)

    # -- changing ----------------------------------------------------------------------------------------------------

    def change(self, op: str, workspace_id: str) -> None:
        """Begin `start`, `stop`, `reboot`, `rebuild` or `restore`, or refuse it with the code of a FailedRequests."""
        rule = RULES[op]
        with self.lock:
            one, now = self.workspace(workspace_id, "ResourceNotFound.Workspace"), self.now()
            if self.quirks.take(FAILED_REQUEST):
                raise Refused("InternalServiceError", "An internal error occurred. Try again later.")
            state = one.state(now)
            if state == "ADMIN_MAINTENANCE" and op in IGNORED_IN_MAINTENANCE:
                return
            self._check(one, rule, state)
            if self.quirks.take(NEVER_BEGINS):
                return
            end = "STOPPED" if rule.keeps_stopped and state == "STOPPED" else rule.end
            bad = self.quirks.bad_end(op) or ("ERROR" if self._locked_out(one, op) else None)
            one.drop(now)
            takes: float = getattr(self.pace, rule.takes)
            one.passes(now, rule.moving, takes, bad or end, ENDED_BADLY[bad] if bad else None)
            if op == "rebuild":
                one.image, one.ip = self.bundles[one.bundle].image, self.address()

    def _check(self, one: WorkSpace, rule: Rule, state: str) -> None:
        if state not in rule.valid:
            raise Refused(
                "InvalidResourceState",
                f"The WorkSpace is {state}. It must be {' or '.join(sorted(rule.valid))} to {rule.name} it.",
            )
        if rule.on_demand and one.properties.mode == "ALWAYS_ON":
            raise Refused("OperationNotSupported", f"A WorkSpace that is ALWAYS_ON cannot be asked to {rule.name}.")
        if rule.needs_snapshot and self.snapshot_of(one) is None:
            raise Refused("OperationNotSupported", "The WorkSpace has no snapshot to restore it from.")

    def _locked_out(self, one: WorkSpace, op: str) -> bool:
        """Whether the volumes cannot be made anew, because their key is disabled."""
        key = self.keys.get(one.key or "")
        return op in {"rebuild", "restore"} and key is not None and not key.enabled

    def terminate(self, workspace_id: str) -> None:
        """Begin to delete it; it is absent when that is over."""
        with self.lock:
            one, now = self.workspace(workspace_id, "ResourceNotFound.Workspace"), self.now()
            if self.quirks.take(FAILED_REQUEST):
                raise Refused("InternalServiceError", "An internal error occurred. Try again later.")
            state = one.state(now)
            if state == "SUSPENDED":
                raise Refused("InvalidResourceState", "A WorkSpace that is SUSPENDED cannot be terminated.")
            if state == "TERMINATING" or self.quirks.take(NEVER_BEGINS):
                return
            one.drop(now)
            one.becomes(now, "TERMINATING")
            one.gone = now + self.pace.workspace_terminate_s

    def set_state(self, workspace_id: str, state: str) -> None:
        """ModifyWorkspaceState: AVAILABLE to ADMIN_MAINTENANCE and back."""
        with self.lock:
            one, now = self.workspace(workspace_id), self.now()
            if one.state(now) not in {"AVAILABLE", "ADMIN_MAINTENANCE"}:
                raise Refused("InvalidResourceStateException", f"The WorkSpace is {one.state(now)}.")
            if one.state(now) != state and not self.quirks.take(NEVER_BEGINS):
                one.becomes(now, state)

    def set_properties(self, workspace_id: str, wanted: Properties) -> None:
        """ModifyWorkspaceProperties: the running mode at once, what is on hardware after an UPDATING of some time."""
        with self.lock:
            one, now = self.workspace(workspace_id), self.now()
            state, before = one.state(now), one.properties
            if state == "UPDATING":
                raise Refused("OperationInProgressException", "The properties of this WorkSpace are being modified.")
            if state not in {"AVAILABLE", "STOPPED"}:
                raise Refused("InvalidResourceStateException", f"The WorkSpace is {state}.")
            if wanted.root_gib < before.root_gib or wanted.user_gib < before.user_gib:
                raise Refused("InvalidParameterValuesException", "A volume can only be made larger.")
            one.properties = wanted
            hardware = (before.compute, before.root_gib, before.user_gib)
            if hardware != (wanted.compute, wanted.root_gib, wanted.user_gib):
                one.drop(now)
                one.passes(now, "UPDATING", self.pace.workspace_update_s, state)

    # -- making ------------------------------------------------------------------------------------------------------

    def create(
        self,
        directory: str,
        user: str,
        bundle: str,
        properties: Properties,
        tags: dict[str, str],
        key: str | None = None,
        encrypted: tuple[bool, bool] = (False, False),
    ) -> WorkSpace:
        """Begin to make a WorkSpace; `encrypted` is (root, user volume). It is not described at once."""
        with self.lock:
            if self.quirks.take(FAILED_REQUEST):
                raise Refused("InternalServiceError", "An internal error occurred. Try again later.")
            found = self.directories.get(directory)
            if found is None:
                raise Refused("ResourceNotFound.Directory", "The specified directory could not be found.")
            if user.lower() not in found.users:
                raise Refused("ResourceNotFound.User", f"The specified user '{user}' could not be found.")
            if bundle not in self.bundles:
                raise Refused("ResourceNotFound.Bundle", "The specified bundle could not be found.")
            now = self.now()
            if any(
                one.directory == directory and one.user.lower() == user.lower() and one.exists(now)
                for one in self.workspaces.values()
            ):
                raise Refused("ResourceExists.WorkSpace", "A WorkSpace already exists for the specified user.")
            takes = self.pace.workspace_create_s * (2 if any(encrypted) else 1)
            made = self._made(found, user, bundle, properties, takes)
            made.tags, made.key = tags, key
            made.root_encrypted, made.user_encrypted = encrypted
            return made

    def _made(
        self, directory: Directory, user: str, bundle: str, properties: Properties, takes: float, hidden: bool = True
    ) -> WorkSpace:
        now = self.now()
        bad = self.quirks.bad_end("create")
        made_id = new_id()
        made = WorkSpace(
            id=made_id,
            directory=directory.id,
            user=user,
            bundle=bundle,
            image=self.bundles[bundle].image,
            computer=computer_of(made_id),
            ip=self.address(),
            subnet=directory.subnets[0],
            properties=properties,
            stages=[],
            visible=now + self.pace.workspace_hidden_s if hidden else now,
        )
        made.passes(now, "PENDING", takes, bad or "AVAILABLE", ENDED_BADLY[bad] if bad else None)
        self.workspaces[made.id] = made
        return made

    def migrate(self, workspace_id: str, bundle: str) -> WorkSpace:
        """MigrateWorkspace: a new WorkSpace of another bundle takes this one's place; returns the new one."""
        with self.lock:
            one, now = self.workspace(workspace_id), self.now()
            if bundle not in self.bundles:
                raise Refused("ResourceNotFoundException", "The specified bundle could not be found.")
            if bundle == one.bundle:
                raise Refused("InvalidParameterValuesException", "The WorkSpace is of this bundle already.")
            if one.state(now) not in MIGRATES_FROM:
                raise Refused("OperationNotSupportedException", f"The WorkSpace is {one.state(now)}.")
            takes = self.pace.workspace_create_s
            made = self._made(self.directories[one.directory], one.user, bundle, one.properties, takes, hidden=False)
            made.tags, made.key = dict(one.tags), one.key
            made.root_encrypted, made.user_encrypted = one.root_encrypted, one.user_encrypted
            one.drop(now)
            one.becomes(now, "TERMINATING")
            one.gone = now + takes
            return made

    def update_bundle(self, bundle: str, image: str) -> None:
        """Give a bundle another image: what exists is unchanged until somebody rebuilds it."""
        with self.lock:
            found, wanted = self.bundles.get(bundle), self.images.get(image)
            if found is None or wanted is None:
                what = "bundle" if found is None else "image"
                raise Refused("ResourceNotFoundException", f"The specified {what} could not be found.")
            if found.owner == "AMAZON":
                raise Refused("AccessDeniedException", "The bundle belongs to Amazon.")
            if wanted.state != "AVAILABLE":
                raise Refused("ResourceUnavailableException", f"The image is {wanted.state}.")
            found.image, found.updated = image, self.now()

    # -- what people do ----------------------------------------------------------------------------------------------

    def connect(self, one: WorkSpace) -> None:
        """Its user connects; twice is once."""
        with self.lock:
            now = self.now()
            if one.state(now) != "AVAILABLE":
                raise Refused("InvalidResourceStateException", f"Nobody can connect while it is {one.state(now)}.")
            if not one.connected(now):
                one.sessions.append(Session(now))

    def disconnect(self, one: WorkSpace) -> None:
        with self.lock:
            one.drop(self.now())

    # -- what tests and the page do ----------------------------------------------------------------------------------

    def put(self, one: WorkSpace, state: str) -> None:
        """It gets into `state` and stays there; ValueError for a state that AWS has not."""
        if state not in STATES:
            raise ValueError(f"AWS has no state {state!r}")
        with self.lock:
            now = self.now()
            if state != "AVAILABLE":
                one.drop(now)
            one.becomes(now, state, ENDED_BADLY.get(state))

    def snapshot(self, one: WorkSpace, taken: bool) -> None:
        """A snapshot is taken now, or all that there are get lost."""
        with self.lock:
            if taken:
                one.snapshots_by_hand.append(self.now())
            else:
                one.snapshots_lost = self.now()
