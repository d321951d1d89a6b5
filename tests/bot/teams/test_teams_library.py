"""What the Teams edge stands on, and shapes that nobody should send."""

import copy
import inspect
import json
import random
from importlib.metadata import version
from typing import Any

import pytest
from botbuilder.core import CloudAdapterBase, InvokeResponse
from botbuilder.schema import Activity
from botframework.connector.auth import AuthenticateRequestResult, BotFrameworkAuthentication

from bot.listeners.teams_adapter import Authentication
from bot.listeners.teams_tokens import BadToken
from sandbox.teams import Sent
from tests.bot.teams.conftest import Edge, Json

JUNK: list[Any] = [
    None,
    True,
    -1,
    1e308,
    "",
    "x" * 2000,
    "https://elsewhere.example/",
    "\ud83d",
    "\x00",
    "<at>Deskside</at>" * 50,
    [],
    {},
    [[[[]]]],
    {"id": {"id": {"id": 5}}},
    [None, 5, "x", {"type": "mention", "mentioned": {"id": []}, "text": 5}],
    {"action": {"data": {"form": "a" * 32, "command": ["x"]}}},
]


def spoilt(activity: Json, dice: random.Random) -> Json:
    """The activity with one to three of its parts, at whatever depth, replaced by something else or gone."""
    heard = copy.deepcopy(activity)
    for _ in range(dice.randint(1, 3)):
        at: Any = heard
        while True:
            where = dice.choice(list(at) if isinstance(at, dict) else range(len(at)))
            if not isinstance(at[where], dict | list) or not at[where] or dice.random() < 0.3:
                break
            at = at[where]
        if dice.random() < 0.2:
            del at[where]
        else:
            at[where] = copy.deepcopy(dice.choice(JUNK))
        if not heard:
            break
    return heard


async def test_no_shape_that_is_sent_breaks_anything(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    shown = await edge.ask()
    mika = edge.person()
    await mika.submit(shown, {"endpoint": "paris", "duration": "banana"})
    invoke = edge.sim.wire.sent[-1].activity
    consent = {**invoke, "name": "fileConsent/invoke", "value": {"action": "accept", "context": {"file": "b" * 32}}}
    update = {**mika.activity("", "#vpn"), "type": "conversationUpdate", "membersRemoved": [{"id": "29:1x"}]}
    shapes = [mika.activity("vpn on @ren", "#vpn"), mika.activity("help", "@me"), invoke, consent, update]
    deep: Any = "bottom"
    for _ in range(400):
        deep = [deep]
    headers, dice, seen = edge.sim.wire.headers(), random.Random(7), set[int]()
    activities = [spoilt(dice.choice(shapes), dice) for _ in range(600)]
    activities += [{**shape, part: deep} for shape in shapes for part in ("value", "entities", "from", "channelData")]
    for activity in activities:
        ack = await edge.sim.wire.send(Sent(json.dumps(activity).encode(), headers))
        assert ack.status in {200, 400, 401, 403, 501}, activity
        seen.add(ack.status)
    await edge.quiet()
    assert seen >= {200, 400, 401, 403}
    assert not [record for record in caplog.records if record.exc_info]


class TestTheLibrary:
    """What we stand on: these fail when it changes under us."""

    def test_it_is_the_version_that_was_read(self) -> None:
        assert version("botbuilder-core").startswith("4.17.")

    def test_we_implement_what_it_asks_of_an_authentication(self) -> None:
        asked = {"authenticate_request", "authenticate_streaming_request"}
        asked |= {"create_connector_factory", "create_user_token_client"}
        assert BotFrameworkAuthentication.__abstractmethods__ == asked
        assert asked <= vars(Authentication).keys()

    async def test_its_other_doors_are_closed(self, edge: Edge) -> None:
        authentication = Authentication("app", None, edge.api.connector_factory())
        with pytest.raises(BadToken):
            await authentication.authenticate_streaming_request("Bearer x", "msteams")
        with pytest.raises(BadToken):
            await authentication.authenticate_channel_request("Bearer x")
        for name in ("create_bot_framework_client", "get_originating_audience"):
            with pytest.raises(Exception, match="NotImplemented"):
                getattr(authentication, name)()

    async def test_it_believes_the_result_that_it_is_given_and_returns_the_answer_as_it_is(self, edge: Edge) -> None:
        class Plain(CloudAdapterBase):  # type: ignore[misc]
            pass

        class Suspicious(Authentication):
            async def authenticate_request(self, activity: Any, auth_header: str | None) -> AuthenticateRequestResult:
                raise AssertionError("it was authenticated already")

        factory = edge.api.connector_factory()
        believed = await Authentication("app", None, factory).authenticate_request(Activity(), None)
        body = {"statusCode": 200, "value": {"deep": [1, None]}}

        async def logic(context: Any) -> None:
            answer = InvokeResponse(status=200, body=body)
            await context.send_activity(Activity(type="invokeResponse", value=answer))

        async def silent(context: Any) -> None: ...

        adapter = Plain(Suspicious("app", None, factory))
        invoke = Activity(type="invoke", service_url=edge.sim.service_url)
        response = await adapter.process_activity(believed, invoke, logic)
        assert (response.status, response.body) == (200, body)
        assert (await adapter.process_activity(believed, invoke, silent)).status == 501
        message = Activity(type="message", service_url=edge.sim.service_url)
        assert await adapter.process_activity(believed, message, silent) is None
        assert list(inspect.signature(CloudAdapterBase.process_activity).parameters)[1:] == [
            "auth_header_or_authenticate_request_result",
            "activity",
            "logic",
        ]

    async def test_a_turn_makes_no_client_of_its_own(self, edge: Edge) -> None:
        """A connector costs the library milliseconds: one for a service url is enough."""
        factory = edge.api.connector_factory()
        one, two = [await factory.create(edge.sim.service_url, "") for _ in "ab"]
        assert one is two
        assert await Authentication("app", None, factory).create_user_token_client(None) is None
