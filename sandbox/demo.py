"""Everything that `python -m sandbox` starts: the simulated AWS, Slack (with the page) and Teams, and the bot."""

import asyncio
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.server import SandboxAws
from sandbox.aws.world import BUCKET, ROLE, TOKYO, TOKYO_SUBNETS
from sandbox.bot_process import BotProcess
from sandbox.page.server import Page
from sandbox.page.words import read_words
from sandbox.slack import Slack
from sandbox.teams import Teams
from sandbox.teams.people import OBJECT_IDS

ROOT = Path(__file__).parents[1]
TICK_S = 2
SWEEP_S = 20
# What the developer's shell may hold and the bot must not see.
_FOREIGN = ("AWS_", "SLACK_", "TEAMS_", "DESKSIDE_", "ADMIN_")


def demo_config() -> dict[str, Any]:
    """The bot's configuration file; what takes minutes in an office takes seconds here."""
    return {
        "roles": {
            "operator": {"slack_usergroups": ["S0OPERATOR"], "teams_users": [OBJECT_IDS["oda"]]},
            "approver": {"slack_usergroups": ["S0APPROVER"], "teams_users": [OBJECT_IDS["ada"]]},
            "admin": {"slack_users": ["U0ALEX0001"], "teams_users": [OBJECT_IDS["alex"]]},
        },
        "admin_place": "slack:C0ADMIN001",
        "timezone": "Europe/Berlin",
        "identity": {"slack_team": "T0DESKSIDE", "domains": ["example.com"]},
        "aws": {"role": ROLE},
        "workspaces": {
            "approval": ["rebuild", "terminate"],
            "ask": "2m",
            "patience": "10m",
            "places": ["slack:C0ADMIN001"],
        },
        "approvals": {"deadline": "10m", "remind": "2m"},
        # A wave takes its notice and then most of a minute; two of them are enough to see how one goes.
        "upgrade": {"canary": "2", "waves": ["100%"], "notice": "10s", "report": {"bucket": BUCKET}},
        "vpn": {
            "idle": "30s",
            "lease": "4h",
            "max_lease": "8h",
            "alert_after": "30s",
            # Only one, so that `/vpn on` has nothing to ask. Paris is somebody else's: Deskside leaves it alone.
            "endpoints": {
                "tokyo": {
                    "id": TOKYO,
                    "subnets": list(TOKYO_SUBNETS),
                    "association_usd_hour": 0.15,
                    "connection_usd_hour": 0.05,
                },
            },
        },
    }


def bot_environment(slack: Slack, teams: Teams, aws: Mapping[str, str], config: Path) -> dict[str, str]:
    """The environment of the bot, but for its ports."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {
        **inherited,
        **aws,
        **teams.environment(),
        "PYTHONUNBUFFERED": "1",
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.url,
        "DESKSIDE_CONFIG": str(config),
        "DESKSIDE_TICK": str(TICK_S),
        "HOST": "127.0.0.1",
    }


def _seed_webhooks(aws: SandboxAws, slack: Slack, teams: Teams) -> None:
    """An incoming webhook of each chat, for `/alerts subscribe --place webhook:deskside/webhook/slack`."""
    aws.put_secret("deskside/webhook/slack", slack.webhook("#it-help"))
    aws.put_secret("deskside/webhook/teams", teams.webhook("it-help"))


class Demo:
    """The whole demonstration on one machine. `run` ends, and everything with it, after `stop`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._bot = BotProcess(ROOT)
        self._over = asyncio.Event()

    def stop(self) -> None:
        """End in order; asked a second time, without waiting for the bot to finish what it has in hand."""
        if self._over.is_set():
            self._bot.kill()
        self._over.set()

    async def run(self) -> int:
        """Start everything, say where the page is, wait; returns the exit status. Raises OSError for a taken port."""
        aws = SandboxAws(pace=Pace(associate_s=6, disassociate_s=3, snapshot_first_s=60), cloudtrail=True)
        slack, teams = Slack(), Teams()
        with tempfile.TemporaryDirectory(prefix="deskside-") as folder:
            config = Path(folder) / "deskside.yml"
            config.write_text(yaml.safe_dump(demo_config(), sort_keys=False), encoding="utf-8")
            await asyncio.to_thread(aws.start)
            try:
                aws.start_schedules(SWEEP_S)
                return await self._serve(slack, teams, aws, config)
            finally:
                await slack.stop()
                await teams.stop()
                await asyncio.to_thread(aws.stop)

    async def _serve(self, slack: Slack, teams: Teams, aws: SandboxAws, config: Path) -> int:
        bot = self._bot
        page = Page(slack, teams, aws.url, read_words(ROOT / "manifest.yml"), kill_bot=bot.kill)
        await slack.start(self._port)
        await teams.start()
        await asyncio.to_thread(_seed_webhooks, aws, slack, teams)
        bot.environment = bot_environment(slack, teams, aws.environment(), config)

        def told(state: str, note: str) -> None:
            slack.bot_url, teams.bot_url = bot.events_url, bot.messages_url
            page.bot_is(state, note)
            if note:
                print(note, flush=True)
            if state == "up":
                print(f"\n  Deskside is ready: {slack.base}   (Ctrl-C stops everything)\n", flush=True)

        bot.told = told
        watching = asyncio.create_task(bot.keep_running())
        stopping = asyncio.create_task(self._over.wait())
        await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if watching.done():
            return watching.result()
        print("\nStopping…", flush=True)
        watching.cancel()
        await bot.stop()
        return 0
