"""Who may do what: roles, and where they come from.

Every known colleague is staff; the other roles are added by the configuration, each on its own: an operator who shall
also approve is listed twice, and an admin who shall also operate too. Nobody gets anything by default.
"""

from collections.abc import Iterable
from enum import StrEnum

from commands.config import Config, RoleMembers
from commands.request import Person


class Role(StrEnum):
    """What somebody may be here; the value is the word for people."""

    STAFF = "staff"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"


def roles_of(person: Person, groups: Iterable[str], config: Config) -> frozenset[Role]:
    """The roles of `person`, who is in the user groups (platform's ids) `groups`; none at all without a key."""
    if person.key is None:
        return frozenset()
    added = {
        Role.OPERATOR: config.roles.operator,
        Role.APPROVER: config.roles.approver,
        Role.ADMIN: config.roles.admin,
    }
    member_of = frozenset(groups)
    listed = {role for role, members in added.items() if _is_among(person, member_of, members)}
    if person.key in config.roles.operator.emails:
        listed.add(Role.OPERATOR)
    return frozenset(listed | {Role.STAFF})


def _is_among(person: Person, groups: frozenset[str], members: RoleMembers) -> bool:
    users, listed_groups = members.of(person.platform)
    return person.user in users or not groups.isdisjoint(listed_groups)
