"""Files in Teams: offered in one's own chat, put into OneDrive when accepted."""

from typing import Any

import pytest

from notifiers.delivery import TryLater
from notifiers.message import Code, File, Message, line
from notifiers.place import Place
from notifiers.teams import Teams
from notifiers.teams_api import TeamsApi, TeamsRefused
from notifiers.teams_files import ABOUT, CONSENT
from sandbox import teams as simulated
from tests.notifiers.teams.world import MIKAS, VPN, Desk, to

PROFILE = Message(title="", summary="your profile", files=(File(name="tokyo.ovpn", content="client\nプロト udp\n"),))


async def consented(
    tenant: simulated.Teams, name: str = "mika", *, accepted: bool = True
) -> tuple[str, dict[str, Any]]:
    """Let the person answer the newest offer; what the invoke says: nonce and uploadInfo."""
    person = tenant.person(name)
    offer = next(shown for shown in reversed(person.dms()) if shown.offers)
    await (person.accept(offer) if accepted else person.decline(offer))
    value = tenant.wire.sent[-1].activity["value"]
    return value["context"]["file"], value.get("uploadInfo") or {}


@pytest.fixture(autouse=True)
def nobody_listens(tenant: simulated.Teams) -> None:
    """What people send is only recorded: the listener is not a matter of these tests."""
    tenant.bot_url = "http://127.0.0.1:9/api/messages"


