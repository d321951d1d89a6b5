"""Slack's directory of people and user groups, at most five minutes old.

https://docs.slack.dev/reference/objects/user-object
"""

from collections.abc import Mapping
from typing import Any

from notifiers.member import Member, key_of
from notifiers.recent import Recent
from notifiers.slack_api import SlackApi

REMEMBER_S = 300
# Only these mean that there is nobody; with any other error it is unknown, which is not the same.
_NO_PERSON = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
_NO_GROUP = frozenset({"no_such_subteam", "subteam_not_found"})

_GUEST = "yours is a guest account; ask a colleague or your IT desk to switch it on for you"

# The first that is true of an account is why it is no full member.
_LACKING = {
    "deleted": "that account is deactivated",
    "is_bot": "that account is a bot",
    "is_workflow_bot": "that account is a workflow",
    "is_stranger": "that account belongs to another organisation",
    "is_ultra_restricted": _GUEST,
    "is_restricted": _GUEST,
    "is_invited_user": "your invitation to this workspace is not accepted yet",
}


class SlackDirectory:
    """Who is in the workspace. Every method raises TryLater when Slack cannot be asked."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._members: Recent[str, Member | None] = Recent(REMEMBER_S)
        self._by_email: Recent[str, Member | None] = Recent(REMEMBER_S)
        self._groups: Recent[str, frozenset[str]] = Recent(REMEMBER_S)
        self._home: Recent[str, str] = Recent(REMEMBER_S)

    async def home(self) -> str:
        """The id of the workspace that the app's token is for."""

        async def ask() -> str:
            return str((await self._api.call(self._api.client.auth_test))["team_id"])

        return await self._home.get("home", ask)

    async def member(self, user: str, *, fresh: bool = False) -> Member | None:
        """The account with this id, of whatever kind; None when Slack knows none."""

        async def ask() -> Member | None:
            answer = await self._api.find(self._api.client.users_info, _NO_PERSON, user=user)
            return read_member(answer["user"]) if answer else None

        return await self._members.get(user, ask, fresh=fresh)

    async def by_email(self, email: str, *, fresh: bool = False) -> Member | None:
        """The account with this address; None when no account in use has it (Slack leaves deactivated ones out)."""

        async def ask() -> Member | None:
            answer = await self._api.find(self._api.client.users_lookupByEmail, _NO_PERSON, email=email)
            return read_member(answer["user"]) if answer else None

        return await self._by_email.get(email, ask, fresh=fresh)

    async def group(self, group: str, *, fresh: bool = False) -> frozenset[str]:
        """The ids of a user group's members; of none when there is no such group."""

        async def ask() -> frozenset[str]:
            answer = await self._api.find(self._api.client.usergroups_users_list, _NO_GROUP, usergroup=group)
            return frozenset(answer["users"]) if answer else frozenset()

        return await self._groups.get(group, ask, fresh=fresh)


def read_member(user: Mapping[str, Any]) -> Member:
    """A Member from Slack's user object. The e-mail counts only where Slack has confirmed it."""
    lacking = next((why for flag, why in _LACKING.items() if user.get(flag)), None)
    profile = user.get("profile") or {}
    email = profile.get("email") or None
    if email and user.get("is_email_confirmed") is False:
        email, lacking = None, lacking or "your e-mail address is not confirmed in Slack yet"
    enterprise = user.get("enterprise_user") or {}
    organisations = {str(team) for team in (user.get("team_id"), enterprise.get("enterprise_id")) if team}
    return Member(
        platform="slack",
        user=str(user["id"]),
        name=profile.get("display_name") or profile.get("real_name") or user.get("name") or str(user["id"]),
        email=key_of(email) if email else None,
        timezone=user.get("tz"),
        organisations=frozenset(organisations),
        lacking=lacking,
    )
