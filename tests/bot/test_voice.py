"""The voice over several chats: each request is answered in the chat that it came from."""

import pytest

from bot.voice import ChatVoice
from commands.request import Request
from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.message import Form, FormField, Message, line
from notifiers.outbox import Outbox
from notifiers.place import Place, Platform, Recipient

ASKED = Place(scheme="teams", id="19:vpn@thread.tacv2")
OWN = Place(scheme="teams", id="a:mika")


class OneChat:
    """A chat by hand."""

    how_to_type: str | None = None

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.forms: list[str] = []
        self.own: Place | None = None
        self.broken: Exception | None = None

    async def answer(self, to: Recipient, message: Message) -> None:
        self.answers.append(message.summary)

    async def ask(self, request: Request, form: Form) -> None:
        self.forms.append(form.title)

    async def can_post(self, place: Place) -> bool:
        return place == ASKED

    async def has_member(self, place: Place, user: str) -> bool:
        return (place, user) == (ASKED, "U1")

    async def private_place(self, request: Request) -> Place | None:
        if self.broken is not None:
            raise self.broken
        return self.own


class Noted:
    """Remembers who was heard where, or fails."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Platform]] = []
        self.broken = False

    async def note(self, key: str, platform: Platform) -> None:
        if self.broken:
            raise ConnectionError("the table is away")
        self.heard.append((key, platform))


class Nowhere(Outbox):
    """An outbox that nothing is put into here."""

    def __init__(self) -> None: ...


@pytest.fixture
def chats() -> dict[Platform, OneChat]:
    return {"slack": OneChat(), "teams": OneChat()}


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def voice(chats: dict[Platform, OneChat], noted: Noted) -> ChatVoice:
    return ChatVoice(chats, Nowhere(), noted.note)


def request(platform: Platform = "teams") -> Request:
    to = Recipient(platform=platform, user="U1")
    return Request(id="1", correlation="c", platform=platform, user="U1", place=ASKED, text="vpn", recipient=to)


async def test_each_chat_answers_for_itself(voice: ChatVoice, chats: dict[Platform, OneChat]) -> None:
    form = Form(title="How long?", command="vpn on", fields=(FormField(name="duration", label="How long"),))
    for platform in chats:
        asked = request(platform)
        await voice.answer(asked.recipient, line(f"in {platform}"))
        await voice.ask(asked, form)

    assert [chat.answers for chat in chats.values()] == [["in slack"], ["in teams"]]
    assert [chat.forms for chat in chats.values()] == [["How long?"], ["How long?"]]


async def test_where_it_can_post(voice: ChatVoice) -> None:
    assert await voice.can_post(ASKED)
    assert not await voice.can_post(Place(scheme="slack", id="C0OPS"))
    assert await voice.can_post(Place.person("mika@example.com"))
    assert not await voice.can_post(Place(scheme="mailto", id="mika@example.com"))


async def test_who_is_where_only_their_own_chat_tells(voice: ChatVoice) -> None:
    assert await voice.is_in(request(), ASKED)
    assert not await voice.is_in(request(), OWN)
    assert not await voice.is_in(request("slack"), ASKED)


async def test_private_answers_are_where_the_chat_says(voice: ChatVoice, chats: dict[Platform, OneChat]) -> None:
    assert await voice.private_place(request()) == ASKED, "until there is another place"
    chats["teams"].own = OWN
    assert await voice.private_place(request()) == OWN


@pytest.mark.parametrize("error", [TryLater("busy"), PlaceGone("not installed"), Refused("no")])
async def test_where_a_chat_cannot_say_it_is_where_it_was_asked(
    voice: ChatVoice, chats: dict[Platform, OneChat], error: Exception
) -> None:
    chats["teams"].broken = error
    assert await voice.private_place(request()) == ASKED


async def test_where_somebody_talks_is_noted_and_never_fails(
    voice: ChatVoice, noted: Noted, caplog: pytest.LogCaptureFixture
) -> None:
    await voice.heard("mika@example.com", "teams")
    noted.broken = True
    await voice.heard("mika@example.com", "slack")

    assert noted.heard == [("mika@example.com", "teams")]
    assert "it could not be noted in which chat somebody is" in caplog.text
