"""The configuration file: who may what, and the endpoints. Pure; where the text comes from is the bot's business."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from aws_ops.vpn_items import VpnEndpoint
from commands.config_values import (
    AdminPlace,
    DirectoryUser,
    Domain,
    Email,
    EndpointId,
    EndpointName,
    Name,
    RoleArn,
    Seconds,
    SlackGroup,
    SlackTeam,
    SlackUser,
    Subnet,
    TeamsTeam,
    TeamsUser,
    Usd,
    Zone,
)
from notifiers.place import PLATFORMS


class ConfigFaults(ValueError):
    """Everything that is wrong with a configuration, one line a fault: "vpn.idle: 'soon' is not a duration …"."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RoleMembers(_Strict):
    """Who has a role, by the platforms' ids: e-mails change hands, ids do not."""

    slack_users: frozenset[SlackUser] = frozenset()
    slack_usergroups: frozenset[SlackGroup] = frozenset()
    teams_users: frozenset[TeamsUser] = frozenset()
    teams_teams: frozenset[TeamsTeam] = frozenset()


class OperatorMembers(RoleMembers):
    """Operators may also be named by e-mail."""

    emails: frozenset[Email] = frozenset()


GroupKind = Literal["slack_usergroups", "teams_teams"]


class Roles(_Strict):
    """The roles that are added to staff."""

    operator: OperatorMembers = OperatorMembers()
    approver: RoleMembers = RoleMembers()
    admin: RoleMembers = RoleMembers()

    def named(self, kind: GroupKind) -> frozenset[str]:
        """Every group of a kind that gives some role."""
        return frozenset[str]().union(*(getattr(role, kind) for role in (self.operator, self.approver, self.admin)))


class KnownPerson(_Strict):
    """An exception: the key of a person whose platforms or directory say something else."""

    email: Email
    slack: SlackUser | None = None
    teams: TeamsUser | None = None
    directory_user: Name | None = None


class Identity(_Strict):
    """Who is a colleague."""

    slack_team: SlackTeam | None = None
    domains: Annotated[frozenset[Domain], Field(min_length=1)]
    directory_user: DirectoryUser = "local-part"
    people: tuple[KnownPerson, ...] = ()

    @model_validator(mode="after")
    def _each_person_once(self) -> Self:
        emails = [person.email for person in self.people]
        ids = [each for person in self.people for each in (person.slack, person.teams) if each is not None]
        for value in (*emails, *ids):
            if (*emails, *ids).count(value) > 1:
                raise ValueError(f"{value} is there twice under people")
        return self


class Aws(_Strict):
    """How calls that change AWS are made."""

    role: RoleArn | None = None


class VpnEndpointConfig(_Strict):
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


class Vpn(_Strict):
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


class Config(_Strict):
    """The whole configuration. `timezone` is for people whose platform names none."""

    roles: Roles = Roles()
    admin_place: AdminPlace
    identity: Identity
    aws: Aws = Aws()
    vpn: Vpn = Vpn()
    timezone: Zone = "UTC"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read YAML. Raises ConfigFaults with every fault, each with the path of its key."""
        try:
            raw = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
        except yaml.YAMLError as error:
            raise ConfigFaults([f"the file is not YAML: {_one_line(error)}"]) from None
        except RecursionError:
            raise ConfigFaults(["the file is not YAML: it is nested too deeply"]) from None
        if not isinstance(raw, dict):
            raise ConfigFaults(["the file has no keys: write admin_place, identity and so on"])
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            raise ConfigFaults([_fault(detail) for detail in error.errors()]) from None

    def faults_for(self, platforms: Iterable[str]) -> list[str]:
        """What is missing for the platforms ("slack", "teams") that are set up, one line a fault."""
        faults, there = [], frozenset(platforms)
        if "slack" in there and self.identity.slack_team is None:
            why = "without it nobody in Slack is known; write the id of your workspace, like T0123ABCD"
            faults.append(f"identity.slack_team: missing; {why}")
        scheme = self.admin_place.scheme
        if scheme in frozenset(PLATFORMS) - there:
            others = ", ".join(f"{platform}:<channel>" for platform in PLATFORMS if platform in there)
            why = f"{scheme.capitalize()} is not set up here: write {others} or person:<e-mail>"
            faults.append(f"admin_place: {why}")
        return faults

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


class _UniqueKeys(yaml.SafeLoader):
    """YAML where a key twice is a fault: the second would silently replace the first."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # PyYAML lets through whatever Python says to a date, a number or a truth value that is none.
            what = f"{str(node.value)[:40]!r} is no {node.tag.rpartition(':')[2]}"
            raise yaml.constructor.ConstructorError(problem=what, problem_mark=node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(problem=f"{name} is there twice", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def _one_line(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())


def _fault(detail: Mapping[str, Any]) -> str:
    path = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    match detail["type"]:
        case "extra_forbidden":
            return f"{path}: there is no such key"
        case "missing":
            return f"{path}: is missing"
        case "value_error":
            return f"{path}: {detail['ctx']['error']}"
        case "too_short":
            return f"{path}: at least {detail['ctx']['min_length']} is needed"
        case "model_type" | "dict_type" | "mapping_type":
            return f"{path}: is no mapping of keys to values"
        case "tuple_type" | "frozen_set_type":
            return f"{path}: is no list"
        case _:
            return f"{path}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
