"""What people do in the simulated Teams, heard by an app."""

from collections.abc import AsyncIterator
from typing import Any

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


def sent(teams: Teams) -> list[dict[str, Any]]:
    """The activities, as they went out: what does not wait for each other may come in otherwise."""
    return [one.activity for one in teams.wire.sent]


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
    uninstalled, removed, installed, added = sent(teams)
    assert len(app.heard) == 4
    assert (uninstalled["type"], uninstalled["action"]) == ("installationUpdate", "remove")
    assert (removed["type"], removed["membersRemoved"]) == ("conversationUpdate", [{"id": f"28:{teams.app_id}"}])
    assert (installed["action"], installed["conversation"]["conversationType"]) == ("add", "personal")
    assert [member["id"][:3] for member in added["membersAdded"]] == ["29:", "28:"]


async def test_an_install_tells_little_of_who_does_it(teams: Teams, app: App) -> None:
    mika, chat = teams.person("mika"), teams.world.direct(OBJECT_IDS["mika"]).id
    await mika.install()
    installed, added = sent(teams)
    for told in (installed, added):
        assert told["from"] == {"id": teams.world.people[mika.id].account_id, "aadObjectId": mika.id}
        assert told.keys().isdisjoint({"localTimestamp", "localTimezone"})
        assert "name" not in told["conversation"]
    assert installed["entities"] == [{"type": "clientInfo", "locale": "en-GB"}]
    assert installed["channelData"]["settings"] == {"selectedChannel": {"id": chat}}
    assert added["channelData"] == {"tenant": {"id": teams.tenant_id}}
    assert added.keys().isdisjoint({"entities", "locale", "action"})


async def test_teams_does_not_wait_between_the_two_that_tell_of_an_install(teams: Teams, app: App) -> None:
    unanswered: list[int] = []
    teams.wire.changed = lambda: unanswered.append(teams.wire.outstanding)
    await teams.person("mika").install()
    assert unanswered == [1, 0]
    await teams.install("Ops")
    assert unanswered == [1, 0, 1, 0]


async def test_a_group_chat_and_a_channel_are_named(teams: Teams, app: App) -> None:
    await teams.installs()
    told = [one for one in sent(teams) if one["conversation"]["conversationType"] != "personal"]
    names = {(one["type"], one["conversation"]["conversationType"]): one["conversation"].get("name") for one in told}
    assert names == {
        ("installationUpdate", "channel"): "General",
        ("conversationUpdate", "channel"): "General",
        ("installationUpdate", "groupChat"): "night-shift",
        ("conversationUpdate", "groupChat"): None,
    }
    added = [one["membersAdded"] for one in told if one["type"] == "conversationUpdate"]
    assert added == [[{"id": f"28:{teams.app_id}"}]] * 2


async def test_a_team_gets_the_app_once_for_all_its_channels(teams: Teams, app: App) -> None:
    oda = teams.person("oda")
    await teams.install("Ops")
    installed, roster = sent(teams)
    assert roster["channelData"]["team"]["name"] == "Ops"
    assert roster["channelData"]["eventType"] == "teamMemberAdded"
    for told in (installed, roster):
        assert told["conversation"]["id"] == TEAM_IDS["Ops"]
        assert told["channelData"]["channel"] == {"id": TEAM_IDS["Ops"]}
        assert told["channelData"]["settings"] == {"selectedChannel": {"id": TEAM_IDS["Ops"]}}
        assert told["channelData"].keys().isdisjoint({"teamsChannelId", "teamsTeamId"})
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
