"""The part of the configuration about people: who has which role, and who is a colleague at all."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from commands.config_values import (
    DirectoryUser,
    Domain,
    Email,
    Name,
    SlackGroup,
    SlackTeam,
    SlackUser,
    TeamsTeam,
    TeamsUser,
)
from notifiers.place import Platform


class Strict(BaseModel):
    """A part of the configuration: it has these keys and no other."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RoleMembers(Strict):
    """Who has a role, by the platforms' ids: e-mails change hands, ids do not."""

    slack_users: frozenset[SlackUser] = frozenset()
    slack_usergroups: frozenset[SlackGroup] = frozenset()
    teams_users: frozenset[TeamsUser] = frozenset()
    teams_teams: frozenset[TeamsTeam] = frozenset()

    def of(self, platform: Platform) -> tuple[frozenset[str], frozenset[str]]:
        """The ids of a platform's users, and of its groups."""
        match platform:
            case "slack":
                return self.slack_users, self.slack_usergroups
            case "teams":
                return self.teams_users, self.teams_teams


class OperatorMembers(RoleMembers):
    """Operators may also be named by e-mail."""

    emails: frozenset[Email] = frozenset()


GroupKind = Literal["slack_usergroups", "teams_teams"]


class Roles(Strict):
    """The roles that are added to staff."""

    operator: OperatorMembers = OperatorMembers()
    approver: RoleMembers = RoleMembers()
    admin: RoleMembers = RoleMembers()

    def named(self, kind: GroupKind) -> frozenset[str]:
        """Every group of a kind that gives some role."""
        return frozenset[str]().union(*(getattr(role, kind) for role in (self.operator, self.approver, self.admin)))


class KnownPerson(Strict):
    """An exception: the key of a person whose platforms or directory say something else."""

    email: Email
    slack: SlackUser | None = None
    teams: TeamsUser | None = None
    directory_user: Name | None = None


class Identity(Strict):
    """Who is a colleague, and by which user name the directory of the WorkSpaces knows them."""

    slack_team: SlackTeam | None = None
    domains: Annotated[frozenset[Domain], Field(min_length=1)]
    directory_user: DirectoryUser = "local-part"
    people: tuple[KnownPerson, ...] = ()

    @model_validator(mode="after")
    def _each_person_once(self) -> Self:
        emails = [person.email for person in self.people]
        ids = [each for person in self.people for each in (person.slack, person.teams) if each is not None]
        users = [person.directory_user.lower() for person in self.people if person.directory_user is not None]
        for values in ([*emails, *ids], users):
            for value in values:
                if values.count(value) > 1:
                    raise ValueError(f"{value} is there twice under people")
        return self

    @model_validator(mode="after")
    def _one_person_a_user(self) -> Self:
        if self.directory_user == "local-part" and len(self.domains) > 1:
            raise ValueError(
                "directory_user is local-part, and with several domains one such name may be two people: "
                "write address or tag:<key>"
            )
        return self
