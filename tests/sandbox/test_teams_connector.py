"""The simulated Bot Connector and login service, as an app calls them."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from sandbox.teams import Teams
from sandbox.teams.people import CHANNELS, GROUP_CHATS, OBJECT_IDS, PARTNER_TENANT
from sandbox.teams.people import TEAMS as TEAM_IDS

VPN, OPS, MIKA = CHANNELS["vpn"], CHANNELS["ops"], OBJECT_IDS["mika"]
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
CONSENT_TYPE = "application/vnd.microsoft.teams.card.file.consent"


def hello(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"type": "message", "text": text, "textFormat": "plain", **more}


class Connector:
    """The connector, called with the app's token."""

    def __init__(self, teams: Teams, session: aiohttp.ClientSession) -> None:
        self._teams, self._session = teams, session
        self.token = ""
        self.headers: dict[str, str] = {}

    async def log_in(self, **changes: str) -> tuple[int, Any]:
        environment = self._teams.environment()
        tenant = changes.pop("tenant", environment["TEAMS_TENANT_ID"])
        form = {
            "grant_type": "client_credentials",
            "client_id": environment["TEAMS_APP_ID"],
            "client_secret": environment["TEAMS_APP_PASSWORD"],
            "scope": "https://api.botframework.com/.default",
        }
        url = f"{environment['TEAMS_LOGIN_URL']}/{tenant}/oauth2/v2.0/token"
        async with self._session.post(url, data=form | changes) as response:
            body = await response.json()
        self.token = body.get("access_token", "")
        return response.status, body

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"{self._teams.service_url}v3/conversations{path}"
        async with self._session.request(method, url, json=body, headers=headers) as response:
            self.headers = dict(response.headers)
            return response.status, await response.json()

    async def send(self, conversation: str, body: Any) -> tuple[int, Any]:
        return await self.call("POST", f"/{quote(conversation, safe='')}/activities", body)

    async def update(self, conversation: str, id_: str, body: Any) -> tuple[int, Any]:
        return await self.call("PUT", f"/{quote(conversation, safe='')}/activities/{id_}", body)

    async def open(self, user: str, **changes: Any) -> tuple[int, Any]:
        body = {"bot": {"id": "28:app"}, "members": [{"id": user}], "tenantId": self._teams.tenant_id} | changes
        return await self.call("POST", "", body)

    async def roster(self, conversation: str, query: str = "") -> tuple[int, Any]:
        return await self.call("GET", f"/{quote(conversation, safe='')}/pagedmembers{query}")

    async def member(self, conversation: str, user: str) -> tuple[int, Any]:
        return await self.call("GET", f"/{quote(conversation, safe='')}/members/{quote(user, safe='')}")


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    """Status and error code of a refusal."""
    return answer[0], answer[1]["error"]["code"]


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    teams = Teams()
    await teams.start()
    yield teams
    await teams.stop()


@pytest.fixture
async def connector(teams: Teams) -> AsyncIterator[Connector]:
    async with aiohttp.ClientSession() as session:
        connector = Connector(teams, session)
        await connector.log_in()
        yield connector


async def test_the_login_checks_the_app_its_secret_and_its_tenant(teams: Teams, connector: Connector) -> None:
    status, body = await connector.log_in()
    assert (status, body["token_type"], body["expires_in"]) == (200, "Bearer", 3599)
    refusals = [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "another"}, 400, "unauthorized_client", 700016),
        ({"tenant": PARTNER_TENANT}, 400, "invalid_request", 90002),
        ({"scope": "https://graph.microsoft.com/.default"}, 400, "invalid_scope", 70011),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
    ]
    for changes, refused, error, number in refusals:
        status, body = await connector.log_in(**changes)
        assert (status, body["error"], body["error_codes"]) == (refused, error, [number])
    assert all("client_secret" not in call.args for call in teams.calls)


