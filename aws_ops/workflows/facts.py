"""What a VPN run says, for the queue: past tense, ids and numbers, no wording.

The `data` of every fact is the whole snapshot of its run plus the keys of that fact, so that the newest message alone
draws the card and a lost, doubled or late one does no harm. Times are whole seconds since 1970, durations are whole
seconds, money is USD. A fact may be announced more than once: what is said once per person or moment is keyed by the
values in it (person and `until`, run and `round` …), never by its arrival.
"""

from typing import Literal, TypedDict

Phase = Literal["associating", "ready", "cutting", "closed", "failed"]
Origin = Literal["person", "console"]
Reason = Literal["idle", "no claims", "off all", "failed", "gone"]
"""Why it was cut. `gone`: every managed subnet was disassociated by somebody else while the run was on."""

VpnFact = Literal[
    "VpnStarted",
    "VpnClaimed",
    "VpnClaimExtended",
    "VpnAssociating",
    "VpnAssociatingLate",
    "VpnAssociatingFailing",
    "VpnAssociated",
    "VpnAssociationFailed",
    "VpnConnectionsChanged",
    "VpnClaimEnding",
    "VpnClaimEnded",
    "VpnUnreadable",
    "VpnReadable",
    "VpnCutting",
    "VpnCutFailing",
    "VpnCutUndone",
    "VpnCut",
    "VpnBraked",
    "VpnReleased",
    "VpnClosed",
]


class SubnetShown(TypedDict):
    """One subnet and its association's state in AWS's words (`disassociated` when it has no association)."""

    subnet: str
    state: str


class ClaimShown(TypedDict):
    """One live claim."""

    person: str
    since: int
    until: int


class VpnSnapshot(TypedDict):
    """The whole state of one run as a card shows it. Part of the `data` of every fact."""

    run: str
    endpoint: str  # its name in the configuration
    endpoint_id: str
    phase: Phase
    origin: Origin
    started: int
    associated: int | None  # when it became usable in this round, also after the cut; None before
    closed: int | None
    round: int  # 1, and one more for each time that it was cut and associated again in this run
    cuts: int  # how many cuts have begun in this run, also undone ones: the number of the newest
    on_s: int  # how long any managed subnet was associated, over all rounds
    subnets: list[SubnetShown]  # the managed ones, in the configuration's order
    others: list[SubnetShown]  # associated subnets that are not ours: shown, never counted, never cut
    claims: list[ClaimShown]  # live, the earliest first
    claimed: list[str]  # everybody who ever claimed in this run, sorted
    connections: int | None  # active now; None: unreadable
    connected: list[str]  # CommonName or Username of the active ones, sorted, at most 100
    seen: list[str]  # the same of everybody connected in this run, sorted, at most 100
    seen_total: int  # how many different names that would be
    idle_since: int | None  # None while somebody is connected, or unknown, or it is not usable
    idle_s: int  # it is cut `idle_s` after `idle_since`
    cost_usd: float  # of this run so far
    month_usd: float  # what always-on would have cost this calendar month (UTC) so far
    rate_usd_hour: float  # what it costs now
    paused: bool  # the brake is pulled: nothing is changed until it is released
    reason: Reason | None  # why it is being cut, or was
    by: str | None  # the person who had it cut (`off`, `off --all`); None: a timer
    problem: str | None  # what does not work, in AWS's words; None: nothing
    lost_routes: int  # routes gone with the cut, put back at the next association
    tick_s: int


class VpnStarted(VpnSnapshot):
    """The run has begun. Nothing is usable yet."""


class VpnAssociating(VpnSnapshot):
    """Progress of an association (a state, a name or the cost has changed)."""


class VpnAssociatingLate(VpnSnapshot):
    """Critical: AWS has been associating since `associating_since`, which is longer than it ever takes."""

    associating_since: int


class VpnAssociatingFailing(VpnSnapshot):
    """Critical: something keeps it from being switched on since `failing_since` (`problem` says what). It keeps trying.

    Tell everybody in `claims`.
    """

    failing_since: int


class VpnAssociated(VpnSnapshot):
    """Usable from now on: routes and groups are back. Once per `round`; tell everybody in `claims`."""


class VpnAssociationFailed(VpnSnapshot):
    """Some subnets would not associate: it goes on with the others, or ends (`VpnClosed` with phase `failed`)."""


class VpnConnectionsChanged(VpnSnapshot):
    """Something shown has changed while usable: connections, readability, claims, subnets, or only the cost."""


class VpnClaimed(VpnSnapshot):
    """Somebody claimed or renewed."""

    person: str
    since: int
    until: int
    renewed: bool
    shortened: bool  # max_lease cut what was asked for


class VpnClaimExtended(VpnSnapshot):
    """Somebody moved the end of their claim."""

    person: str
    until: int


class VpnClaimEnding(VpnSnapshot):
    """A claim ends soon while somebody is connected, or nobody can tell. Once per person, `until` and `threshold_s`."""

    person: str
    until: int
    minutes: int  # left, rounded up
    threshold_s: int  # which of the configured warnings


class VpnClaimEnded(VpnSnapshot):
    """A claim is over. Once per person and `until`."""

    person: str
    until: int  # when it ended
    early: bool  # its owner ended it


class VpnUnreadable(VpnSnapshot):
    """Critical: AWS has not said who is connected since `unreadable_since`, so nothing is cut (`problem` says why)."""

    unreadable_since: int


class VpnReadable(VpnSnapshot):
    """The end of a `VpnUnreadable`, which said the same `unreadable_since`."""

    unreadable_since: int


class VpnCutting(VpnSnapshot):
    """The subnets are being disassociated (`reason`, `by`). `ended`: whose claims end with it. Once per `cuts`."""

    ended: list[str]


class VpnCutFailing(VpnSnapshot):
    """Critical: not disassociated since `cutting_since` (`problem` says why). It keeps trying.

    For an association that does not end, which AWS lets nobody cut, `cutting_since` is when that began.
    """

    cutting_since: int


class VpnCutUndone(VpnSnapshot):
    """Nothing was cut yet and somebody needs it: it goes on as before. Once per `cuts`."""

    returned: list[str]  # whose claims had ended with the cut and go on now


class VpnCut(VpnSnapshot):
    """All is disassociated and somebody claimed meanwhile: it is associated again (`round` is already the next one)."""


class VpnBraked(VpnSnapshot):
    """The brake was pulled: it looks on and changes nothing."""


class VpnReleased(VpnSnapshot):
    """The brake was released."""


class VpnClosed(VpnSnapshot):
    """The run is over, with phase `closed` or `failed`."""

    ended: list[str]  # whose claims ended with the cut
    alarmed: bool  # a `VpnCutFailing` was said of this cut
    gone: list[str]  # routes that went with it, as "10.20.0.0/16 via subnet-…"; put back at the next association
