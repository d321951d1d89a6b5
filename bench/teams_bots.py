"""The bots that the Teams benchmarks measure, in a process of their own: a stock echo bot, Deskside's edge, Slack's.

`python -m bench.teams_bots <connector>` listens on one port and prints its address. Persistence is out: conversations
are kept in a dict and nothing is audited. The stock bot is Microsoft's echo sample on its own aiohttp adapter; only its
own token is a constant, for its library takes none from a login page that is not https.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast

from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botframework.connector.auth import MicrosoftAppCredentials
from pydantic import SecretStr

from aws_ops.table import Table, Update
from bench.bench_slack_ack import deskside_edge
from bench.teams_world import APP_ID, ISSUER, TENANT
from bot.listeners.server import Handler
from bot.listeners.teams import TeamsListener
from bot.metrics import Metrics
from bot.settings import TeamsSettings
from bot.work import Work
from commands.request import Request
from notifiers.member import Member
from notifiers.message import line
from notifiers.teams import Teams
from notifiers.teams_api import TeamsApi
from notifiers.teams_conversations import Conversations
from notifiers.teams_directory import TeamsDirectory

P = ParamSpec("P")
T = TypeVar("T")

PASSWORD = "bench"  # noqa: S105 - of nobody


class Memory:
    """A table that forgets everything at the end."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], dict[str, Any]] = {}

    def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        return self._items.get((pk, sk))

    def put(self, item: Mapping[str, Any]) -> None:
        self._items[item["pk"], item["sk"]] = dict(item)

    def update(self, pk: str, sk: str, *, set: Mapping[str, Any], **_: object) -> bool:
        self._items.setdefault((pk, sk), {"pk": pk, "sk": sk}).update(set)
        return True

    def transact(self, *writes: Update) -> bool:
        return all(self.update(write.pk, write.sk, set=write.set) for write in writes)


async def at_once(func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Nothing here blocks."""
    return func(*args, **kwargs)


class Echo:
    """Says what it was told."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    def check_form(self, command: str, values: Mapping[str, str]) -> dict[str, str]:
        return {}

    async def handle(self, request: Request) -> None:
        await self._teams.answer(request.recipient, line(f"Echo: {request.text}"))


async def nobody(_: str) -> Member | None:
    """Nobody is looked up."""
    return None


async def deskside(connector: str) -> Handler:
    """Deskside's own edge and delivery."""
    settings = TeamsSettings(
        app_id=APP_ID,
        app_password=SecretStr(PASSWORD),
        tenant_id=TENANT,
        auth="required",
        openid_metadata_url=f"{connector}/metadata",
        token_issuer=ISSUER,
        login_url=f"{connector}/login",
    )
    api = TeamsApi(settings.app_id, settings.app_password, settings.tenant_id, login_url=settings.login_url)
    await api.start()
    conversations = Conversations(cast(Table, Memory()), at_once)
    teams = Teams(api, conversations, nobody)
    roster = TeamsDirectory(api, conversations, TENANT)
    listener = TeamsListener(settings, api, teams, conversations, roster, Echo(teams), Work(), Metrics())
    await listener.start()
    return listener.handle


class _EchoBot(ActivityHandler):
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(f"Echo: {turn_context.activity.text}")


class _Token(MicrosoftAppCredentials):
    def get_access_token(self, force_refresh: bool = False) -> str:
        return "bench"


def stock(connector: str) -> Handler:
    """The sample as Microsoft has it."""

    class Configuration:
        APP_ID = APP_ID
        APP_PASSWORD = PASSWORD
        APP_TYPE = "SingleTenant"
        APP_TENANTID = TENANT
        TO_CHANNEL_FROM_BOT_LOGIN_URL = f"https://login.microsoftonline.com/{TENANT}"
        TO_CHANNEL_FROM_BOT_OAUTH_SCOPE = "https://api.botframework.com"
        TO_BOT_FROM_CHANNEL_TOKEN_ISSUER = ISSUER
        TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL = f"{connector}/metadata"
        TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL = f"{connector}/metadata"

    authentication = ConfigurationBotFrameworkAuthentication(Configuration())
    credentials = _Token(APP_ID, PASSWORD, TENANT)

    async def create(*_: object, **__: object) -> MicrosoftAppCredentials:
        return credentials

    authentication._inner._credentials_factory.create_credentials = create
    adapter, bot = CloudAdapter(authentication), _EchoBot()

    async def edge(request: web.Request) -> web.StreamResponse:
        answer: web.StreamResponse = await adapter.process(request, bot)
        return answer

    return edge


async def main() -> None:
    """Serve until killed."""
    connector = sys.argv[1]
    app = web.Application()
    app.router.add_post("/stock", stock(connector))
    app.router.add_post("/deskside", await deskside(connector))
    app.router.add_post("/slack", deskside_edge())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
