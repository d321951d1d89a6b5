"""Where roles come from."""

from commands.access import Role, roles_of
from commands.config import Config
from commands.request import Person

CONFIG = Config.parse(
    """
roles:
  operator: {emails: [Mika@Example.com], slack_users: [U1], teams_users: [0AD00000-0000-4000-8000-000000000001]}
  approver: {slack_usergroups: [S1], teams_teams: ["19:team-1@thread.tacv2"]}
  admin: {slack_users: [U2]}
admin_place: slack:C1
identity: {slack_team: T1, domains: [example.com]}
"""
)
STAFF = {Role.STAFF}
IN_TEAMS, TEAM = "0ad00000-0000-4000-8000-000000000001", "19:team-1@thread.tacv2"


def person(user: str, key: str | None = "ren@example.com", platform: str = "slack") -> Person:
    return Person.model_validate({"platform": platform, "user": user, "key": key, "name": "Alex Admin"})


def test_every_known_colleague_is_staff_and_no_more() -> None:
    assert roles_of(person("U9"), [], CONFIG) == STAFF


def test_without_a_key_there_is_no_role_whatever_is_listed() -> None:
    assert roles_of(person("U1", key=None), ["S1"], CONFIG) == frozenset()


def test_roles_come_by_id_by_group_and_for_operators_by_email() -> None:
    assert roles_of(person("U1"), [], CONFIG) == STAFF | {Role.OPERATOR}
    assert roles_of(person("U9", "mika@example.com"), [], CONFIG) == STAFF | {Role.OPERATOR}
    assert roles_of(person("U9"), ["S1", "S7"], CONFIG) == STAFF | {Role.APPROVER}
    assert roles_of(person("U2"), [], CONFIG) == STAFF | {Role.ADMIN}, "an admin neither operates nor approves"
    assert roles_of(person("U1"), ["S1"], CONFIG) == STAFF | {Role.OPERATOR, Role.APPROVER}


def test_an_id_counts_on_its_own_platform_only() -> None:
    assert roles_of(person(IN_TEAMS, platform="teams"), [TEAM], CONFIG) == STAFF | {Role.OPERATOR, Role.APPROVER}
    assert roles_of(person("U1", platform="teams"), ["S1"], CONFIG) == STAFF
    assert roles_of(person(IN_TEAMS), [TEAM], CONFIG) == STAFF


def test_a_name_is_nobody() -> None:
    assert Role.ADMIN not in roles_of(person("U9"), [], CONFIG)
