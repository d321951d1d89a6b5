"""What an upgrade says, for the queue: past tense, ids and numbers, no wording.

The `data` of every fact is the whole snapshot of its run, so that the newest message alone draws the card and a lost,
doubled or late one does no harm. Times are whole seconds since 1970, durations are whole seconds. A fact may be
announced more than once: what is said once is keyed by the values in it, never by its arrival.
"""

from typing import Any, Literal, TypedDict

from aws_ops.workflows.workspace_facts import ApprovalShown

Phase = Literal[
    "approval",  # waits for a grant
    "preparing",  # the plan is compared, the bundle gets its image
    "running",
    "gate",  # the canary is healthy, and an approver has to say go on
    "done",
    "failed",  # something did not work; partial too
    "stopped",  # by a person, its canary, its failure rate, or because the image is not there any more
    "refused",  # by an approver
    "expired",  # nobody decided
    "void",  # the plan is another one than what was agreed to
    "cancelled",  # before anything was changed
]
MachinePhase = Literal["waiting", "asked", "rebuilding", "done", "failed", "skipped", "timed out"]
Why = Literal["connected", "snapshot", "unknown", "owner", "state", "busy"]
"""What a waiting machine waits for."""
Stop = Literal["person", "canary", "rate", "image"]
Choice = Literal["now", "soon", "tonight", "later"]

UpgradeFact = Literal[
    "UpgradeAsked",
    "ApprovalReminded",
    "ApprovalCounted",
    "ApprovalGranted",
    "ApprovalRefused",
    "ApprovalExpired",
    "PlanChanged",
    "UpgradePrepared",
    "UpgradeWaveBegun",
    "UpgradeProgressed",
    "UpgradeOwnerAsked",
    "UpgradeGate",
    "UpgradePaused",
    "UpgradeResumed",
    "UpgradeBraked",
    "UpgradeReleased",
    "UpgradeStopped",
    "UpgradeImageRestored",
    "UpgradeCancelled",
    "UpgradeFinished",
]


class Named(TypedDict):
    """A bundle or an image; `name` is "" where nobody knows it."""

    id: str
    name: str


class Counts(TypedDict):
    """How many machines are in which phase."""

    waiting: int
    asked: int
    rebuilding: int
    done: int
    failed: int
    skipped: int
    timed_out: int


class Waits(TypedDict):
    """What the machines of this wave that wait are waiting for; those that were not looked at yet are in none."""

    connected: int
    snapshot: int
    unknown: int
    owner: int
    state: int
    busy: int


class FailureShown(TypedDict):
    """A machine that failed; `error` is in AWS's words, or ours."""

    id: str
    user: str
    error: str


class AskedShown(TypedDict):
    """A machine whose owner was told `at`, and may answer until `until`. Each `at` of each machine is told once."""

    id: str
    computer: str | None
    owner: str  # their key
    at: int
    until: int
    choices: list[Choice]  # what they may say: without any but "now" where they have put it off often enough


class PausedShown(TypedDict):
    """Who paused it, and when."""

    by: str
    at: int


class StopShown(TypedDict):
    """Why no further machine is rebuilt; `by` is None where nobody stopped it."""

    why: Stop
    by: str | None
    at: int


class GateShown(TypedDict):
    """The go-on after the canary: `state` is open or granted, `by` who granted it."""

    wave: int  # the one that is waiting for it
    state: Literal["open", "granted"]
    by: str | None
    at: int  # since when it is in this state


class ReportShown(TypedDict):
    """Where the report is: `key` is None where it could not be written, and `error` says why."""

    bucket: str
    key: str | None
    at: int
    error: str | None


class UpgradeSnapshot(TypedDict):
    """The whole state of one run as a card shows it: the `data` of every fact."""

    run: str
    op: Literal["upgrade", "rollback"]
    of: str | None  # the run that it rolls back, or whose failed machines it takes again
    phase: Phase
    bundle: Named
    image: Named  # that the bundle gets
    old_image: Named  # that it had
    wave: int  # the one that is on, from 0, the canary
    waves: list[int]  # their sizes
    total: int
    counts: Counts
    waits: Waits
    rate_per_h: float | None  # machines done in the last hour of work; None: too early to tell
    eta: int | None  # when all would be done at this rate; None: cannot be told
    series: list[int]  # how many were done after each `series_s`, from `began` on, at most 72
    series_s: int
    failures: list[FailureShown]  # the newest, at most 5
    asked: list[AskedShown]  # the newest first, at most 50: each fact has all that it is about
    window_opens: int | None  # while the window is closed
    paused_by: PausedShown | None
    braked: bool  # nothing is changed until the brake is released
    stop: StopShown | None
    gate: GateShown | None
    approval: ApprovalShown | None
    requester: str
    reason: str | None
    started: int  # when it was asked for
    began: int | None  # when the first machine's turn was
    finished: int | None
    bundle_updated: int | None  # when the bundle got the image
    bundle_restored: int | None  # when it got the old one back: it had stopped before its canary was healthy
    report: ReportShown | None
    problem: str | None  # what has not worked for a while, in AWS's words
    cancelled_by: str | None
    calls: int  # of the WorkSpaces API so far
    tick_s: int
    plan: dict[str, Any]  # what the plan shows, as `UpgradeOrder.plan`


class UpgradeAsked(UpgradeSnapshot):
    """The run has begun; the first fact of each. Its approvers are to be told."""


class UpgradePrepared(UpgradeSnapshot):
    """The plan is as it was agreed to and the bundle has the image. Once per run."""


class UpgradeWaveBegun(UpgradeSnapshot):
    """The wave `wave` has begun. Once per wave."""


class UpgradeProgressed(UpgradeSnapshot):
    """Something shown has changed."""


class UpgradeOwnerAsked(UpgradeSnapshot):
    """Owners are told that their machine is about to be rebuilt: the newest of `asked`. Once per machine and `at`."""


class UpgradeGate(UpgradeSnapshot):
    """The canary is healthy and an approver has to say go on, or said it (`gate`)."""


class UpgradePaused(UpgradeSnapshot):
    """Somebody paused it (`paused_by`): what is being rebuilt is followed, nothing else begins."""


class UpgradeResumed(UpgradeSnapshot):
    """It goes on."""


class UpgradeBraked(UpgradeSnapshot):
    """The brake was pulled: it looks on and changes nothing."""


class UpgradeReleased(UpgradeSnapshot):
    """The brake was released."""


class UpgradeStopped(UpgradeSnapshot):
    """It stops (`stop`): what is being rebuilt is followed to its end. Once per run."""


class UpgradeImageRestored(UpgradeSnapshot):
    """The bundle has its old image again. Once per run."""


class UpgradeCancelled(UpgradeSnapshot):
    """Somebody ended it (`cancelled_by`) before anything was changed. Once per run."""


class UpgradeFinished(UpgradeSnapshot):
    """The run is over: `done`, `failed` or `stopped`; its report is written, or says why not. Once per run."""


class ApprovalReminded(UpgradeSnapshot):
    """Nobody has decided yet. Once per run."""


class ApprovalCounted(UpgradeSnapshot):
    """Somebody granted it, and others still have to."""


class ApprovalGranted(UpgradeSnapshot):
    """Enough have granted it: it starts. Once per run."""


class ApprovalRefused(UpgradeSnapshot):
    """An approver refused; the run is over. Once per run."""


class ApprovalExpired(UpgradeSnapshot):
    """Nobody decided in time; the run is over. Once per run."""


class PlanChanged(UpgradeSnapshot):
    """What it would do is not what was agreed to any more; the run is over, with phase `void`. Once per run."""
