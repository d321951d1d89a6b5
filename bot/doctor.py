"""`python -m bot doctor`: checks the setup, a line each: ok, or what is wrong and how to mend it. Changes nothing."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

from aws_ops import client_vpn, documents, errors, fleet, upgrade_items, workspace_items
from aws_ops.desk import Desk
from aws_ops.runs import OPEN
from aws_ops.table import INDEX
from aws_ops.vpn_items import FUNCTION
from bot.app import connect, read_config
from bot.configuration import parse
from bot.findings import Checks, Finding
from bot.listeners.slack_checks import SlackChecks
from bot.listeners.teams_checks import TeamsChecks
from bot.people import People
from bot.settings import SECRET_PREFIX, SettingFaults, Settings
from bot.work import Threads
from commands.config import Config, ConfigFaults
from notifiers.delivery import PlaceGone, Refused, TryLater

_FUNCTIONS = (FUNCTION, workspace_items.FUNCTION, upgrade_items.FUNCTION, "sweep")
_ACTOR = "deskside.doctor"  # whom CloudTrail names for trying the role
_INVOKE = "make it with the alias live, check DESKSIDE_PREFIX, and allow the process lambda:InvokeFunction"
_DEAD_LETTERS = "give it a RedrivePolicy, and allow the process sqs:GetQueueUrl and to use that queue"
_ASSUME = "allow the process sts:AssumeRole and sts:SetSourceIdentity, in its own policy and in the role's trust policy"
_NOBODY = "no full member with that address is known: correct it; in Teams, whoever it is has to write to the app once"


async def examine(environment: Callable[[], Settings], show: Callable[[Finding], None]) -> bool:
    """Show every finding as it is made; whether all are well."""
    well = True
    async for finding in _findings(environment):
        show(finding)
        well = well and finding.wrong is None
    return well


def said(error: BaseException) -> str:
    """An error in one sentence: our own ones and the SDK's have it, AWS's is made."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return str(error) if isinstance(error, OSError | ValueError | LookupError) else errors.say_to_operator(error)


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
    try:
        desk = connect(settings)
    except Exception as error:  # noqa: BLE001 - such as a profile that there is not
        yield Finding("AWS_REGION, AWS_PROFILE", said(error))
        return
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
        async for finding in _configured(config, desk, threads):
            yield finding
    async for finding in _chats(settings, config, desk, threads):
        yield finding


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
    use = "make it, and allow the process to use it"
    whoever = desk.sessions.client("sts").get_caller_identity
    yield await _tried("AWS credentials", whoever, "give the process a role or a profile", threads)
    table = await _tried(f"DESKSIDE_TABLE {settings.table}", desk.table.ping, use, threads)
    yield table
    if table.wrong is None:
        runs = partial(desk.table.query_index, OPEN, limit=1)
        yield await _tried(f"index {INDEX} of {settings.table}", runs, use, threads)
    queue = await _tried(f"DESKSIDE_QUEUE_URL {settings.queue_url}", desk.queue.ping, use, threads)
    yield queue
    if queue.wrong is None:
        yield await _tried("dead letters of that queue", partial(_dead_letters, desk), _DEAD_LETTERS, threads)
    for function in _FUNCTIONS:
        what = f"function {settings.prefix}{function}"
        yield await _tried(what, partial(desk.functions.ping, function), _INVOKE, threads)


def _dead_letters(desk: Desk) -> None:
    """Raises LookupError where what nobody can handle goes nowhere, and what AWS says."""
    queue = desk.queue.dead_letters()
    if queue is None:
        raise LookupError("what nobody can handle goes nowhere, and comes again until the queue forgets it")
    queue.ping()


async def _configured(config: Config, desk: Desk, threads: Threads) -> AsyncIterator[Finding]:
    if role := config.aws.role:
        assume = partial(desk.sessions.client, "sts", actor=_ACTOR, role=role)
        yield await _tried(f"aws.role {role}", assume, _ASSUME, threads)
    for name, endpoint in config.vpn.endpoints.items():
        check = partial(client_vpn.associations, desk.sessions.client("ec2"), endpoint.id)
        mend = "check its id and region, and allow the process ec2:DescribeClientVpn*"
        yield await _tried(f"vpn.endpoints.{name} {endpoint.id}", check, mend, threads)
    mend = "allow the process workspaces:Describe* and tag:GetResources"
    yield await _tried("WorkSpaces and their tags", partial(fleet.ping, desk), mend, threads)


async def _chats(settings: Settings, config: Config | None, desk: Desk, threads: Threads) -> AsyncIterator[Finding]:
    chats: list[Checks] = []
    if settings.slack is not None:
        chats.append(SlackChecks(settings.slack))
    if settings.teams is not None:
        chats.append(TeamsChecks(settings.teams, desk.table, threads))
    async with AsyncExitStack() as connections:
        for chat in chats:
            connections.push_async_callback(chat.close)
            await chat.start()
            async for finding in chat.findings(config):
                yield finding
        reached = [chat for chat in chats if chat.reached]
        if config is not None and (told := await _admin_place(config, reached)) is not None:
            yield told


async def _admin_place(config: Config, chats: Sequence[Checks]) -> Finding | None:
    """Whether somebody hears Deskside there; None where the chat that knows cannot be asked, which is said already."""
    place = config.admin_place
    what = f"admin_place {place}"
    asked = [chat for chat in chats if place.scheme in {chat.platform, "person"}]
    if not asked:
        return None
    people = People({chat.platform: chat.roster for chat in asked}, lambda: config)
    try:
        for chat in asked:
            if place.scheme == "person":
                heard = await people.find(chat.platform, place.id) is not None
            else:
                heard = await chat.can_post(place)
            if heard:
                return Finding(what)
    except (TryLater, PlaceGone, Refused) as error:
        return Finding(what, str(error))
    return Finding(what, _NOBODY if place.scheme == "person" else asked[0].how_to_let_in)


async def _tried(what: str, check: Callable[[], object], mend: str, threads: Threads) -> Finding:
    try:
        await threads(check)
    except Exception as error:  # noqa: BLE001 - whatever AWS says, it is this line
        return Finding(what, f"{said(error)}; {mend}")
    return Finding(what)
