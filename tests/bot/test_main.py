"""`python -m bot`, as a process: its exit status, its lines, its farewell."""

import asyncio
import json
import os
import signal
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import main
from sandbox.slack.wire import Sent
from tests.bot.conftest import House

ROOT = Path(__file__).parent.parent.parent


async def python_m_bot(*arguments: str, **environ: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def outcome(process: asyncio.subprocess.Process) -> tuple[int | None, list[str], list[str]]:
    """Exit status, stdout and stderr."""
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, out.decode().splitlines(), err.decode().splitlines()


async def test_missing_settings_are_a_line_each_and_status_2() -> None:
    unset = dict.fromkeys(("SLACK_SIGNING_SECRET", "DESKSIDE_CONFIG", "DESKSIDE_TABLE", "DESKSIDE_QUEUE_URL"), "")
    process = await python_m_bot(SLACK_BOT_TOKEN="xoxb-1", AWS_REGION="eu-west-1", **unset)
    status, out, err = await outcome(process)
    assert (status, out) == (2, [])
    assert {line.partition(":")[0] for line in err} == set(unset)


async def test_a_bad_configuration_is_a_line_each_and_status_2(house: House, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("admin_place: here\ncolour: blue\n", encoding="utf-8")
    status, _, err = await outcome(await python_m_bot(**house.environment(DESKSIDE_CONFIG=str(file))))
    assert status == 2
    assert len(err) == 3
    assert all(line.startswith("configuration: ") for line in err)

    status, _, err = await outcome(await python_m_bot(**house.environment(DESKSIDE_CONFIG=str(tmp_path / "none"))))
    assert status == 2
    assert len(err) == 1
    assert err[0].startswith("DESKSIDE_CONFIG: ")
    assert err[0].endswith("none cannot be read: there is no such file")


def test_a_configuration_that_cannot_be_understood_is_one_line(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: str) -> None:
        raise RuntimeError("an unforeseen\nthing")

    file = tmp_path / "config.yaml"
    file.write_text(house.config, encoding="utf-8")
    for name, value in house.environment(DESKSIDE_CONFIG=str(file)).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("bot.__main__.logs.configure", lambda _: None)
    monkeypatch.setattr("bot.configuration.Config.parse", fail)
    assert main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"configuration: {file} cannot be understood: RuntimeError: an unforeseen thing"


def test_a_mistake_of_ours_is_not_called_the_configurations(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    file = tmp_path / "config.yaml"
    file.write_text(house.config, encoding="utf-8")
    for name, value in house.environment(DESKSIDE_CONFIG=str(file)).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("bot.__main__.logs.configure", lambda _: None)
    monkeypatch.setattr("bot.app.App._wire", fail)
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        main([])


async def test_the_doctor_ends_with_1_when_anything_is_wrong(house: House, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(house.config, encoding="utf-8")
    well = house.environment(DESKSIDE_CONFIG=str(file))
    status, out, err = await outcome(await python_m_bot("doctor", **well))
    assert (status, err) == (0, [])
    assert all(line.startswith("ok ") for line in out)
    status, out, err = await outcome(await python_m_bot("doctor", **{**well, "DESKSIDE_TABLE": "elsewhere"}))
    assert (status, err) == (1, [])


def test_the_manifest_is_printed_without_any_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest", "--url", "https://desk.example.org/"]) == 0
    made = yaml.safe_load(capsys.readouterr().out)
    assert made["settings"]["interactivity"]["request_url"] == "https://desk.example.org/slack/events"
    assert main(["manifest", "--socket-mode"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize("url", ["nonsense", "http://desk.example.org", "https://", "https://a b", "https://x?y=1"])
def test_a_manifest_for_an_address_that_slack_would_not_take_is_refused(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["manifest", "--url", url])
    assert caught.value.code == 2
    assert "is not like https://" in capsys.readouterr().err


def test_the_teams_package_is_written_without_any_other_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(*arguments: str) -> dict[str, Any]:
        file = tmp_path / "deskside.zip"
        assert main(["teams-package", "--out", str(file), *arguments]) == 0
        assert str(file) in capsys.readouterr().out
        manifest: dict[str, Any] = json.loads(zipfile.ZipFile(file).read("manifest.json"))
        return manifest

    given, known = "0d0e0f00-1a2b-4c3d-8e9f-00112233aabb", "0d0e0f00-1a2b-4c3d-8e9f-00112233ccdd"
    assert made("--app-id", given)["bots"][0]["botId"] == given
    assert made("--url", "https://desk.example.org")["developer"]["websiteUrl"] == "https://desk.example.org"
    monkeypatch.setenv("TEAMS_APP_ID", known)
    assert made()["id"] == known
    assert made("--app-id", given)["id"] == given


def test_a_teams_package_for_nobody_yet_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["teams-package"]) == 0
    assert "to look at only" in capsys.readouterr().out
    assert zipfile.is_zipfile(tmp_path / "deskside-teams.zip")


def test_a_teams_package_that_cannot_be_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["teams-package", "--out", str(tmp_path / "none" / "x.zip")]) == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith("x.zip cannot be written: No such file or directory")
    monkeypatch.setenv("TEAMS_APP_ID", "deskside")
    assert main(["teams-package", "--out", str(tmp_path / "x.zip")]) == 2
    assert capsys.readouterr().err.startswith("TEAMS_APP_ID: 'deskside' is not the id of an app")
    with pytest.raises(SystemExit):
        main(["teams-package", "--app-id", "deskside"])
    assert not list(tmp_path.iterdir())


async def test_it_serves_logs_lines_of_json_and_says_goodbye(house: House, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(house.config, encoding="utf-8")
    process = await python_m_bot("serve", **house.environment(DESKSIDE_CONFIG=str(file)))
    assert process.stderr is not None
    started = json.loads(await asyncio.wait_for(process.stderr.readline(), 30))
    assert started["message"] == "started"
    house.slack.bot_url = f"http://127.0.0.1:{started['port']}/slack/events"

    mika = house.slack.person("mika")
    await mika.command("/deskside whoami")
    sent = house.slack.wire.sent[0]
    await house.slack.wire.send(Sent(sent.body, {**sent.headers, "X-Slack-Signature": "v0=bad"}))
    await house.until(mika.sees)

    process.send_signal(signal.SIGTERM)
    status, out, err = await outcome(process)
    assert (status, out) == (0, [])
    lines = [json.loads(line) for line in err]
    assert [line["message"] for line in lines][-1] == "stopped"
    text = "\n".join(err)
    for secret in (house.slack.bot_token, house.slack.signing_secret, "U0MIKA0001"):
        assert secret not in text


async def test_a_taken_port_is_one_line(house: House, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(house.config, encoding="utf-8")
    app = await house.start()
    status, _, err = await outcome(
        await python_m_bot(**house.environment(DESKSIDE_CONFIG=str(file), PORT=str(app.port)))
    )
    assert status == 2
    assert any("cannot listen" in line for line in err)