async def test_a_file_is_offered_and_delivered_when_accepted(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    mika = await desk.meets("mika", "#vpn")
    await teams.answer(to(reply_to=VPN.id), PROFILE)
    assert [(shown.text, shown.offers) for shown in mika.dms()] == [
        ("tokyo.ovpn", ("tokyo.ovpn",)),
        ("your profile", ()),
    ]
    assert mika.sees("#vpn") == []
    (card,) = tenant.world.visible(mika.id, mika.dms()[0].conversation)[0].attachments
    assert card["content"]["description"] == ABOUT
    nonce, upload = await consented(tenant)
    await teams.accept_file(nonce, upload, by=mika.id)
    assert mika.dms()[-1].files == {"tokyo.ovpn": "client\nプロト udp\n"}


async def test_a_file_is_delivered_once(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    mika = await desk.meets("mika")
    await teams.post(MIKAS, PROFILE)
    nonce, upload = await consented(tenant)
    for _ in range(2):
        await teams.accept_file(nonce, upload)
    await teams.decline_file(nonce)
    assert desk.asked("upload") == 1
    assert len(mika.dms()) == 3


async def test_somebody_else_cannot_take_it(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    await desk.meets("mika")
    ren = await desk.meets("ren")
    await teams.post(MIKAS, PROFILE)
    nonce, upload = await consented(tenant)
    await teams.accept_file(nonce, upload, by=ren.id)
    assert desk.asked("upload") == 0
    await teams.accept_file("0" * 32, upload, by=ren.id)
    assert ren.dms() == []


async def test_a_declined_file_is_a_line(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    mika = await desk.meets("mika")
    await teams.post(MIKAS, PROFILE)
    nonce, _ = await consented(tenant, accepted=False)
    await teams.decline_file(nonce, by=mika.id)
    assert mika.dms()[-1].text == "tokyo.ovpn is not sent."
    assert not mika.dms()[-1].offers


async def test_an_upload_that_fails_is_offered_once_more(
    desk: Desk, tenant: simulated.Teams, teams: Teams, naps: list[float]
) -> None:
    mika = await desk.meets("mika")
    await teams.post(MIKAS, PROFILE)
    tenant.fail("upload", status=503, times=3)
    await teams.accept_file(*await consented(tenant))
    assert len(naps) == 2
    assert "could not be saved" in mika.dms()[-1].plain
    await teams.accept_file(*await consented(tenant))
    assert list(mika.dms()[-1].files) == ["tokyo.ovpn"]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://contoso.sharepoint.com/x",
        "https://a@sharepoint.com/",
        "file:///etc",
        "",
        "https://[::1.sharepoint.com/",
        "https://a..sharepoint.com/",
        f"https://{'a' * 64}.sharepoint.com/",
    ],
)
async def test_a_file_goes_nowhere_but_into_onedrive(
    desk: Desk, tenant: simulated.Teams, teams: Teams, api: TeamsApi, refused: list[str], url: str
) -> None:
    with pytest.raises(TeamsRefused):
        await api.upload(url, b"x")
    assert refused == []
    await desk.meets("mika")
    await teams.post(MIKAS, PROFILE)
    nonce, upload = await consented(tenant)
    await teams.accept_file(nonce, {**upload, "uploadUrl": url})
    assert desk.asked("upload") == 0


async def test_in_ones_own_chat_named_by_its_id_a_file_is_offered_too(
    desk: Desk, tenant: simulated.Teams, teams: Teams
) -> None:
    mika = await desk.meets("mika")
    await teams.post(Place(scheme="teams", id=tenant.world.direct(mika.id).id), PROFILE)
    assert [shown.offers for shown in mika.dms()] == [("tokyo.ovpn",), ()]


async def test_a_channel_is_told_that_files_come_elsewhere(desk: Desk, teams: Teams) -> None:
    mika = await desk.meets("mika", "#vpn")
    await teams.post(VPN, PROFILE)
    (shown,) = mika.sees("#vpn")
    assert "Files come only in one's own chat with me: tokyo.ovpn." in shown.plain
    assert "your profile" in shown.plain


async def test_what_does_not_fit_goes_along_as_a_file(desk: Desk, teams: Teams) -> None:
    mika = await desk.meets("mika")
    await teams.answer(
        to(), Message(title="Long", summary="long", blocks=tuple(Code(text="x" * 2900) for _ in range(60)))
    )
    assert mika.dms()[0].offers == ("full-text.txt",)


async def test_a_file_that_is_too_long_or_empty_is_said(desk: Desk, teams: Teams) -> None:
    mika = await desk.meets("mika")
    files = (File(name="long.txt", content="x" * 360_000), File(name="empty.txt", content=""), *PROFILE.files)
    await teams.post(MIKAS, PROFILE.model_copy(update={"files": files}))
    offer, said = mika.dms()
    assert offer.offers == ("tokyo.ovpn",)
    assert "Not sent: long.txt, empty.txt (360 KB is more than can be sent, it is empty)." in said.plain


@pytest.mark.parametrize("content", ["\n" * 300_000, "語" * 115_000, "\ud800 alone"])
async def test_any_file_that_is_offered_fits_into_the_table(desk: Desk, teams: Teams, content: str) -> None:
    mika = await desk.meets("mika")
    await teams.post(MIKAS, PROFILE.model_copy(update={"files": (File(name="a.txt", content=content),)}))
    assert mika.dms()[-1].text == "your profile"
    assert mika.dms()[0].offers == ("a.txt",) or "Not sent: a.txt" in mika.dms()[0].plain


async def test_a_file_that_may_not_be_offered_does_not_hold_up_its_message(
    desk: Desk, tenant: simulated.Teams, teams: Teams, told: list[str]
) -> None:
    mika = await desk.meets("mika")
    tenant.fail("sendToConversation", status=400, code="BadArgument")
    await teams.post(MIKAS, PROFILE)
    (shown,) = mika.dms()
    assert "Not sent: tokyo.ovpn (Teams says BadArgument)." in shown.plain
    assert "supportsFiles" in told[0]


async def test_files_come_before_the_message_so_that_trying_again_repeats_neither(
    desk: Desk, tenant: simulated.Teams, teams: Teams
) -> None:
    mika = await desk.meets("mika")
    tenant.fail("sendToConversation", status=503)
    with pytest.raises(TryLater):
        await teams.post(MIKAS, PROFILE)
    assert mika.dms() == []


async def test_a_message_that_is_tried_again_offers_its_files_once(
    desk: Desk, tenant: simulated.Teams, teams: Teams, api: TeamsApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    mika = await desk.meets("mika")
    real = api.send

    async def cards_lose_their_answers(at: Any, activity: Any, *, tries: int = 3) -> str:
        said = await real(at, activity, tries=tries)
        if CONSENT not in str(activity):
            raise TryLater("no answer in time")
        return said

    with monkeypatch.context() as patch:
        patch.setattr(api, "send", cards_lose_their_answers)
        for _ in range(3):
            with pytest.raises(TryLater):
                await teams.post(MIKAS, PROFILE)
    await teams.post(MIKAS, PROFILE)
    assert sum(bool(shown.offers) for shown in mika.dms()) == 1

    await teams.post(MIKAS, PROFILE)  # asked for once more
    assert sum(bool(shown.offers) for shown in mika.dms()) == 2


async def test_an_offer_whose_answer_is_lost_is_the_same_offer_again(
    desk: Desk, tenant: simulated.Teams, teams: Teams
) -> None:
    mika = await desk.meets("mika")
    tenant.fail("sendToConversation", status=503, after=True)
    with pytest.raises(TryLater):
        await teams.post(MIKAS, PROFILE)
    await teams.post(MIKAS, PROFILE)
    offers = [shown for shown in mika.dms() if shown.offers]
    nonces = [
        card["content"]["acceptContext"]["file"]
        for said in tenant.world.visible(mika.id, offers[0].conversation)
        for card in said.attachments
        if card["contentType"] == CONSENT
    ]
    assert len(nonces) == 2
    assert len(set(nonces)) == 1


async def test_an_update_leaves_files_as_they_are(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    await desk.meets("mika")
    said = await teams.post(MIKAS, line("one"))
    await teams.update(MIKAS, said, PROFILE)
    bodies = [call.args["body"] for call in tenant.calls if "activities" in str(call.args) or "body" in call.args]
    assert not any(CONSENT in str(body) for body in bodies)
