"""The rules of identity: who has a key, and that unknown never becomes a colleague."""

import pytest

from bot.people import UNREACHABLE, People
from commands.config import Config
from commands.request import Person
from notifiers.delivery import TryLater
from notifiers.member import Member
from notifiers.place import Platform

CONFIG = """
admin_place: slack:C0ADMIN001
identity:
  slack_team: T0OURS
  domains: [example.com, example.org]
  people:
    - {email: boss@example.com, slack: U0BOSS}
roles:
  operator: {slack_usergroups: [S0OPERATOR]}
  admin: {slack_usergroups: [S0ADMINS]}
"""


class Book:
    """A directory by hand."""

    def __init__(self) -> None:
        self.members = [
            self.of("U0MIKA", "mika@example.com"),
            self.of("U0REN", "ren@example.org"),
            self.of("U0BOSS", "the-ceo@private.example"),
            self.of("U0FAKE", "boss@example.com"),
            self.of("U0ELSE", "else@other.example"),
            self.of("U0NONE", None),
            self.of("U0GUEST", "guest@example.com", lacking="yours is a guest account"),
            self.of("U0SOL", "sol@example.com", organisations=frozenset({"T0PARTNER"})),
            self.of("U0TRICK", "mika@example.com.evil.example"),
            self.of("U0AT", "mika@evil.example@example.com"),
        ]
        self.groups = {"S0OPERATOR": frozenset({"U0MIKA"}), "S0ADMINS": frozenset({"U0BOSS"})}
        self.away = False
        self.fresh: list[bool] = []

    @staticmethod
    def of(user: str, email: str | None, **changes: object) -> Member:
        member = Member(
            platform="slack",
            user=user,
            name=user.lower(),
            email=email,
            timezone="Asia/Tokyo",
            organisations=frozenset({"T0OURS"}),
        )
        return member.model_copy(update=changes)

    def _open(self, *, fresh: bool = False) -> None:
        self.fresh.append(fresh)
        if self.away:
            raise TryLater("Slack does not answer")

    async def home(self) -> str:
        self._open()
        return "T0OURS"

    async def member(self, user: str, *, fresh: bool = False) -> Member | None:
        self._open(fresh=fresh)
        return next((member for member in self.members if member.user == user), None)

    async def by_email(self, email: str, *, fresh: bool = False) -> Member | None:
        self._open(fresh=fresh)
        return next((member for member in self.members if member.email == email), None)

    async def group(self, group: str, *, fresh: bool = False) -> frozenset[str]:
        self._open(fresh=fresh)
        return self.groups.get(group, frozenset())


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def people(book: Book) -> People:
    return People({"slack": book}, lambda: Config.parse(CONFIG))


async def person(people: People, user: str) -> Person:
    return await people.person("slack", user)


async def test_a_colleagues_key_is_their_address(people: People) -> None:
    mika = await person(people, "U0MIKA")
    assert (mika.key, mika.stranger, mika.timezone) == ("mika@example.com", None, "Asia/Tokyo")
    assert (await person(people, "U0REN")).key == "ren@example.org"


async def test_an_exception_has_the_key_that_the_configuration_gives(people: People) -> None:
    assert (await person(people, "U0BOSS")).key == "boss@example.com"


async def test_nobody_else_gets_the_key_of_an_exception(people: People) -> None:
    assert (await person(people, "U0FAKE")).key is None


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ("U0GUEST", "guest"),
        ("U0SOL", "belongs to another one"),
        ("U0ELSE", "other.example"),
        ("U0TRICK", "evil.example"),
        ("U0AT", "evil.example"),
        ("U0NONE", "e-mail"),
        ("U0NOBODY", "don't know"),
    ],
)
async def test_everybody_else_has_no_key_and_hears_why(people: People, user: str, why: str) -> None:
    nobody = await person(people, user)
    assert nobody.key is None
    assert nobody.stranger is not None
    assert why in nobody.stranger


async def test_a_lost_directory_makes_nobody_a_colleague(people: People, book: Book) -> None:
    book.away = True
    mika = await person(people, "U0MIKA")
    assert (mika.key, mika.stranger) == (None, UNREACHABLE)
    with pytest.raises(TryLater):
        await people.groups("slack", "U0MIKA")


async def test_groups_are_those_of_the_configuration(people: People, book: Book) -> None:
    book.groups["S0OTHER"] = frozenset({"U0MIKA"})
    assert await people.groups("slack", "U0MIKA") == {"S0OPERATOR"}
    assert await people.groups("slack", "U0ELSE") == frozenset()


async def test_for_a_decision_everything_is_read_afresh(people: People, book: Book) -> None:
    await people.person("slack", "U0MIKA", fresh=True)
    await people.groups("slack", "U0MIKA", fresh=True)
    assert book.fresh == [True, True, True]


async def test_without_a_team_in_the_configuration_it_is_the_tokens(book: Book) -> None:
    people = People({"slack": book}, lambda: Config.parse(CONFIG.replace("  slack_team: T0OURS\n", "")))
    assert (await person(people, "U0MIKA")).key == "mika@example.com"
    assert (await person(people, "U0SOL")).key is None


async def test_without_a_zone_a_person_has_the_configurations(people: People, book: Book) -> None:
    book.members[0] = book.members[0].model_copy(update={"timezone": None})
    assert (await person(people, "U0MIKA")).timezone == "UTC"


async def test_a_key_is_found_with_the_same_rules(people: People) -> None:
    for key, user in {"mika@example.com": "U0MIKA", "boss@example.com": "U0BOSS"}.items():
        member = await people.find("slack", key)
        assert member is not None
        assert member.user == user
    for key in ("guest@example.com", "else@other.example", "sol@example.com", "nobody@example.com"):
        assert await people.find("slack", key) is None


async def test_who_has_left(people: People, book: Book) -> None:
    assert not await people.has_left("mika@example.com")
    book.members[0] = book.members[0].model_copy(update={"lacking": "that account is deactivated"})
    assert await people.has_left("mika@example.com")
    assert await people.has_left("long-gone@example.com")
    assert book.fresh[-1]


async def test_nobody_has_left_while_the_directory_is_away(people: People, book: Book) -> None:
    book.away = True
    with pytest.raises(TryLater):
        await people.has_left("mika@example.com")


async def test_a_persons_zone_is_known_where_the_directory_answers(people: People, book: Book) -> None:
    assert await people.timezone("mika@example.com") == "Asia/Tokyo"
    assert await people.timezone("nobody@example.com") is None
    book.away = True
    assert await people.timezone("mika@example.com") is None


async def test_without_a_directory_nobody_has_left() -> None:
    people = People({}, lambda: Config.parse(CONFIG))
    assert not people.sees_everybody
    assert not await people.has_left("mika@example.com")


async def test_who_may_be_in_a_chat_that_cannot_be_read_has_not_left(book: Book) -> None:
    teams: tuple[Platform, ...] = ("teams",)
    both = People({"slack": book}, lambda: Config.parse(CONFIG), unread=teams)
    assert not both.sees_everybody
    assert not await both.has_left("long-gone@example.com")
    text = CONFIG.replace("slack: U0BOSS}", "slack: U0BOSS}\n    - {email: tea@example.com, teams: 19-tea}")
    assert not await People({"slack": book}, lambda: Config.parse(text)).has_left("tea@example.com")
