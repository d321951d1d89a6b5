"""What a run of WorkSpaces says, for the queue: past tense, ids and numbers, no wording.

The `data` of every fact is the whole snapshot of its run, so that the newest message alone draws the card and a lost,
doubled or late one does no harm. Times are whole seconds since 1970, durations are whole seconds. A fact may be
announced more than once: what is said once is keyed by the values in it, never by its arrival.
"""

from typing import Any, Literal, TypedDict

Phase = Literal[
    "approval",  # waits for a grant
    "asking",  # whoever uses the WorkSpace is asked
    "waiting",  # for the time that they chose, or for what `blocked` says
    "acting",  # calls are being made
    "following",  # AWS has taken all of them; until the real end states
    "done",
    "failed",  # something did not work; partial too
    "refused",  # by an approver
    "expired",  # nobody decided
    "void",  # the plan is another one than what was agreed to
    "declined",  # by whoever uses the WorkSpace
    "unanswered",  # they said nothing, and the configuration says that this stops it
    "cancelled",
    "gave up",  # it stayed blocked too long, and nothing was asked of AWS
]
Why = Literal["connected", "unknown", "busy", "throttled", "brake", "state"]
Outcome = Literal["done", "failed", "skipped"]
Choice = Literal["now", "soon", "tonight", "no"]
Verdict = Literal["granted", "refused"]

WorkspaceFact = Literal[
    "WorkspaceAsked",
    "ApprovalReminded",
    "ApprovalCounted",
    "ApprovalGranted",
    "ApprovalRefused",
    "ApprovalExpired",
    "PlanChanged",
    "OwnerAsked",
    "OwnerAnswered",
    "OwnerSilent",
    "WorkspaceWaiting",
    "WorkspaceBegun",
    "WorkspaceProgressed",
    "WorkspaceLate",
    "WorkspaceBraked",
    "WorkspaceReleased",
    "WorkspaceFinished",
    "WorkspaceCancelled",
]


class TargetShown(TypedDict):
    """One WorkSpace of the run. `id` is "" for one that AWS has not created yet."""

    id: str
    user: str
    computer: str | None
    state: str | None  # in AWS's words, as it was seen last; None: not looked at yet, or gone
    outcome: Outcome | None
    error: str | None  # of a failed or skipped one
    requested: int | None  # when AWS was asked
    finished: int | None


class DecisionShown(TypedDict):
    """What one approver said."""

    person: str
    verdict: Verdict
    at: int
    reason: str | None


class ApprovalShown(TypedDict):
    """The approval of the run: `state` is open, granted, refused, expired, void or started."""

    state: str
    quorum: int
    deadline: int
    approvers: list[str]  # who may decide, by key
    decisions: list[DecisionShown]


class AnswerShown(TypedDict):
    """What whoever uses the WorkSpace said last."""

    choice: Choice
    at: int
    by: str


class BlockedShown(TypedDict):
    """What it waits for."""

    why: Why
    since: int


class WorkspaceSnapshot(TypedDict):
    """The whole state of one run as a card shows it: the `data` of every fact."""

    run: str
    op: str  # of `aws_ops.workspace_ops.OPS`
    phase: Phase
    started: int
    finished: int | None  # when the run was over
    requester: str
    owner: str | None  # the key of whoever uses it; None: nobody that is known, or several
    reason: str | None  # why it was asked for
    targets: list[TargetShown]  # at most 50: what failed first, then what is in work
    total: int
    done: int
    failed: int
    skipped: int
    approval: ApprovalShown | None
    plan: dict[str, Any]  # as `Order.plan`
    answer: AnswerShown | None
    answer_until: int | None  # how long they are waited for; None: nobody was asked
    begin_at: int | None  # the time that they chose
    blocked: BlockedShown | None
    paused: bool  # the brake is pulled: nothing is changed until it is released
    problem: str | None  # what has not worked for a while, in AWS's words
    cancelled_by: str | None
    tick_s: int


class WorkspaceAsked(WorkspaceSnapshot):
    """The run has begun; the first fact of each. With an `approval`, its approvers are to be told."""


class ApprovalReminded(WorkspaceSnapshot):
    """Nobody has decided yet. Once per run."""


class ApprovalCounted(WorkspaceSnapshot):
    """Somebody granted it, and others still have to."""


class ApprovalGranted(WorkspaceSnapshot):
    """Enough have granted it: it starts. Once per run."""


class ApprovalRefused(WorkspaceSnapshot):
    """An approver refused; the run is over. Once per run."""


class ApprovalExpired(WorkspaceSnapshot):
    """Nobody decided in time; the run is over. Once per run."""


class PlanChanged(WorkspaceSnapshot):
    """What it would do is not what was agreed to any more; the run is over, with phase `void`. Once per run."""


class OwnerAsked(WorkspaceSnapshot):
    """Whoever uses the WorkSpace (`owner`) is asked when, until `answer_until`. Once per run."""


class OwnerAnswered(WorkspaceSnapshot):
    """They said something, or something else. Once per `answer.at`."""


class OwnerSilent(WorkspaceSnapshot):
    """They said nothing in time, and the order lets it go on (else `WorkspaceFinished` says it). Once per run."""


class WorkspaceWaiting(WorkspaceSnapshot):
    """Something shown has changed while nothing was asked of AWS yet."""


class WorkspaceBegun(WorkspaceSnapshot):
    """AWS is asked now. Once per run."""


class WorkspaceProgressed(WorkspaceSnapshot):
    """A state or an outcome has changed."""


class WorkspaceLate(WorkspaceSnapshot):
    """It takes longer than it should; it is still followed. Once per run."""


class WorkspaceBraked(WorkspaceSnapshot):
    """The brake was pulled: it looks on and changes nothing."""


class WorkspaceReleased(WorkspaceSnapshot):
    """The brake was released."""


class WorkspaceFinished(WorkspaceSnapshot):
    """The run is over: `done`, `failed`, `declined`, `unanswered` or `gave up`. Once per run."""


class WorkspaceCancelled(WorkspaceSnapshot):
    """Somebody ended it (`cancelled_by`) before anything was asked of AWS. Once per run."""
