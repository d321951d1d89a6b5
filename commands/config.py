"""The configuration file: who may what, and the endpoints. Pure; where the text comes from is the bot's business."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from aws_ops.vpn_items import VpnEndpoint
from commands import identity_rules
from commands.config_alerts import Alerts
from commands.config_people import GroupKind, Identity, KnownPerson, RoleMembers, Roles, Strict
from commands.config_upgrade import Upgrade
from commands.config_values import EndpointId, EndpointName, KnownPlace, RoleArn, Seconds, Subnet, Usd, Zone
from commands.config_workspaces import Approvals, Workspaces
from commands.config_yaml import ConfigFaults, fault, read_yaml
from notifiers.place import PLATFORMS, Place

__all__ = [
    "Alerts",
    "Approvals",
    "Config",
    "ConfigFaults",
    "GroupKind",
    "Identity",
    "KnownPerson",
    "RoleMembers",
    "Roles",
    "Upgrade",
    "Workspaces",
]


class Aws(Strict):
    """How calls that change AWS are made."""

    role: RoleArn | None = None


class VpnEndpointConfig(Strict):
    """One Client VPN endpoint, the subnets that are ours to associate, and what it costs."""

    id: EndpointId
    subnets: Annotated[tuple[Subnet, ...], Field(min_length=1)]
    association_usd_hour: Usd
    connection_usd_hour: Usd

    @model_validator(mode="after")
    def _each_subnet_once(self) -> Self:
        if len(set(self.subnets)) < len(self.subnets):
            raise ValueError("a subnet is named twice")
        return self


class Vpn(Strict):
    """When the VPN goes off by itself, and the endpoints."""

    idle: Seconds = 30 * 60
    lease: Seconds = 4 * 3600
    max_lease: Seconds = 8 * 3600
    warn: tuple[Seconds, ...] = (15 * 60, 5 * 60)
    alert_after: Seconds = 15 * 60
    endpoints: Mapping[EndpointName, VpnEndpointConfig] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.lease > self.max_lease:
            raise ValueError("lease is longer than max_lease")
        ids = [endpoint.id for endpoint in self.endpoints.values()]
        if len(set(ids)) < len(ids):
            raise ValueError("two endpoints have the same id")
        return self


class Config(Strict):
    """The whole configuration. `timezone` is for people whose platform names none."""

    roles: Roles = Roles()
    admin_place: KnownPlace
    identity: Identity
    aws: Aws = Aws()
    vpn: Vpn = Vpn()
    workspaces: Workspaces = Workspaces()
    approvals: Approvals = Approvals()
    alerts: Alerts = Alerts()
    upgrade: Upgrade = Upgrade()
    timezone: Zone = "UTC"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read YAML. Raises ConfigFaults with every fault, each with the path of its key."""
        raw = read_yaml(text)
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            raise ConfigFaults([fault(detail) for detail in error.errors()]) from None

    def faults_for(self, platforms: Iterable[str]) -> list[str]:
        """What is missing for the platforms ("slack", "teams") that are set up, one line a fault."""
        faults, there = [], frozenset(platforms)
        if "slack" in there and self.identity.slack_team is None:
            why = "without it nobody in Slack is known; write the id of your workspace, like T0123ABCD"
            faults.append(f"identity.slack_team: missing; {why}")
        for path, place in self._places():
            if place.scheme in frozenset(PLATFORMS) - there:
                others = ", ".join(f"{platform}:<channel>" for platform in PLATFORMS if platform in there)
                why = f"{place.scheme.capitalize()} is not set up here: write {others} or person:<e-mail>"
                faults.append(f"{path}: {why}")
        return faults

    def _places(self) -> Iterator[tuple[str, Place]]:
        """Every place that is named, with the path of its key."""
        yield "admin_place", self.admin_place
        for path, places in (("workspaces", self.workspaces.places), ("approvals", self.approvals.places)):
            yield from ((f"{path}.places.{number}", place) for number, place in enumerate(places))

    def owner_key(self, user: str, tags: Mapping[str, str] | None) -> str | None:
        """The key of whoever a WorkSpace of this user name is for; None: nobody's, or `tags` do not tell."""
        return identity_rules.owner_key(self.identity, user, tags)

    def directory_user_of(self, key: str) -> str | None:
        """The user name of a person in the directory; None where only a tag says whose a WorkSpace is."""
        return identity_rules.directory_user_of(self.identity, key)

    def vpn_endpoint(self, name: str, tick_s: int) -> VpnEndpoint:
        """Everything that a run on the endpoint `name` needs to know. Raises KeyError."""
        endpoint, vpn = self.vpn.endpoints[name], self.vpn
        return VpnEndpoint(
            name=name,
            id=endpoint.id,
            subnets=endpoint.subnets,
            association_usd_hour=endpoint.association_usd_hour,
            connection_usd_hour=endpoint.connection_usd_hour,
            idle_s=vpn.idle,
            lease_s=vpn.lease,
            max_lease_s=vpn.max_lease,
            warn_s=vpn.warn,
            alert_after_s=vpn.alert_after,
            tick_s=tick_s,
            role=self.aws.role,
        )
