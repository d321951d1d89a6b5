"""The one place of the bot where the Bot Framework's library is: its adapter, with our own eyes on who calls.

Of the library's three ways to believe a token (Teams', the Emulator's, another bot's) only Teams' is open, and that
check is ours. https://learn.microsoft.com/en-us/azure/bot-service/bot-builder-basics
"""

from collections.abc import Awaitable, Callable
from typing import Any

from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
    UserTokenClient,
)

from bot.listeners.teams_requests import Body
from bot.listeners.teams_tokens import BadToken, Token, TokenCheck

Json = dict[str, Any]
Hear = Callable[[], Awaitable[Json | None]]


class Authentication(BotFrameworkAuthentication):
    """Whom the adapter believes: whoever `check` does; without one, anybody (TEAMS_AUTH=off)."""

    def __init__(self, app_id: str, check: TokenCheck | None, connectors: ConnectorFactory) -> None:
        self._identity = ClaimsIdentity({"aud": app_id, "appid": app_id}, is_authenticated=True)
        self._check = check
        self._connectors = connectors

    async def believe(self, header: str | None) -> Token | None:
        """The token; None where everybody is believed. Raises BadToken or NoKeys."""
        return None if self._check is None else await self._check.check(header)

    async def authenticate_request(self, activity: Activity, auth_header: str | None) -> AuthenticateRequestResult:
        """The library's way, with both in hand. Raises BadToken or NoKeys."""
        return self.accept(await self.believe(auth_header), activity)

    def accept(self, token: Token | None, activity: Activity) -> AuthenticateRequestResult:
        """What the library believes. Raises BadToken for a token that was made for another activity."""
        if token is not None:
            token.check(activity.service_url)
        result = AuthenticateRequestResult()
        result.claims_identity = self._identity
        result.connector_factory = self._connectors
        return result

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        """Teams never streams."""
        raise BadToken("nobody streams to us")

    async def authenticate_channel_request(self, auth_header: str) -> ClaimsIdentity:
        """Other bots' requests (skills)."""
        raise BadToken("we are no bot's skill")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        """Ours, on the one session and token."""
        return self._connectors

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> UserTokenClient | None:
        """None: nobody signs in through us, and the library's own would be made anew for every activity."""
        return None


class Adapter(CloudAdapterBase):
    """Takes one activity through the library's turn."""

    def __init__(self, authentication: Authentication) -> None:
        super().__init__(authentication)
        self._authentication = authentication

    async def believe(self, header: str | None) -> Token | None:
        """What the activity that comes with this Authorization header is taken with. Raises BadToken or NoKeys."""
        return await self._authentication.believe(header)

    async def process(self, token: Token | None, activity: Body, hear: Hear) -> tuple[int, Json]:
        """The HTTP status and body for an activity that has a serviceUrl.

        `hear` gives an invoke's answer; an invoke that gets None is one that we do not know.

        Raises BadToken and what `hear` raises.
        """
        turn = _turn(activity)
        believed = self._authentication.accept(token, turn)

        async def logic(context: TurnContext) -> None:
            body = await hear()
            if body is not None and turn.type == ActivityTypes.invoke:
                answer = InvokeResponse(status=200, body=body)
                await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=answer))

        response = await self.process_activity(believed, turn, logic)
        # The library's own HTTP adapter would serialise an invoke's body a second time, and fail.
        return (200, {}) if response is None else (int(response.status), response.body or {})


def _turn(activity: Body) -> Activity:
    """What the library has to know. Reading the whole through its models costs a hundred times more, and is strict."""
    kind = activity.get("type")
    turn = Activity(type=kind if isinstance(kind, str) else "", service_url=activity["serviceUrl"])
    if kind == ActivityTypes.message and activity.get("deliveryMode") == "expectReplies":
        turn.delivery_mode = "expectReplies"
    return turn
