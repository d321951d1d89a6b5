"""What people do in the simulated Teams, heard by an app."""

from collections.abc import AsyncIterator

import pytest

from sandbox.teams import Change, Teams
from sandbox.teams.people import CHANNELS, OBJECT_IDS
from sandbox.teams.people import TEAMS as TEAM_IDS
from tests.sandbox.teams_app import GO, TOAST, App, card, hearing, running, text


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with running() as teams:
        yield teams


@pytest.fixture
async def app(teams: Teams) -> AsyncIterator[App]:
    async with hearing(teams) as app:
        yield app


async def test_a_message_in_a_channel_mentions_the_app(teams: Teams, app: App) -> None:
    mika = teams.person("mika")
    ack = await mika.say("/vpn on <b> & @oda @nobody mika@example.com", "#vpn")
    assert (ack.status, ack.error) == (200, "")
    (heard,) = app.heard
    (seen,) = teams.person("oda").sees("#vpn")
    assert seen.plain == "/vpn on <b> & @oda @nobody mika@example.com"
    assert heard["text"] == (
        "<at>Deskside</at>&nbsp;/vpn on &lt;b&gt; &amp; <at>Oda Falk</at> @nobody mika@example.com"
    )
    assert heard["conversation"] == {
        "isGroup": True,
        "conversationType": "channel",
        "tenantId": teams.tenant_id,
        "id": f"{CHANNELS['vpn']};messageid={seen.id}",
    }
    assert heard["from"] == {
        "id": teams.world.people[mika.id].account_id,
        "name": "Mika Lind",
        "aadObjectId": OBJECT_IDS["mika"],
    }
    assert (heard["type"], heard["channelId"], heard["id"]) == ("message", "msteams", seen.id)
    assert heard["recipient"]["id"] == f"28:{teams.app_id}"
    assert heard["serviceUrl"] == teams.service_url
    assert heard["channelData"]["team"] == {"id": TEAM_IDS["Desk"]}
    assert heard["channelData"]["channel"] == {"id": CHANNELS["vpn"]}
    assert heard["channelData"]["tenant"] == {"id": teams.tenant_id}
    mentioned = [entity["mentioned"]["id"] for entity in heard["entities"] if entity["type"] == "mention"]
    assert mentioned == [f"28:{teams.app_id}", teams.world.people[OBJECT_IDS["oda"]].account_id]
    assert heard["localTimezone"] == "Europe/Berlin"


async def test_a_chat_needs_no_mention_and_an_answer_stays_in_its_thread(teams: Teams, app: App) -> None:
    ren = teams.person("ren")
    await ren.say("vpn on", "@me")
    await ren.say("first", "vpn")
    root = ren.sees("vpn")[0].id
    await ren.say("second", "vpn", thread=root)
    await teams.person("oda").say("status", "night-shift")
    private, first, second, group = app.heard
    assert (private["text"], private["localTimezone"]) == ("vpn on", "Asia/Tokyo")
    assert private["conversation"]["conversationType"] == "personal"
    assert private["conversation"]["id"].startswith("a:")
    assert "isGroup" not in private["conversation"]
    assert first["conversation"]["id"] == second["conversation"]["id"] == f"{CHANNELS['vpn']};messageid={root}"
    assert second["id"] != root
    assert group["conversation"]["conversationType"] == "groupChat"
    assert "team" not in group["channelData"]
    assert [shown.plain for shown in ren.dms()] == ["vpn on"]
    with pytest.raises(LookupError, match="ren is not in night-shift"):
        await ren.say("hello", "night-shift")


async def test_the_app_hears_only_what_is_meant_for_it(teams: Teams, app: App) -> None:
    assert (await teams.person("mika").say("just talking", "#vpn", mention=False)).status == 0
    assert (await teams.person("oda").say("vpn on", "#ops")).status == 0
    assert app.heard == []
    assert len(teams.person("mika").sees("#vpn")) == 1


