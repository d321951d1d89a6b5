"""What a Client VPN endpoint consists of, and how its states follow from the time.

Nothing here runs by itself: a state is computed when somebody looks, from the moments when things were asked for.
Times are epoch seconds as float. The states are those of
https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/cvpn-working-target.html.
"""

from dataclasses import dataclass, field

CONNECTION_KEPT_S = 3600
"""DescribeClientVpnConnections shows connections for 60 minutes after their end."""


@dataclass
class Pace:
    """How fast things go, in seconds; what is asked for later follows the new values.

    `gone_s` is how long a disassociated network is still shown. `routes_survive` leaves added routes and security
    groups in place when a network is disassociated, which AWS does not document either way. `page_size` holds where a
    call names no MaxResults.

    A WorkSpace is described `workspace_hidden_s` after its id was given; an encrypted one takes `workspace_create_s`
    twice. `snapshot_first_s` is how soon its first snapshot is taken once it is AVAILABLE, `connection_late_s` how old
    a told connection status is. `workspaces_per_s` and `workspaces_burst` throttle all WorkSpaces calls together.
    """

    associate_s: float = 6.0
    disassociate_s: float = 3.0
    gone_s: float = 60.0
    routes_survive: bool = False
    page_size: int = 1000
    workspace_hidden_s: float = 1.0
    workspace_create_s: float = 15.0
    workspace_start_s: float = 5.0
    workspace_stop_s: float = 4.0
    workspace_reboot_s: float = 6.0
    workspace_rebuild_s: float = 12.0
    workspace_restore_s: float = 12.0
    workspace_update_s: float = 6.0
    workspace_terminate_s: float = 6.0
    snapshot_every_s: float = 12 * 3600.0
    snapshot_first_s: float = 1800.0
    connection_late_s: float = 0.0
    workspaces_per_s: float = 2.0
    workspaces_burst: int = 5


@dataclass(frozen=True)
class Subnet:
    """A subnet that can become a target network."""

    id: str
    vpc: str
    zone: str
    cidr: str


@dataclass(frozen=True)
class Vpc:
    """A VPC with its security groups; `default_group` is what a network starts with."""

    id: str
    cidr: str
    default_group: str
    groups: frozenset[str]


@dataclass
class Association:
    """A target network of an endpoint."""

    id: str
    subnet: Subnet
    requested: float
    takes: float
    fails: bool = False
    cut: float | None = None
    cutting_takes: float = 0.0

    def state(self, now: float) -> str:
        """AWS's association status code at `now`."""
        if self.cut is not None:
            return "disassociated" if now >= self.cut + self.cutting_takes else "disassociating"
        if now < self.requested + self.takes:
            return "associating"
        return "association-failed" if self.fails else "associated"

    def ended(self) -> float | None:
        """When it was or will be disassociated; None when nobody asked for it."""
        return None if self.cut is None else self.cut + self.cutting_takes

    def lives(self, now: float) -> bool:
        """Whether it is on its way to being associated, or there."""
        return self.state(now) in {"associating", "associated"}

    def seconds(self, now: float) -> float:
        """How long it has been associated, which is what is billed."""
        start = self.requested + self.takes
        end = min(now, self.cut if self.cut is not None else now)
        return 0.0 if self.fails else max(end - start, 0.0)


@dataclass
class Route:
    """A route of an endpoint; `origin` is `associate` (made by AWS) or `add-route`."""

    cidr: str
    subnet: str
    origin: str
    description: str
    ready: float

    def state(self, now: float) -> str:
        return "active" if now >= self.ready else "creating"


@dataclass
class Rule:
    """An authorization rule: who may reach which network."""

    cidr: str
    group: str | None
    description: str


@dataclass
class Connection:
    """A client's connection; `username` is set with Active Directory authentication only."""

    id: str
    common_name: str
    username: str | None
    client_ip: str
    established: float
    ended: float | None = None

    def active(self, now: float) -> bool:
        return self.ended is None or now < self.ended

    def seconds(self, now: float) -> float:
        end = now if self.ended is None else min(self.ended, now)
        return max(end - self.established, 0.0)


@dataclass
class Endpoint:
    """A Client VPN endpoint."""

    id: str
    description: str
    vpc: str
    groups: tuple[str, ...]
    created: float
    client_cidr: str = "10.100.0.0/22"
    split_tunnel: bool = True
    transport: str = "udp"
    port: int = 443
    tags: dict[str, str] = field(default_factory=dict)
    association_usd_hour: float = 0.10
    connection_usd_hour: float = 0.05
    associations: list[Association] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.tags.get("Name", self.id)

    def state(self, now: float) -> str:
        return "available" if any(one.lives(now) for one in self.associations) else "pending-associate"

    def active(self, now: float) -> list[Connection]:
        return [one for one in self.connections if one.active(now)]

    def bill(self, now: float) -> dict[str, float]:
        """Hours used and what they cost in USD up to `now`."""
        association = sum(one.seconds(now) for one in self.associations) / 3600
        connection = sum(one.seconds(now) for one in self.connections) / 3600
        return {
            "association_hours": association,
            "connection_hours": connection,
            "usd": association * self.association_usd_hour + connection * self.connection_usd_hour,
        }
