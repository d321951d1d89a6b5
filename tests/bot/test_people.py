"""The rules of identity: who has a key, and that unknown never becomes a colleague."""

import pytest

from bot.people import UNREACHABLE, People
from commands.config import Config
from commands.request import Person, Request
from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.member import Member
from notifiers.place import Place, Platform, Recipient

CONFIG = """
admin_place: slack:C0ADMIN001
identity:
  slack_team: T0OURS
  domains: [example.com, example.org]
  directory_user: address
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
        self.organisation = "T0OURS"
        self.unreadable: dict[str, Exception] = {}
        self.away = False
        self.fresh: list[bool] = []
        self.other_ids = {"29:mika": "U0MIKA"}

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
        return self.organisation

    async def member(self, user: str, *, fresh: bool = False) -> Member | None:
        self._open(fresh=fresh)
        user = self.other_ids.get(user, user)
        return next((member for member in self.members if member.user == user), None)

    async def by_email(self, email: str, *, fresh: bool = False) -> Member | None:
        self._open(fresh=fresh)
        return next((member for member in self.members if member.email == email), None)

    async def group(self, group: str, *, fresh: bool = False) -> frozenset[str]:
        self._open(fresh=fresh)
        if group in self.unreadable:
            raise self.unreadable[group]
        return self.groups.get(group, frozenset())


TENANT = "00000000-0000-4000-8000-00000000de5c"
MIKA_IN_TEAMS = "00000000-0000-4000-8000-00000000a11c"


class TeamsBook(Book):
    """Teams has only those whom Deskside has met."""

    def __init__(self) -> None:
        super().__init__()
        self.organisation = TENANT
        self.members = [self.in_teams(MIKA_IN_TEAMS, "mika@example.com")]
        self.other_ids = {"29:mika": MIKA_IN_TEAMS}
        self.known = {"mika@example.com"}
        self.silent = False
        self.named: list[str | None] = []

    def in_teams(self, user: str, email: str) -> Member:
        return self.of(
            user, email, platform="teams", organisations=frozenset({TENANT}), timezone="Europe/Berlin", name=email
        )

    async def gone(self, key: str, user: str | None) -> bool | None:
        self.named.append(user)
        return not self.silent if key in self.known else None


def asks(platform: Platform, user: str, team: str | None) -> Request:
    """A request of this user, who acts from that team or tenant."""
    return Request(
        id="1",
        correlation="c0ffee",
        platform=platform,
        user=user,
        place=Place(scheme=platform, id="vpn"),
        text="vpn on",
        recipient=Recipient(platform=platform, user=user),
        team=team,
    )


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def people(book: Book) -> People:
    return People({"slack": book}, lambda: Config.parse(CONFIG))


@pytest.fixture
def teams_book() -> TeamsBook:
    return TeamsBook()


@pytest.fixture
def both(book: Book, teams_book: TeamsBook) -> People:
    """Two chats."""
    return People({"slack": book, "teams": teams_book}, lambda: Config.parse(CONFIG), {"teams": teams_book.gone})


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
    assert await people.groups("slack", "U0MIKA") == frozenset()


async def test_groups_are_those_of_the_configuration(people: People, book: Book) -> None:
    book.groups["S0OTHER"] = frozenset({"U0MIKA"})
    assert await people.groups("slack", "U0MIKA") == {"S0OPERATOR"}
    assert await people.groups("slack", "U0ELSE") == frozenset()


@pytest.mark.parametrize("trouble", [TryLater("missing_scope"), PlaceGone("it was removed"), Refused("no")])
async def test_a_group_that_cannot_be_read_has_nobody_and_shuts_nobody_out(
    people: People, book: Book, trouble: Exception
) -> None:
    book.groups["S0ADMINS"] = frozenset({"U0MIKA"})
    book.unreadable["S0ADMINS"] = trouble
    assert await people.groups("slack", "U0MIKA") == {"S0OPERATOR"}


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


async def test_the_time_zone_of_either_chat_will_do(both: People, book: Book) -> None:
    assert await both.timezone("mika@example.com") == "Asia/Tokyo"
    book.members[0] = book.members[0].model_copy(update={"timezone": None})
    assert await both.timezone("mika@example.com") == "Europe/Berlin"
    book.away = True
    assert await both.timezone("mika@example.com") == "Europe/Berlin"


async def test_a_person_has_the_id_that_the_directory_gives(people: People) -> None:
    assert (await person(people, "29:mika")).user == "U0MIKA"


async def test_whoever_asks_from_here_is_who_they_are(both: People) -> None:
    for request in (asks("slack", "U0MIKA", "T0OURS"), asks("teams", MIKA_IN_TEAMS, TENANT)):
        asker = await both.asker(request)
        assert (asker.platform, asker.key) == (request.platform, "mika@example.com")


@pytest.mark.parametrize("team", ["T0PARTNER", "", None])
async def test_whoever_asks_from_elsewhere_is_nobody_and_hears_why(both: People, team: str | None) -> None:
    in_slack = await both.asker(asks("slack", "U0MIKA", team))
    assert in_slack.key is None
    assert in_slack.stranger == (
        "Deskside is for members of its own workspace, and you are here from another one; "
        "ask a colleague to switch the VPN on for you."
    )
    in_teams = await both.asker(asks("teams", MIKA_IN_TEAMS, team))
    assert in_teams.key is None
    assert in_teams.stranger == (
        "Deskside is for members of its own organisation, and you are here from another one; "
        "ask a colleague to switch the VPN on for you."
    )


async def test_one_chats_organisation_is_not_the_others(both: People) -> None:
    assert (await both.asker(asks("teams", MIKA_IN_TEAMS, "T0OURS"))).key is None
    assert (await both.asker(asks("slack", "U0MIKA", TENANT))).key is None


async def test_without_a_configured_workspace_nobody_in_slack_is_heard(book: Book, teams_book: TeamsBook) -> None:
    text = CONFIG.replace("  slack_team: T0OURS\n", "")
    people = People({"slack": book, "teams": teams_book}, lambda: Config.parse(text))

    for team in (None, "T0OURS"):
        asker = await people.asker(asks("slack", "U0MIKA", team))
        assert asker.key is None
        assert asker.stranger == "Nobody can use Deskside in Slack until an admin configures identity.slack_team."
    assert (await people.asker(asks("teams", MIKA_IN_TEAMS, TENANT))).key == "mika@example.com"


async def test_for_a_decision_the_asker_is_read_afresh(people: People, book: Book) -> None:
    await people.asker(asks("slack", "U0MIKA", "T0OURS"), fresh=True)
    assert book.fresh == [True]


async def test_an_asker_who_cannot_be_looked_up_is_nobody_for_now(
    both: People, book: Book, teams_book: TeamsBook
) -> None:
    book.away = teams_book.away = True
    for request in (asks("slack", "U0MIKA", "T0OURS"), asks("teams", MIKA_IN_TEAMS, TENANT)):
        asker = await both.asker(request)
        assert (asker.key, asker.stranger) == (None, UNREACHABLE)


async def test_without_a_directory_nobody_has_left() -> None:
    assert not await People({}, lambda: Config.parse(CONFIG)).has_left("mika@example.com")


async def test_who_is_in_one_chat_has_not_left(both: People, book: Book, teams_book: TeamsBook) -> None:
    del book.members[0]
    assert not await both.has_left("mika@example.com")
    del teams_book.members[0]
    assert await both.has_left("mika@example.com")


async def test_whom_teams_has_never_met_has_not_left_it(book: Book, teams_book: TeamsBook) -> None:
    alone = People({"teams": teams_book}, lambda: Config.parse(CONFIG), {"teams": teams_book.gone})
    assert not await alone.has_left("ren@example.org"), "Deskside knows nothing of them"
    del teams_book.members[0]
    assert await alone.has_left("mika@example.com"), "they were met, and are there no more"

    both = People({"slack": book, "teams": teams_book}, lambda: Config.parse(CONFIG), {"teams": teams_book.gone})
    assert await both.has_left("long-gone@example.com"), "Slack lists everybody"


async def test_whom_teams_has_met_has_not_left_because_slack_lists_nobody(
    both: People, book: Book, teams_book: TeamsBook
) -> None:
    del book.members[0], teams_book.members[0]
    teams_book.silent = True
    assert not await both.has_left("mika@example.com"), "she may never have been in Slack, and Teams cannot tell"
    teams_book.silent = False
    assert await both.has_left("mika@example.com")


async def test_whether_somebody_is_gone_is_asked_of_the_account_that_the_configuration_names(
    book: Book, teams_book: TeamsBook
) -> None:
    text = CONFIG.replace("email: boss@example.com,", f"email: boss@example.com, teams: {MIKA_IN_TEAMS},")
    people = People({"slack": book, "teams": teams_book}, lambda: Config.parse(text), {"teams": teams_book.gone})
    book.members, teams_book.members = [], []
    teams_book.known.add("boss@example.com")
    for key in ("boss@example.com", "mika@example.com"):
        assert await people.has_left(key)
    assert teams_book.named == [MIKA_IN_TEAMS, None]


async def test_nobody_has_left_while_one_of_their_chats_does_not_answer(
    both: People, book: Book, teams_book: TeamsBook
) -> None:
    teams_book.away = True
    assert not await both.has_left("mika@example.com"), "Slack has them"
    del book.members[0]
    with pytest.raises(TryLater):
        await both.has_left("mika@example.com")


async def test_whose_account_is_in_a_chat_that_is_not_set_up_has_not_left(book: Book, teams_book: TeamsBook) -> None:
    text = CONFIG.replace(
        "slack: U0BOSS}", f"slack: U0BOSS}}\n    - {{email: tea@example.com, teams: {MIKA_IN_TEAMS}}}"
    )
    assert not await People({"slack": book}, lambda: Config.parse(text)).has_left("tea@example.com")
    teams_book.known.add("boss@example.com")
    teams = People({"teams": teams_book}, lambda: Config.parse(text), {"teams": teams_book.gone})
    assert not await teams.has_left("boss@example.com")


async def test_the_person_of_a_key_is_known_in_the_first_chat_that_has_them(
    both: People, book: Book, teams_book: TeamsBook
) -> None:
    mika = await both.known("mika@example.com")
    assert mika is not None
    assert (mika.platform, mika.user, mika.key, mika.timezone) == ("slack", "U0MIKA", "mika@example.com", "Asia/Tokyo")
    boss = await both.known("boss@example.com")
    assert boss is not None
    assert (boss.user, boss.key) == ("U0BOSS", "boss@example.com")
    for key in ("guest@example.com", "else@other.example", "nobody@example.com"):
        assert await both.known(key) is None

    book.away = True
    mika = await both.known("mika@example.com")
    assert mika is not None
    assert (mika.platform, mika.user) == ("teams", MIKA_IN_TEAMS)
    with pytest.raises(TryLater):
        await both.known("boss@example.com")  # whom only the chat knows that does not answer
    teams_book.away = True
    with pytest.raises(TryLater):
        await both.known("mika@example.com")


async def test_whoever_is_an_operator_by_a_group_is_none_only_where_that_can_be_read(both: People, book: Book) -> None:
    assert await both.is_operator("mika@example.com")
    book.unreadable["S0OPERATOR"] = TryLater("Slack does not answer")
    with pytest.raises(TryLater):
        await both.is_operator("mika@example.com")
    book.unreadable["S0OPERATOR"] = Refused("Slack says no_such_subteam")
    assert not await both.is_operator("mika@example.com")


async def test_a_roles_members_are_people_each_once(both: People, book: Book) -> None:
    text = (
        CONFIG
        + f"  approver: {{slack_users: [U0REN, U0GUEST], slack_usergroups: [S0YES], teams_users: [{MIKA_IN_TEAMS}]}}"
    )
    role = Config.parse(text).roles.approver
    book.groups["S0YES"] = frozenset({"U0MIKA", "U0ELSE"})

    found = await both.members(role)

    assert [(person.key, person.platform) for person in found] == [
        ("mika@example.com", "slack"),
        ("ren@example.org", "slack"),
    ]
    assert await both.members(Config.parse(CONFIG).roles.approver) == ()


async def test_a_member_who_cannot_be_looked_up_is_left_out(both: People, book: Book, teams_book: TeamsBook) -> None:
    role = Config.parse(
        CONFIG + f"  approver: {{slack_usergroups: [S0YES], teams_users: [{MIKA_IN_TEAMS}]}}"
    ).roles.approver
    book.unreadable["S0YES"] = TryLater("missing_scope")
    assert [person.key for person in await both.members(role)] == ["mika@example.com"]
    teams_book.away = True
    assert await both.members(role) == ()