async def test_without_a_valid_token_nothing_is_done(teams: Teams, connector: Connector) -> None:
    teams.app_tokens.revoke()
    status, body = await connector.send(VPN, hello())
    assert (status, body) == (401, {"message": "Authorization has been denied for this request."})
    connector.token = ""
    assert (await connector.send(VPN, hello()))[0] == 401
    connector.token = teams.token()  # Teams' own token is not the app's
    assert (await connector.send(VPN, hello()))[0] == 401
    assert teams.person("mika").sees("#vpn") == []
    assert [call.error for call in teams.calls if call.operation == "sendToConversation"] == ["Unauthorized"] * 3


async def test_messages_are_sent_edited_and_deleted(teams: Teams, connector: Connector) -> None:
    status, sent = await connector.send(VPN, hello("one", summary="first"))
    assert status == 201
    (seen,) = teams.person("mika").sees("#vpn")
    assert (seen.id, seen.author, seen.text, seen.plain, seen.edited) == (sent["id"], "Deskside", "first", "one", False)
    assert await connector.update(VPN, sent["id"], hello("two")) == (200, {"id": sent["id"]})
    (seen,) = teams.person("oda").sees("vpn")
    assert (seen.id, seen.plain, seen.edited) == (sent["id"], "two", True)
    assert (await connector.call("DELETE", f"/{quote(VPN, safe='')}/activities/{sent['id']}"))[0] == 200
    assert teams.person("mika").sees("#vpn") == []
    # A message that is gone, one that never was, and one of somebody else's.
    assert code(await connector.update(VPN, sent["id"], hello())) == (403, "ServiceError")
    assert code(await connector.update(VPN, "1", hello())) == (404, "ActivityNotFoundInConversation")
    await teams.person("mika").say("hi", "#vpn", mention=False)
    (seen,) = teams.person("mika").sees("#vpn")
    assert code(await connector.update(VPN, seen.id, hello())) == (403, "NotEnoughPermissions")


async def test_a_channel_has_threads_and_a_chat_has_none(teams: Teams, connector: Connector) -> None:
    _, root = await connector.send(VPN, hello("root"))
    _, second = await connector.send(f"{VPN};messageid={root['id']}", hello("second"))
    path = f"/{quote(VPN, safe='')}/activities/{second['id']}"
    assert (await connector.call("POST", path, hello("third")))[0] == 201
    assert [shown.thread for shown in teams.person("ren").sees("#vpn")] == [root["id"]] * 3
    missing = await connector.send(f"{VPN};messageid=5", hello())
    assert code(missing) == (404, "ActivityNotFoundInConversation")
    chat = teams.world.direct(MIKA).id
    _, sent = await connector.send(chat, hello("private"))
    await connector.call("POST", f"/{quote(chat, safe='')}/activities/{sent['id']}", hello("again"))
    assert [shown.thread for shown in teams.person("mika").dms()] == [None, None]
    started = {"isGroup": True, "channelData": {"channel": {"id": VPN}}, "activity": hello("a thread")}
    _, thread = await connector.call("POST", "", started)
    assert thread["id"] == f"{VPN};messageid={thread['activityId']}"


async def test_the_app_writes_only_where_it_is_installed(teams: Teams, connector: Connector) -> None:
    assert code(await connector.send(OPS, hello())) == (403, "BotNotInConversationRoster")
    assert code(await connector.roster(OPS)) == (403, "BotNotInConversationRoster")
    assert code(await connector.send("19:nowhere@thread.tacv2", hello())) == (404, "ConversationNotFound")
    mika = teams.person("mika")
    chat = teams.world.direct(MIKA).id
    mika.block()
    status, body = await connector.send(chat, hello())
    assert (status, body["errorCode"]) == (403, 209)
    assert "MessageWritesBlocked" in body["message"]
    mika.block(blocked=False)
    assert (await connector.send(chat, hello()))[0] == 201
    teams.world.install(MIKA, installed=False)
    assert code(await connector.send(chat, hello())) == (403, "BotNotInConversationRoster")
    teams.world.install(MIKA)
    teams.world.leave(MIKA)
    assert code(await connector.send(chat, hello())) == (404, "ConversationNotFound")


