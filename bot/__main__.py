"""`python -m bot [serve | doctor | manifest | teams-package]`."""

import argparse
import asyncio
import logging
import re
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from aws_ops.desk import Desk
from bot import doctor, logs
from bot.app import App, connect, read_config
from bot.configuration import parse
from bot.manifests import EXAMPLE_URL, teams
from bot.manifests.slack import manifest_yaml
from bot.settings import SettingFaults, Settings, teams_app_id
from commands import COMMANDS
from commands.config import ConfigFaults

log = logging.getLogger("bot")

BAD_SETTINGS = 2
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; the exit status. Settings or configuration that are wrong: 2, a line each on stderr."""
    options = _parse(arguments)
    if options.command == "manifest":
        sys.stdout.write(manifest_yaml(COMMANDS, None if options.socket_mode else options.url))
        return 0
    if options.command == "teams-package":
        return _write_package(options.app_id, options.url, options.out)
    if options.command == "doctor":
        logging.disable(logging.CRITICAL)  # its lines are the report
        return 0 if asyncio.run(doctor.examine(Settings.from_environment, print)) else 1
    try:
        settings = Settings.from_environment()
        desk = connect(settings)
        settings = settings.resolved(partial(doctor.read_secret, desk))
    except SettingFaults as faults:
        return _fail(faults.faults)
    except Exception as error:  # noqa: BLE001 - such as a profile that there is not: one line, like any other setting
        return _fail([f"AWS_REGION, AWS_PROFILE: {doctor.said(error)}"])
    logs.configure(settings.secret_values())
    return _serve(settings, desk)


def _write_package(given: str | None, url: str, out: Path) -> int:
    app_id = given or teams_app_id()
    if app_id is not None and not re.fullmatch(_GUID, app_id):
        return _fail([f"TEAMS_APP_ID: {app_id!r} is not the id of an app, like {teams.PLACEHOLDER_ID}"])
    try:
        out.write_bytes(teams.package(COMMANDS, app_id or teams.PLACEHOLDER_ID, url))
    except OSError as error:
        return _fail([f"--out: {out} cannot be written: {error.strerror}"])
    if app_id is None:
        print(f"{out} is written, but to look at only: it is for no app. Name yours: --app-id, or TEAMS_APP_ID")
        return 0
    if url == EXAMPLE_URL:
        print(f"Its website, privacy and terms of use are at {url}: name a page of your own with --url")
    print(f"{out} is written: upload it in the Teams admin center, or in Teams under Apps, Manage your apps")
    return 0


def _serve(settings: Settings, desk: Desk) -> int:
    try:
        text = read_config(settings, desk)
    except Exception as error:  # noqa: BLE001 - whatever AWS or the disk says about the file is one line
        return _fail([f"DESKSIDE_CONFIG: {settings.config} cannot be read: {doctor.said(error)}"])
    try:
        parse(text, settings.platforms)
    except ConfigFaults as faults:
        return _fail([f"configuration: {fault}" for fault in faults.faults])
    except Exception as error:  # noqa: BLE001 - whatever a file may do to the parser is one line too
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return _fail([f"configuration: {settings.config} cannot be understood: {said}"])
    # Not in the guarded part: a mistake of ours shall show where it is.
    return asyncio.run(serve(App(settings, desk, text)))


async def serve(app: App) -> int:
    """Run until SIGTERM or SIGINT, then finish what is in hand."""
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    try:
        await app.start()
    except OSError as error:
        await app.stop()
        return _fail([f"HOST, PORT, ADMIN_HOST, ADMIN_PORT: cannot listen: {error.strerror or error}"])
    await over.wait()
    log.info("stopping")
    await app.stop()
    return 0


def _fail(faults: list[str]) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    return BAD_SETTINGS


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Deskside: desk-side support in chat.")
    commands = parser.add_subparsers(dest="command", metavar="serve | doctor | manifest | teams-package")
    commands.add_parser("serve", help="run the bot, configured by the environment (the default)")
    commands.add_parser("doctor", help="check the setup: a line for each check, exit status 1 if anything is wrong")
    manifest = commands.add_parser("manifest", help="print the app's manifest for Slack")
    manifest.add_argument("--url", type=_https, default=EXAMPLE_URL, help="https://host where Slack reaches the bot")
    manifest.add_argument("--socket-mode", action="store_true", help="for SLACK_APP_TOKEN: no URL is needed")
    package = commands.add_parser("teams-package", help="write the app package for Teams")
    package.add_argument("--app-id", type=_guid, help="the bot's app id (default: TEAMS_APP_ID)")
    package.add_argument("--url", type=_https, default=EXAMPLE_URL, help="https://host of your own page about it")
    package.add_argument("--out", type=Path, default=Path(teams.FILE), help=f"the file (default: {teams.FILE})")
    return parser.parse_args(arguments)


def _guid(text: str) -> str:
    if not re.fullmatch(_GUID, text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the id of an app, like {teams.PLACEHOLDER_ID}")
    return text


def _https(url: str) -> str:
    if not re.fullmatch(r"https://[^\s/?#@]+(/[^\s?#]*)?", url):
        raise argparse.ArgumentTypeError(f"{url!r} is not like {EXAMPLE_URL}: nothing else is taken")
    return url


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
