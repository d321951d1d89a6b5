"""What the doctor looks at in Teams."""

import re
from collections.abc import AsyncIterator

from aws_ops.table import Table
from bot.findings import Finding
from bot.listeners.teams_tokens import METADATA_URL, NoKeys, TokenCheck
from bot.settings import TeamsSettings
from commands.config import Config
from notifiers.delivery import InThread, PlaceGone, Refused, TryLater
from notifiers.place import Place, Platform
from notifiers.teams import Teams
from notifiers.teams_api import NotAllowed, TeamsApi
from notifiers.teams_conversations import Conversations
from notifiers.teams_directory import TeamsDirectory

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SECRET = "make a new client secret for the app, and check TEAMS_APP_ID and TEAMS_TENANT_ID"  # noqa: S105 - a sentence


class TeamsChecks:
    """Checks the ids, the app's token, the keys that tokens are checked with, and the teams of the configuration."""

    platform: Platform = "teams"
    how_to_let_in = (
        "add the app to that team or group chat; if it has heard nothing from Teams yet, mention it in that channel "
        "once; or correct the id"
    )

    def __init__(self, settings: TeamsSettings, table: Table, in_thread: InThread) -> None:
        self._settings = settings
        self._checked = settings.auth != "off"
        self._api = TeamsApi(
            settings.app_id,
            settings.app_password,
            settings.tenant_id,
            login_url=settings.login_url,
            authenticated=self._checked,
        )
        conversations = Conversations(table, in_thread)
        self.roster = TeamsDirectory(self._api, conversations, settings.tenant_id)
        self._teams = Teams(self._api, conversations, self.roster.by_email)
        self.reached = False

    async def start(self) -> None:
        """Open the connection."""
        await self._api.start()

    async def close(self) -> None:
        """Close the connection."""
        await self._api.close()

    async def can_post(self, place: Place) -> bool:
        """Whether the app may write there."""
        return await self._teams.can_post(place)

    async def findings(self, config: Config | None) -> AsyncIterator[Finding]:
        """Ends early where Teams does not know the app."""
        for name, value in (("TEAMS_APP_ID", self._settings.app_id), ("TEAMS_TENANT_ID", self._settings.tenant_id)):
            why = (
                f"{value!r} is not a GUID: write the id itself, because Teams names no other and nobody would be heard"
            )
            yield Finding(name, None if _GUID.fullmatch(value) else why)
        if self._checked:
            yield await self._keys()
            token = await self._token()
            yield token
            if token.wrong is not None:
                return
        else:
            yield Finding("TEAMS_AUTH off, so whoever reaches this machine's port is believed")
        self.reached = True
        for team in sorted(config.roles.named("teams_teams") if config else ()):
            yield await self._team(team)

    async def _keys(self) -> Finding:
        url = self._settings.openid_metadata_url
        what = f"TEAMS_OPENID_METADATA_URL {url or METADATA_URL}"
        check = TokenCheck(self._settings.app_id, self._settings.token_issuer, url, lambda: self._api.session)
        try:
            await check.ready()
        except NoKeys as error:
            return Finding(what, f"{error}; let the process reach that address, and the one of the keys that it names")
        finally:
            await check.close()
        return Finding(what)

    async def _token(self) -> Finding:
        what = "TEAMS_APP_PASSWORD"
        try:
            await self._api.token()
        except NotAllowed as error:
            return Finding(what, f"{error}; {_SECRET}")
        except (TryLater, Refused) as error:
            return Finding(what, f"{error}; let the process reach the login service, and try again")
        return Finding(what)

    async def _team(self, team: str) -> Finding:
        try:
            members = await self.roster.group(team)
        except (TryLater, PlaceGone, Refused) as error:
            return Finding(f"team {team}", str(error))
        return Finding(f"team {team}", None if members else "the app has not been added to that team, or it has no id")
