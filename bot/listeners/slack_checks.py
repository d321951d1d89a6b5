"""What the doctor looks at in Slack."""

from collections.abc import AsyncIterator, Awaitable, Callable

from bot.findings import Finding
from bot.manifests.slack import manifest
from bot.settings import SlackSettings
from commands import COMMANDS
from commands.config import Config
from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.place import Place, Platform
from notifiers.slack import Slack
from notifiers.slack_api import SlackApi
from notifiers.slack_directory import SlackDirectory

_APP = "reinstall the app from manifest.yml"


class SlackChecks:
    """Checks the tokens, the scopes, the workspace and the user groups of the configuration."""

    platform: Platform = "slack"
    how_to_let_in = "invite the app to that channel, or correct its id"

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._api = SlackApi(settings.bot_token, settings.api_url)
        self.roster = SlackDirectory(self._api)
        self._slack = Slack(self._api, self.roster.by_email)
        self.reached = False

    async def start(self) -> None:
        """Open the connection."""
        await self._api.start()

    async def close(self) -> None:
        """Close the connection."""
        await self._api.close()

    async def can_post(self, place: Place) -> bool:
        """Whether the app may write there."""
        return await self._slack.can_post(place)

    async def findings(self, config: Config | None) -> AsyncIterator[Finding]:
        """Ends after the first where the bot token is wrong."""
        try:
            identity = await self._api.identity()
        except (TryLater, PlaceGone, Refused) as error:
            what = f"SLACK_BOT_TOKEN at {self._settings.api_url}"
            yield Finding(what, f"{error}; copy the app's Bot User OAuth Token again")
            return
        self.reached = True
        yield Finding(f"SLACK_BOT_TOKEN of workspace {identity.team}")
        yield _scopes(identity.scopes)
        if self._settings.app_token is not None:
            yield await self._app_token(self._settings.app_token.get_secret_value())
        if config is None:
            return
        if config.identity.slack_team not in identity.teams:
            mend = f"the token is for {identity.team}: write that, or use the token of the other workspace"
            yield Finding(f"identity.slack_team {config.identity.slack_team}", mend)
        for group in sorted(config.roles.named("slack_usergroups")):
            yield await self._group(group)

    async def _app_token(self, token: str) -> Finding:
        return await _tried(
            "SLACK_APP_TOKEN",
            lambda: self._api.call(self._api.client.apps_connections_open, tries=1, app_token=token),
            "switch Socket Mode on and make an app-level token with connections:write",
        )

    async def _group(self, group: str) -> Finding:
        try:
            members = await self.roster.group(group)
        except (TryLater, PlaceGone, Refused) as error:
            return Finding(f"user group {group}", f"{error}; {_APP}")
        return Finding(f"user group {group}", None if members else "is not there, or has no members")


def _scopes(granted: frozenset[str] | None) -> Finding:
    needed = frozenset(manifest(COMMANDS)["oauth_config"]["scopes"]["bot"])
    missing = sorted(needed - granted) if granted is not None else []
    return Finding("the app's scopes", f"{', '.join(missing)} missing; {_APP}" if missing else None)


async def _tried(what: str, check: Callable[[], Awaitable[object]], mend: str) -> Finding:
    try:
        await check()
    except (TryLater, PlaceGone, Refused) as error:
        return Finding(what, f"{error}; {mend}")
    return Finding(what)
