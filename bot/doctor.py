"""`python -m bot doctor`: checks the setup, a line each: ok, or what is wrong and how to mend it. Changes nothing."""

from collections.abc import AsyncIterator, Callable
from functools import partial

from aws_ops import client_vpn, documents, errors
from aws_ops.desk import Desk
from bot.app import connect, read_config
from bot.configuration import parse
from bot.findings import Finding
from bot.listeners import slack_checks
from bot.settings import SECRET_PREFIX, SettingFaults, Settings
from bot.work import Threads
from commands.config import Config, ConfigFaults


async def examine(environment: Callable[[], Settings], show: Callable[[Finding], None]) -> bool:
    """Show every finding as it is made; whether all are well."""
    well = True
    async for finding in _findings(environment):
        show(finding)
        well = well and finding.wrong is None
    return well


def said(error: BaseException) -> str:
    """An error in one sentence: our own ones have it, AWS's is made."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return str(error) if isinstance(error, OSError | ValueError | LookupError) else errors.say(error)


async def _findings(environment: Callable[[], Settings]) -> AsyncIterator[Finding]:
    try:
        settings = environment()
    except SettingFaults as faults:
        for fault in faults.faults:
            yield Finding.of_fault(fault)
        return
    yield Finding("settings")
    threads = Threads()
    try:
        async for finding in _set_up(settings, threads):
            yield finding
    finally:
        threads.close()


async def _set_up(settings: Settings, threads: Threads) -> AsyncIterator[Finding]:
    desk = connect(settings)
    try:
        settings = await threads(settings.resolved, partial(read_secret, desk))
    except SettingFaults as faults:
        for fault in faults.faults:
            yield Finding.of_fault(fault)
        return
    async for finding in _aws(settings, desk, threads):
        yield finding
    config, told = await _configuration(settings, desk, threads)
    for finding in told:
        yield finding
    if config is not None:
        async for finding in _endpoints(config, desk, threads):
            yield finding
    if settings.slack is not None:
        async for finding in slack_checks.findings(settings.slack, config):
            yield finding
    if settings.teams is not None:
        yield Finding("TEAMS_APP_ID", "this version has no Teams listener yet: leave the TEAMS_ settings out")


async def _configuration(settings: Settings, desk: Desk, threads: Threads) -> tuple[Config | None, list[Finding]]:
    what = f"DESKSIDE_CONFIG {settings.config}"
    try:
        return parse(await threads(read_config, settings, desk), settings.platforms), [Finding(what)]
    except ConfigFaults as faults:
        return None, [Finding.of_fault(f"configuration {fault}") for fault in faults.faults]
    except Exception as error:  # noqa: BLE001 - whatever AWS or the disk says, it is this line
        return None, [Finding(what, f"cannot be read: {said(error)}")]


def read_secret(desk: Desk, name: str) -> str:
    """A secret's text, by name or ARN. Raises what AWS says."""
    return documents.read(desk.sessions, f"{SECRET_PREFIX}{name}")


async def _aws(settings: Settings, desk: Desk, threads: Threads) -> AsyncIterator[Finding]:
    checks: list[tuple[str, Callable[[], object], str]] = [
        ("AWS credentials", desk.sessions.client("sts").get_caller_identity, "give the process a role or a profile"),
        (f"DESKSIDE_TABLE {settings.table}", desk.table.ping, "make it, and allow the process to use it"),
        (f"DESKSIDE_QUEUE_URL {settings.queue_url}", desk.queue.ping, "make it, and allow the process to use it"),
    ]
    for what, check, mend in checks:
        yield await _tried(what, check, mend, threads)


async def _endpoints(config: Config, desk: Desk, threads: Threads) -> AsyncIterator[Finding]:
    for name, endpoint in config.vpn.endpoints.items():
        check = partial(client_vpn.associations, desk.sessions.client("ec2"), endpoint.id)
        mend = "check its id and region, and allow the process ec2:DescribeClientVpn*"
        yield await _tried(f"vpn.endpoints.{name} {endpoint.id}", check, mend, threads)


async def _tried(what: str, check: Callable[[], object], mend: str, threads: Threads) -> Finding:
    try:
        await threads(check)
    except Exception as error:  # noqa: BLE001 - whatever AWS says, it is this line
        return Finding(what, f"{said(error)}; {mend}")
    return Finding(what)
