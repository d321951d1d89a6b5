"""What `python -m sandbox` puts together: the configuration, the environment, and the bot as its child."""

import asyncio
from pathlib import Path

import pytest

from bot.settings import Settings
from commands.config import Config
from sandbox import bot_process
from sandbox.bot_process import BotProcess, free_ports
from sandbox.demo import bot_environment, demo_config
from sandbox.slack import Slack
from sandbox.teams import Teams
from sandbox.teams.people import OBJECT_IDS, TENANT

HEALTHY = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args):
        pass
print("hello from", os.environ["NAME"])
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def fake_bot(folder: Path, program: str) -> BotProcess:
    (folder / "bot").mkdir()
    (folder / "bot" / "__init__.py").touch()
    (folder / "bot" / "__main__.py").write_text(program, encoding="utf-8")
    process = BotProcess(folder)
    process.environment = {"NAME": "the fake", "PYTHONUNBUFFERED": "1"}
    return process


def test_the_configuration_is_one_that_the_bot_takes() -> None:
    config = Config.model_validate(demo_config())
    assert config.vpn.idle == 30
    assert set(config.vpn.endpoints) == {"tokyo"}
    assert config.roles.admin.teams_users == {OBJECT_IDS["alex"]}


async def test_the_environment_is_one_that_the_bot_takes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-of-the-developer")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("TEAMS_AUTH", "off")
    slack, teams = Slack(), Teams()
    await slack.start()
    await teams.start()
    aws = {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "DESKSIDE_TABLE": "t"}
    queue = {"DESKSIDE_QUEUE_URL": "http://127.0.0.1:1/q"}
    environment = bot_environment(slack, teams, aws | queue, tmp_path / "deskside.yml")
    await slack.stop()
    await teams.stop()
    assert "AWS_PROFILE" not in environment
    settings = Settings.parse(environment)
    assert settings.slack is not None
    assert settings.slack.app_token is None
    assert settings.slack.api_url == slack.url
    assert settings.teams is not None
    assert (settings.teams.tenant_id, settings.teams.auth) == (TENANT, "required")
    assert settings.tick_s == 2


async def test_a_bot_that_dies_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bot_process, "_PAUSES_S", (0,))
    process = fake_bot(tmp_path, HEALTHY)
    states: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    process.told = lambda state, note: states.put_nowait((state, note))
    running = asyncio.create_task(process.keep_running())
    assert [await states.get(), await states.get()] == [("starting", ""), ("up", "")]
    process.kill()
    assert await states.get() == ("down", "The bot ended (killed by SIGKILL); it is being started again.")
    assert [await states.get(), await states.get()] == [("starting", "Starting the bot again."), ("up", "")]
    running.cancel()
    await process.stop()
    assert "bot | hello from the fake" in capsys.readouterr().out


async def test_a_bot_that_cannot_start_ends_it_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = fake_bot(tmp_path, "import sys; print('no config'); sys.exit(2)")
    assert await process.keep_running() == 1
    output = capsys.readouterr()
    assert "bot | no config" in output.out
    assert "exit status 2" in output.err


async def test_a_long_line_of_the_bots_log_ends_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = fake_bot(tmp_path, "import sys; print('x' * 300_000); print('after'); sys.exit(2)")
    assert await process.keep_running() == 1
    assert "bot | after" in capsys.readouterr().out


def test_free_ports_differ() -> None:
    assert len(set(free_ports(5))) == 5
