"""The doctor: a line for each check, and what is wrong says how to mend it."""

from pathlib import Path

import pytest

from bot import doctor
from bot.findings import Finding
from bot.settings import Settings
from tests.bot.conftest import House


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
        "DESKSIDE_QUEUE_URL",
        "DESKSIDE_CONFIG",
        "vpn.endpoints.tokyo",
        "SLACK_BOT_TOKEN",
        "the",
        "admin_place",
        "user",
    ]


async def test_an_admin_place_may_be_a_person(house: House, tmp_path: Path) -> None:
    house.config = house.config.replace("slack:C0ADMIN001", "person:alex@example.com")
    _, lines = await examine(house, tmp_path)
    assert "ok   admin_place person:alex@example.com" in lines


async def test_it_says_nothing_in_any_channel(house: House, tmp_path: Path) -> None:
    await examine(house, tmp_path)
    assert house.slack.world.said == {}


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


def test_a_finding_is_a_line() -> None:
    assert str(Finding("table")) == "ok   table"
    assert str(Finding.of_fault("PORT: not a number: x")) == "BAD  PORT: not a number: x"