async def test_the_app_is_installed_and_taken_away(teams: Teams, app: App) -> None:
    mika = teams.person("mika")
    await mika.uninstall()
    assert (await mika.say("vpn on", "@me")).status == 0
    await mika.install()
    removed, uninstalled, added, installed = app.heard
    assert (removed["type"], removed["membersRemoved"]) == ("conversationUpdate", [{"id": f"28:{teams.app_id}"}])
    assert (uninstalled["type"], uninstalled["action"]) == ("installationUpdate", "remove")
    assert [member["id"][:3] for member in added["membersAdded"]] == ["28:", "29:"]
    assert (installed["action"], installed["conversation"]["conversationType"]) == ("add", "personal")


async def test_a_team_gets_the_app_once_for_all_its_channels(teams: Teams, app: App) -> None:
    oda = teams.person("oda")
    await teams.install("Ops")
    roster, installed = app.heard
    assert roster["channelData"]["team"]["name"] == "Ops"
    assert roster["channelData"]["eventType"] == "teamMemberAdded"
    assert roster["conversation"]["id"] == TEAM_IDS["Ops"]
    assert installed["action"] == "add"
    assert (await oda.say("hello", "#ops")).status == 200
    await teams.install("Ops", installed=False)
    assert (await oda.say("hello", "#ops")).status == 0


async def test_the_app_is_told_of_everything_at_once(teams: Teams, app: App) -> None:
    acks = await teams.installs()
    assert {ack.status for ack in acks} == {200}
    kinds = [heard["conversation"]["conversationType"] for heard in app.heard if heard["type"] == "installationUpdate"]
    assert (kinds.count("channel"), kinds.count("groupChat"), kinds.count("personal")) == (1, 1, 6)


async def test_what_was_sent_can_be_sent_again_and_changed(teams: Teams, app: App) -> None:
    mika = teams.person("mika")
    await mika.say("vpn status", "#vpn")
    await teams.resend(teams.wire.sent[0])
    first, second = app.heard
    assert first == second == teams.wire.sent[0].activity
    await teams.deliver(mika.activity("vpn on", "#vpn") | {"channelId": "webchat"})
    assert app.heard[-1]["channelId"] == "webchat"
    assert len(mika.sees("#vpn")) == 1


async def test_screens_hear_of_every_change(teams: Teams, app: App) -> None:
    changes: list[Change] = []
    teams.world.listeners.append(changes.append)
    mika = teams.person("mika")
    id_ = await app.show(CHANNELS["vpn"], card(text("VPN is on"), actions=[GO]))
    app.answer = {"statusCode": 200, "type": TOAST, "value": "Received"}
    await mika.press("End mine", mika.sees("#vpn")[0])
    await app.edit(CHANNELS["vpn"], id_, card(text("VPN is off")))
    await mika.uninstall()
    assert [change.kind for change in changes] == ["message", "toast", "message", "world"]
    assert (changes[1].user, changes[1].text) == (mika.id, "Received")


async def test_a_text_without_a_card_is_markdown_unless_it_says_plain(teams: Teams, app: App) -> None:
    written = "**on** [here](https://forged.example) <at>Mika Lind</at>"
    mika = teams.world.person("mika")
    mention = {
        "type": "mention",
        "text": "<at>Mika Lind</at>",
        "mentioned": {"id": mika.account_id, "name": "Mika Lind"},
    }
    await app.say(CHANNELS["vpn"], text=written, entities=[mention])
    await app.say(CHANNELS["vpn"], text="**on** [here](https://x.example)", textFormat="plain")
    marked, plain = teams.person("mika").sees("#vpn")
    assert (marked.plain, marked.links, marked.mentions) == (
        "on here Mika Lind",
        ("https://forged.example",),
        (mika.account_id,),
    )
    assert (plain.plain, plain.links, plain.mentions) == ("**on** [here](https://x.example)", (), ())
