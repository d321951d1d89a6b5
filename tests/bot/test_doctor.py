"""The doctor: a line for each check, and what is wrong says how to mend it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import doctor
from bot.app import connect
from bot.findings import Finding
from bot.settings import Settings
from notifiers.teams_conversations import Acquaintance, Conversation, Conversations
from sandbox.teams import Teams
from sandbox.teams.people import CHANNELS, OBJECT_IDS, TEAMS
from tests.bot.conftest import House

NO_SLACK = {"SLACK_BOT_TOKEN": "", "SLACK_SIGNING_SECRET": "", "SLACK_API_URL": ""}
IN_TEAMS = f"teams:{CHANNELS['deskside-admin']}"


async def examine(house: House, tmp_path: Path, **changes: str) -> tuple[bool, list[str]]:
    file = tmp_path / "config.yaml"
    file.write_text(house.config, encoding="utf-8")
    environ = house.environment(**{"DESKSIDE_CONFIG": str(file), **changes})
    lines: list[str] = []
    well = await doctor.examine(lambda: Settings.parse(environ), lambda finding: lines.append(str(finding)))
    return well, lines


def bad(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("ok ")]


async def test_a_good_setup_is_well(house: House, tmp_path: Path) -> None:
    well, lines = await examine(house, tmp_path)
    assert bad(lines) == []
    assert well
    assert [line.split()[1] for line in lines] == [
        "settings",
        "AWS",
        "DESKSIDE_TABLE",
        "index",
        "DESKSIDE_QUEUE_URL",
        "dead",
        "function",
        "function",
        "function",
        "function",
        "DESKSIDE_CONFIG",
        "aws.role",
        "vpn.endpoints.tokyo",
        "WorkSpaces",
        "SLACK_BOT_TOKEN",
        "the",
        "user",
        "admin_place",
    ]


async def test_an_admin_place_may_be_a_person(house: House, tmp_path: Path) -> None:
    house.config = house.config.replace("slack:C0ADMIN001", "person:alex@example.com")
    _, lines = await examine(house, tmp_path)
    assert "ok   admin_place person:alex@example.com" in lines


async def test_it_says_nothing_in_any_channel(house: House, tmp_path: Path) -> None:
    await examine(house, tmp_path)
    assert house.slack.world.said == {}


async def test_it_changes_nothing(house: House, tmp_path: Path) -> None:
    await examine(house, tmp_path)
    assert house.aws.lambdas.executions() == []
    assert {event.source for event in house.aws.trail() if event.source} <= {"deskside.doctor"}


async def test_a_profile_that_there_is_not_is_one_line(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "desk")
    well, lines = await examine(house, tmp_path)
    assert not well
    assert bad(lines) == ["BAD  AWS_REGION, AWS_PROFILE: The config profile (desk) could not be found"]


async def test_an_index_that_may_not_be_read_is_found(house: House, tmp_path: Path) -> None:
    house.aws.fault("DynamoDB", "Query", error="AccessDeniedException", times=1)
    _, lines = await examine(house, tmp_path)
    (line,) = bad(lines)
    assert line.startswith("BAD  index g1-index of deskside: AWS refused Query: AccessDeniedException; make it")


async def test_a_queue_whose_dead_letters_go_nowhere_is_found(house: House, tmp_path: Path) -> None:
    queue = connect(Settings.parse(house.environment())).sessions.client("sqs").create_queue(QueueName="alone")
    _, lines = await examine(house, tmp_path, DESKSIDE_QUEUE_URL=queue["QueueUrl"])
    (told,) = bad(lines)
    assert "dead letters of that queue: what nobody can handle goes nowhere" in told
    assert "RedrivePolicy" in told


async def test_functions_that_are_not_there_are_found(house: House, tmp_path: Path) -> None:
    _, lines = await examine(house, tmp_path, DESKSIDE_PREFIX="other-")
    assert [line.partition(":")[0] for line in bad(lines)] == [
        "BAD  function other-vpn",
        "BAD  function other-workspace",
        "BAD  function other-upgrade",
        "BAD  function other-sweep",
    ]
    assert all("ResourceNotFoundException" in line and "DESKSIDE_PREFIX" in line for line in bad(lines))


async def test_bad_settings_are_all_that_it_looks_at(house: House, tmp_path: Path) -> None:
    well, lines = await examine(house, tmp_path, DESKSIDE_TABLE="", PORT="x")
    assert not well
    assert {line.split(":")[0] for line in lines} == {"BAD  DESKSIDE_TABLE", "BAD  PORT"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"DESKSIDE_TABLE": "elsewhere"}, ["DESKSIDE_TABLE elsewhere", "ResourceNotFoundException", "make it"]),
        (
            {"DESKSIDE_CONFIG": "/nowhere/config.yaml"},
            ["DESKSIDE_CONFIG /nowhere/config.yaml", "there is no such file"],
        ),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, ["SLACK_BOT_TOKEN", "invalid_auth", "copy"]),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, ["SLACK_APP_TOKEN", "invalid_auth", "connections:write"]),
        ({"SLACK_SIGNING_SECRET": "secretsmanager:gone"}, ["SLACK_SIGNING_SECRET", "gone", "cannot be read"]),
    ],
)
async def test_what_is_wrong_is_said_in_one_line(
    house: House, tmp_path: Path, changes: dict[str, str], words: list[str]
) -> None:
    well, lines = await examine(house, tmp_path, **changes)
    assert not well
    (line,) = bad(lines)
    for word in words:
        assert word in line


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("S0OPERATOR", "S0NOBODY01", ["user group S0NOBODY01", "not there"]),
        ("C0ADMIN001", "C0OPS00001", ["admin_place slack:C0OPS00001", "invite the app"]),
        ("slack:C0ADMIN001", "person:nobody@example.com", ["admin_place person:nobody@", "no full member"]),
        ("slack:C0ADMIN001", "mailto:alex@example.com", ["configuration admin_place", "mailto:"]),
        ("T0DESKSIDE", "T0ELSEWHERE", ["identity.slack_team T0ELSEWHERE", "T0DESKSIDE"]),
        ("slack_team: T0DESKSIDE, ", "", ["configuration identity.slack_team", "missing"]),
        ("0a1b2c3d4e5f60001\n", "0fffffffffffffff1\n", ["vpn.endpoints.tokyo", "NotFound"]),
        ("role/deskside-acts", "role/elsewhere", ["aws.role arn:aws:iam::", "AccessDenied", "sts:SetSourceIdentity"]),
        ("admin_place", "admin_palace", ["configuration admin_palace", "no such key"]),
    ],
)
async def test_a_configuration_that_does_not_fit_is_found(
    house: House, tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    house.config = house.config.replace(old, new)
    well, lines = await examine(house, tmp_path)
    assert not well
    line = next(line for line in bad(lines) if words[0] in line)
    for word in words:
        assert word in line


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    teams = Teams()
    await teams.start()
    yield teams
    await teams.stop()


def in_teams(house: House) -> None:
    """The configuration has its admin place and a role in Teams."""
    house.config = house.config.replace("slack:C0ADMIN001", IN_TEAMS).replace(
        "[S0OPERATOR]}", f'[S0OPERATOR], teams_teams: ["{TEAMS["Desk"]}"]}}'
    )


async def meet(house: House, teams: Teams, name: str = "alex") -> None:
    """Somebody has mentioned the app in the admin channel."""
    settings = Settings.parse(house.environment(**teams.environment()))
    conversations = Conversations(connect(settings).table, asyncio.to_thread)
    channel = Conversation(
        id=CHANNELS["deskside-admin"], service_url=teams.service_url, kind="channel", team=TEAMS["Desk"]
    )
    key = f"{name}@example.com"
    await conversations.met(channel, Acquaintance(user=OBJECT_IDS[name], service_url=teams.service_url, key=key))
    await conversations.learn_key(OBJECT_IDS[name], key)


def about_teams(lines: list[str]) -> list[str]:
    return [line for line in lines if any(word in line for word in ("TEAMS_", "team 19", "admin_place"))]


@pytest.mark.parametrize("without", [{}, NO_SLACK], ids=["both", "teams alone"])
async def test_a_good_setup_in_teams_is_well(
    house: House, tmp_path: Path, teams: Teams, without: dict[str, str]
) -> None:
    in_teams(house)
    await meet(house, teams)
    well, lines = await examine(house, tmp_path, **teams.environment(), **without)
    assert bad(lines) == []
    assert well
    assert about_teams(lines) == [
        "ok   TEAMS_APP_ID",
        "ok   TEAMS_TENANT_ID",
        f"ok   TEAMS_OPENID_METADATA_URL {teams.base}/v1/.well-known/openidconfiguration",
        "ok   TEAMS_APP_PASSWORD",
        f"ok   team {TEAMS['Desk']}",
        f"ok   admin_place {IN_TEAMS}",
    ]


async def test_where_teams_was_never_met_it_says_how_to_be(house: House, tmp_path: Path, teams: Teams) -> None:
    in_teams(house)
    well, lines = await examine(house, tmp_path, **teams.environment())
    assert not well
    team, place = bad(lines)
    assert "the app has not been added to that team" in team
    assert "mention it in that channel once" in place


async def test_a_person_may_be_known_in_either_chat(house: House, tmp_path: Path, teams: Teams) -> None:
    house.config = house.config.replace("slack:C0ADMIN001", "person:alex@example.com")
    well, _ = await examine(house, tmp_path, **teams.environment())
    assert well, "Slack knows alex"

    _, lines = await examine(house, tmp_path, **teams.environment(), **NO_SLACK)
    (line,) = bad(lines)
    assert "no full member with that address is known" in line
    await meet(house, teams)
    well, _ = await examine(house, tmp_path, **teams.environment(), **NO_SLACK)
    assert well


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"TEAMS_APP_PASSWORD": "wrong"}, ["TEAMS_APP_PASSWORD", "make a new client secret"]),
        ({"TEAMS_TENANT_ID": "example.onmicrosoft.com"}, ["TEAMS_TENANT_ID", "not a GUID"]),
        ({"TEAMS_OPENID_METADATA_URL": "http://127.0.0.1:1/keys"}, ["TEAMS_OPENID_METADATA_URL", "let the process"]),
        ({"TEAMS_LOGIN_URL": "http://127.0.0.1:1/login"}, ["TEAMS_APP_PASSWORD", "let the process"]),
    ],
)
async def test_what_is_wrong_in_teams_says_how_to_mend_it(
    house: House, tmp_path: Path, teams: Teams, changes: dict[str, str], words: list[str]
) -> None:
    well, lines = await examine(house, tmp_path, **{**teams.environment(), **changes})
    assert not well
    line = next(line for line in bad(lines) if words[0] in line)
    for word in words:
        assert word in line
    assert teams.app_password not in "\n".join(lines)


async def test_without_tokens_there_are_none_to_check(house: House, tmp_path: Path, teams: Teams) -> None:
    off = {**teams.environment(), "TEAMS_AUTH": "off", "TEAMS_OPENID_METADATA_URL": ""}
    well, lines = await examine(house, tmp_path, **off)
    assert well
    assert "ok   TEAMS_AUTH off, so whoever reaches this machine's port is believed" in lines


async def test_it_says_nothing_in_teams_either(house: House, tmp_path: Path, teams: Teams) -> None:
    in_teams(house)
    await meet(house, teams)
    await examine(house, tmp_path, **teams.environment())
    assert {call.operation for call in teams.calls} <= {"token", "metadata", "keys", "getConversationPagedMembers"}


def test_a_finding_is_a_line() -> None:
    assert str(Finding("table")) == "ok   table"
    assert str(Finding.of_fault("PORT: not a number: x")) == "BAD  PORT: not a number: x"