async def test_a_chat_is_opened_by_object_id_where_the_app_is_installed(teams: Teams, connector: Connector) -> None:
    teams.limits = False
    chat = teams.world.direct(MIKA).id
    for id_ in (MIKA, MIKA.upper(), teams.world.people[MIKA].account_id):
        assert await connector.open(id_) == (201, {"id": chat})
    status, body = await connector.open(MIKA, activity=hello("first words"))
    assert (status, [shown.plain for shown in teams.person("mika").dms()]) == (201, ["first words"])
    assert teams.person("mika").dms()[0].id == body["activityId"]
    for name in ("sol", "dee"):
        assert not teams.world.direct(OBJECT_IDS[name]).installed
        assert code(await connector.open(OBJECT_IDS[name])) == (403, "ForbiddenOperationException")
    assert code(await connector.open(MIKA, tenantId=PARTNER_TENANT)) == (403, "ForbiddenOperationException")
    assert code(await connector.open(MIKA, tenantId="")) == (400, "BadSyntax")
    for members in ([], ["x"], [{"id": MIKA}, {"id": OBJECT_IDS["oda"]}]):
        assert code(await connector.open(MIKA, members=members)) == (400, "BadSyntax")
    for nobody in ("mika@example.com", "00000000-0000-0000-0000-000000000000"):
        assert code(await connector.open(nobody)) == (400, "BadSyntax")


async def test_members_are_looked_up_by_either_id(teams: Teams, connector: Connector) -> None:
    status, member = await connector.member(VPN, MIKA)
    assert status == 200
    assert member["id"].startswith("29:")
    assert {key: member[key] for key in ("objectId", "email", "userPrincipalName", "tenantId", "userRole")} == {
        "objectId": MIKA,
        "email": "mika@example.com",
        "userPrincipalName": "mika@example.com",
        "tenantId": teams.tenant_id,
        "userRole": "user",
    }
    assert await connector.member(VPN, member["id"]) == (200, member)
    assert await connector.member(teams.world.direct(MIKA).id, MIKA) == (200, member)
    assert await connector.member(GROUP_CHATS["night-shift"], MIKA) == (200, member)
    guest = (await connector.member(VPN, OBJECT_IDS["gil"]))[1]
    assert ("#EXT#" in guest["userPrincipalName"], guest["userRole"]) == (True, "guest")
    assert (await connector.member(VPN, OBJECT_IDS["sol"]))[1]["tenantId"] == PARTNER_TENANT
    elsewhere = await connector.member(teams.world.direct(MIKA).id, OBJECT_IDS["oda"])
    left = await connector.member(VPN, OBJECT_IDS["dee"])
    assert code(elsewhere) == code(left) == (404, "MemberNotFoundInConversation")


async def test_a_roster_calls_the_object_id_otherwise_and_counts_the_app(teams: Teams, connector: Connector) -> None:
    _, page = await connector.roster(teams.world.direct(MIKA).id, "")
    (member,) = page["members"]
    assert (member["aadObjectId"], "objectId" in member, page["totalCount"]) == (MIKA, False, 2)
    teams.page_size = 3
    _, page = await connector.roster(VPN, "?pageSize=500")
    assert (len(page["members"]), page["totalCount"]) == (3, 8)


