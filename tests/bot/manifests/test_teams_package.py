"""The app package for Teams: good by the published schema, within Teams' limits, complete, and always the same."""

import io
import json
import os
import re
import struct
import subprocess
import zipfile
import zlib
from typing import Any

import pytest

from bot.manifests import icons
from bot.manifests.teams import PLACEHOLDER_ID, SCHEMA, VERSION, manifest, package
from commands import COMMANDS
from commands.access import Role
from commands.command import Command, Nothing
from tests.notifiers.official_cards import NODE, NPM

NO_SCHEMA = "the schemas of app packages are not here: install npm, then run make npm"
APP_ID = "0d0e0f00-1a2b-4c3d-8e9f-00112233aabb"
# The schema and the validator that the package brings along: nothing is fetched. Not by the package's own function:
# to load that, it needs more than it asks for.
VALIDATE = """
const theirs = require("module").createRequire(require.resolve("@microsoft/app-manifest/package.json"));
const schema = theirs(`./build/json-schemas/teams/v${process.argv[1]}/MicrosoftTeams.schema.json`);
const ajv = new (theirs("ajv-draft-04").default)({ allErrors: true, strictTypes: false });
theirs("ajv-formats").default(ajv, ["uri", "email", "regex"]);
const manifest = JSON.parse(require("fs").readFileSync(0, "utf8"));
const good = ajv.validate(schema, manifest);
console.log(JSON.stringify(good ? [] : ajv.errors.map((fault) => `${fault.instancePath} ${fault.message}`)));
"""


def faults(made: dict[str, Any]) -> list[str]:
    """What the published schema finds wrong with a manifest."""
    if not NODE.exists() or not (NPM / "node_modules" / "@microsoft" / "app-manifest").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(NO_SCHEMA)
        pytest.skip(NO_SCHEMA)
    ran = subprocess.run(
        [str(NODE), "-e", VALIDATE, SCHEMA],
        cwd=NPM,
        input=json.dumps(made),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout)
    return found


def test_the_published_schema_finds_nothing_wrong() -> None:
    assert faults(manifest(COMMANDS, APP_ID)) == []
    assert faults(manifest(COMMANDS)) == []


@pytest.mark.parametrize(
    "change", [{"id": "deskside"}, {"accentColor": "navy"}, {"manifestVersion": "1.5"}, {"colour": "blue"}]
)
def test_the_published_schema_finds_what_is_wrong(change: dict[str, Any]) -> None:
    assert faults({**manifest(COMMANDS, APP_ID), **change})


def titles(made: dict[str, Any]) -> list[list[str]]:
    """The commands of each list."""
    (bot,) = made["bots"]
    return [[command["title"] for command in one["commands"]] for one in bot["commandLists"]]


def test_every_family_is_in_every_list_and_every_word_there_is_a_command() -> None:
    words = {command.words for command in COMMANDS}
    families = {word.split(" ")[0] for word in words}
    for listed in titles(manifest(COMMANDS)):
        assert {title.split(" ")[0] for title in listed} == families
        assert set(listed) <= words


def test_a_list_shows_first_what_everybody_may() -> None:
    staff = {command.words for command in COMMANDS if command.role is Role.STAFF}
    for listed in titles(manifest(COMMANDS)):
        firsts = {title.split(" ")[0]: title for title in reversed(listed)}
        assert set(listed) >= staff or set(listed) - set(firsts.values()) <= staff


def test_many_families_have_a_word_each() -> None:
    async def nothing(*_: object) -> None: ...

    many = [
        Command(words=f"w{number} {what}", summary="x", group="W", role=role, into=Nothing, run=nothing)
        for number in range(9)
        for what, role in (("one", Role.ADMIN), ("two", Role.STAFF))
    ]
    (own, shared) = titles(manifest(tuple(many)))
    assert own == shared
    assert own == ["w0 one", "w0 two", *(f"w{number} one" for number in range(1, 9))]


def test_the_lists_are_for_every_place_that_the_bot_is_in() -> None:
    (bot,) = manifest(COMMANDS, APP_ID)["bots"]
    scopes = [scope for one in bot["commandLists"] for scope in one["scopes"]]
    assert scopes == bot["scopes"] == ["personal", "team", "groupChat"]
    assert bot["botId"] == APP_ID
    assert (bot["supportsFiles"], bot["isNotificationOnly"]) == (True, False)


def test_the_manifest_keeps_teams_limits() -> None:
    made = manifest(COMMANDS, APP_ID)

    assert len(made["name"]["short"]) <= 30
    assert len(made["name"]["full"]) <= 100
    assert len(made["description"]["short"]) <= 80
    assert len(made["description"]["full"]) <= 4_000
    assert len(made["developer"]["name"]) <= 32
    assert made["validDomains"] == []
    (bot,) = made["bots"]
    assert len(bot["commandLists"]) <= 3
    for listed in bot["commandLists"]:
        assert 1 <= len(listed["commands"]) <= 10
        for command in listed["commands"]:
            assert len(command["title"]) <= 32
            assert len(command["description"]) <= 128


def test_the_accent_is_a_colour_of_the_icons() -> None:
    background = pixels(icons.color_icon(), 192)[0][:3]
    assert manifest(COMMANDS)["accentColor"] == f"#{background.hex().upper()}"


def test_the_zip_has_what_the_manifest_names_and_is_always_the_same() -> None:
    packed = package(COMMANDS, APP_ID)
    assert packed == package(COMMANDS, APP_ID)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        made = json.loads(archive.read("manifest.json"))
        assert made == manifest(COMMANDS, APP_ID)
        assert archive.namelist() == ["manifest.json", made["icons"]["color"], made["icons"]["outline"]]
        assert archive.read("color.png") == icons.color_icon()
        assert archive.read("outline.png") == icons.outline_icon()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_version_is_one() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert manifest(COMMANDS)["id"] == PLACEHOLDER_ID


def chunks(png: bytes) -> dict[bytes, bytes]:
    """The parts of a PNG, each checked."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, found = 8, {}
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + body),)
        found[kind] = body
        at += 12 + length
    return found


def pixels(png: bytes, size: int) -> list[bytes]:
    """RGBA of each pixel, row by row."""
    raw, width = zlib.decompress(chunks(png)[b"IDAT"]), size * 4
    assert len(raw) == size * (width + 1)
    rows = [raw[start : start + width + 1] for start in range(0, len(raw), width + 1)]
    assert {row[0] for row in rows} == {0}
    return [row[1 + at : 5 + at] for row in rows for at in range(0, width, 4)]


@pytest.mark.parametrize(("icon", "size"), [(icons.color_icon, 192), (icons.outline_icon, 32)])
def test_an_icon_has_teams_size(icon: Any, size: int) -> None:
    parts = chunks(icon())
    assert struct.unpack(">IIBBBBB", parts[b"IHDR"]) == (size, size, 8, 6, 0, 0, 0)
    assert list(parts) == [b"IHDR", b"IDAT", b"IEND"]


def test_the_colour_icon_covers_everything() -> None:
    assert {pixel[3] for pixel in pixels(icons.color_icon(), 192)} == {255}


def test_the_outline_is_white_on_nothing() -> None:
    drawn = pixels(icons.outline_icon(), 32)
    assert {pixel[:3] for pixel in drawn if pixel[3]} == {b"\xff\xff\xff"}
    empty = sum(pixel[3] == 0 for pixel in drawn)
    assert len(drawn) / 3 < empty < len(drawn)
