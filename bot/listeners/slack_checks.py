"""What the doctor looks at in Slack. It posts nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable

from bot.findings import Finding
from bot.people import People
from bot.settings import SlackSettings
from commands import COMMANDS
from commands.config import Config
from commands.manifest import manifest
from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.place import Place
from notifiers.slack import Slack
from notifiers.slack_api import SlackApi
from notifiers.slack_directory import SlackDirectory

_APP = "reinstall the app from manifest.yml"


async def findings(settings: SlackSettings, config: Config | None) -> AsyncIterator[Finding]:
    """Check the tokens, the scopes, the workspace, the admin place and the user groups of the configuration."""
    api = SlackApi(settings.bot_token, settings.api_url)
    await api.start()
    try:
        async for finding in _findings(api, settings, config):
            yield finding
    finally:
        await api.close()


async def _findings(api: SlackApi, settings: SlackSettings, config: Config | None) -> AsyncIterator[Finding]:
    try:
        identity = await api.identity()
    except (TryLater, PlaceGone, Refused) as error:
        yield Finding(f"SLACK_BOT_TOKEN at {settings.api_url}", f"{error}; copy the app's Bot User OAuth Token again")
        return
    yield Finding(f"SLACK_BOT_TOKEN of workspace {identity.team}")
    yield _scopes(identity.scopes)
    if settings.app_token is not None:
        token = settings.app_token.get_secret_value()
        yield await _tried(
            "SLACK_APP_TOKEN",
            lambda: api.call(api.client.apps_connections_open, tries=1, app_token=token),
            "switch Socket Mode on and make an app-level token with connections:write",
        )
    if config is None:
        return
    if config.identity.slack_team not in identity.teams:
        mend = f"the token is for {identity.team}: write that, or use the token of the other workspace"
        yield Finding(f"identity.slack_team {config.identity.slack_team}", mend)
    async for finding in _places(api, config):
        yield finding


async def _places(api: SlackApi, config: Config) -> AsyncIterator[Finding]:
    directory = SlackDirectory(api)
    slack = Slack(api, directory.by_email)
    yield await _admin_place(slack, People({"slack": directory}, lambda: config), config.admin_place)
    roles = config.roles
    groups = roles.operator.slack_usergroups | roles.approver.slack_usergroups | roles.admin.slack_usergroups
    for group in sorted(groups):
        try:
            members = await directory.group(group)
        except (TryLater, PlaceGone, Refused) as error:
            yield Finding(f"user group {group}", f"{error}; {_APP}")
        else:
            yield Finding(f"user group {group}", None if members else "is not there, or has no members")


async def _admin_place(slack: Slack, people: People, admin: Place) -> Finding:
    what = f"admin_place {admin}"
    try:
        if admin.scheme == "person":
            found = await people.find("slack", admin.id) is not None
            return Finding(what, None if found else "no full member has that address: correct it")
        reachable = await slack.can_post(admin)
    except (TryLater, PlaceGone, Refused) as error:
        return Finding(what, str(error))
    return Finding(what, None if reachable else "invite the app to that channel, or correct its id")


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