async def test_a_roster_comes_in_pages(teams: Teams, connector: Connector) -> None:
    async def names(conversation: str) -> list[list[str]]:
        pages, query = [], "?pageSize=500"
        while True:
            _, page = await connector.roster(conversation, query)
            pages.append([member["givenName"] for member in page["members"]])
            if "continuationToken" not in page:
                return pages
            query = f"?pageSize=500&continuationToken={page['continuationToken']}"

    assert await names(VPN) == [["Mika", "Ren", "Oda", "Ada", "Alex", "Gil", "Sol"]]
    teams.page_size = 3
    assert await names(VPN) == [["Mika", "Ren", "Oda"], ["Ada", "Alex", "Gil"], ["Sol"]]
    assert code(await connector.roster(VPN, "?pageSize=all")) == (400, "BadArgument")
    assert await names(TEAM_IDS["Desk"]) == [["Mika", "Ren", "Oda"], ["Ada", "Alex", "Gil"]]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ([], "BadSyntax"),
        ({"text": "no type"}, "BadSyntax"),
        ({"type": "shout", "text": "x"}, "BadSyntax"),
        (hello("  "), "BadSyntax"),
        (hello(textFormat="rich"), "BadSyntax"),
        (hello(attachments=["x"]), "BadArgument"),
        (hello(attachments=[{"contentType": "application/x-unknown"}]), "BadArgument"),
        (hello(attachments=[{"contentType": CARD_TYPE, "content": {"type": "AdaptiveCard"}}]), "BadSyntax"),
        (hello(attachments=[{"contentType": CONSENT_TYPE, "name": "a.txt", "content": {}}]), "BadArgument"),
        (hello(entities=["x"]), "BadSyntax"),
        (hello(entities=[{"type": "mention", "text": "<at>Mika</at>", "mentioned": {"id": "29:x"}}]), "BadArgument"),
    ],
)
async def test_what_is_no_message_is_refused(connector: Connector, body: Any, refused: str) -> None:
    assert code(await connector.send(VPN, body)) == (400, refused)


async def test_a_message_has_a_size(teams: Teams, connector: Connector) -> None:
    assert code(await connector.send(VPN, hello("x" * 102_400))) == (413, "MessageSizeTooBig")
    assert (await connector.send(VPN, hello("x" * 80_000)))[0] == 201
    assert (await connector.send(VPN, {"type": "typing"}))[0] == 201
    assert len(teams.person("mika").sees("#vpn")) == 1


async def test_one_conversation_hears_seven_messages_a_second(teams: Teams, connector: Connector) -> None:
    answers = [await connector.send(VPN, hello(str(number))) for number in range(8)]
    assert [status for status, _ in answers] == [201] * 7 + [429]
    assert code(answers[-1]) == (429, "Throttled")
    assert int(connector.headers["Retry-After"]) in {1, 2}
    assert (await connector.send(CHANNELS["it-help"], hello()))[0] == 201
    teams.limits = False
    assert (await connector.send(VPN, hello()))[0] == 201


async def test_calls_fail_as_ordered(teams: Teams, connector: Connector) -> None:
    teams.fail("sendToConversation", status=429, retry_after=3)
    assert code(await connector.send(VPN, hello())) == (429, "Throttled")
    assert connector.headers["Retry-After"] == "3"
    teams.fail("sendToConversation", status=412)
    assert code(await connector.send(VPN, hello())) == (412, "PreconditionFailed")
    teams.fail("*", status=502, times=2)
    assert [(await connector.send(VPN, hello()))[0], (await connector.member(VPN, MIKA))[0]] == [502, 502]
    teams.fail("sendToConversation", status=403, code="ConversationBlockedByUser")
    assert code(await connector.send(VPN, hello())) == (403, "ConversationBlockedByUser")
    assert teams.person("mika").sees("#vpn") == []
    teams.fail("sendToConversation", after=True)
    assert code(await connector.send(VPN, hello("done"))) == (500, "ServiceError")
    assert [shown.plain for shown in teams.person("mika").sees("#vpn")] == ["done"]
    teams.fail("sendToConversation", status=0)
    with pytest.raises(aiohttp.ClientError):
        await connector.send(VPN, hello())
    teams.fail("token", status=503)
    assert (await connector.log_in())[0] == 503
    assert teams.idle()
