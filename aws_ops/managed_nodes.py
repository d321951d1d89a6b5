"""Managed nodes of Systems Manager: WorkSpaces whose agent an activation has registered, and a word on their screens.

AWS tells their computers' names and not their WorkSpaces' ids, so that they are found by those.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import clock, errors
from aws_ops.desk import Desk

log = logging.getLogger(__name__)

BATCH = 50
"""How many nodes one command goes to."""
KEPT_S = 300
_PAGE = 50
_SHOWN_S = 300
_BEGINS_S = 120  # what has not begun by then is not shown any more
_FILTERS = (
    {"Key": "PingStatus", "Values": ["Online"]},
    {"Key": "ResourceType", "Values": ["ManagedInstance"]},
)
# The text has no quotes, and nothing in it is anybody's but a number.
_SCRIPTS = {
    "Windows": ("AWS-RunPowerShellScript", "msg.exe * /TIME:{seconds} '{text}'"),
    "Linux": ("AWS-RunShellScript", "wall '{text}'"),
}


@dataclass(frozen=True)
class Node:
    """A managed node that answers: `computer` is its name without a domain, in lower case; `platform` "Windows"."""

    id: str
    computer: str
    platform: str
    ip: str | None


# Of each desk in use, when they were read last: a fleet is told in many small parts.
_kept: "WeakKeyDictionary[Desk, tuple[int, tuple[Node, ...]]]" = WeakKeyDictionary()


def nodes(desk: Desk) -> tuple[Node, ...]:
    """Those that answered within the last five minutes; a call for every 50. Raises ClientError, BotoCoreError."""
    now = clock.epoch()
    read, known = _kept.get(desk, (0, ()))
    if not 0 <= now - read < KEPT_S:
        known = _read(desk)
        _kept[desk] = now, known
    return known


def _read(desk: Desk) -> tuple[Node, ...]:
    client = desk.sessions.client("ssm")
    found: list[Node] = []
    more: Any = {}
    while True:
        page = client.describe_instance_information(Filters=list(_FILTERS), MaxResults=_PAGE, **more)
        found += (_node(told) for told in page.get("InstanceInformationList", ()))
        if not page.get("NextToken"):
            return tuple(found)
        more = {"NextToken": page["NextToken"]}


def node_of(known: Iterable[Node], computer: str, ip: str | None) -> Node | None:
    """The node that a computer is; None where none is, or it may be several."""
    named = [node for node in known if node.computer == _short(computer)]
    if len(named) > 1:
        named = [node for node in named if node.ip is not None and node.ip == ip]
    return named[0] if len(named) == 1 else None


def warn(
    desk: Desk, computers: Mapping[str, str | None], minutes: int, *, actor: str, role: str | None
) -> frozenset[str]:
    """Show on these screens (addresses by computer name) that a rebuild comes in so many minutes; those it was sent to.

    It is a courtesy beside what is said in chat: what AWS refuses, and who is no managed node, is left out.
    """
    by_name = _by_name(desk)
    told: set[str] = set()
    for platform, (document, script) in _SCRIPTS.items():
        meant = {
            node.id: computer
            for computer, ip in computers.items()
            if (node := node_of(by_name.get(_short(computer), ()), computer, ip)) and node.platform == platform
        }
        line = script.format(seconds=_SHOWN_S, text=_text(minutes))
        for some in _batches(meant):
            if _sent(desk, document, line, some, actor, role):
                told.update(meant[id_] for id_ in some)
    return frozenset(told)


def _by_name(desk: Desk) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    try:
        for node in nodes(desk):
            found.setdefault(node.computer, []).append(node)
    except (ClientError, BotoCoreError) as error:
        log.warning("managed nodes cannot be read: %s", errors.say(error), exc_info=errors.trace(error))
        return {}
    return found


def _sent(desk: Desk, document: str, line: str, ids: list[str], actor: str, role: str | None) -> bool:
    try:
        # Of all or of none: one that is gone since it was listed costs the others their message.
        desk.sessions.client("ssm", actor=actor, role=role).send_command(
            InstanceIds=ids,
            DocumentName=document,
            Parameters={"commands": [line]},
            TimeoutSeconds=_BEGINS_S,
            Comment="Deskside: a rebuild is near",
        )
    except (ClientError, BotoCoreError) as error:
        log.warning("%s screens were not told: %s", len(ids), errors.say(error), exc_info=errors.trace(error))
        return False
    return True


def _text(minutes: int) -> str:
    when = "now" if minutes < 1 else "in about 1 minute" if minutes == 1 else f"in about {minutes} minutes"
    return (
        f"This desktop gets a new image {when}, once nobody is connected to it. Save your work and sign out. "
        "Programs that were installed by hand will be gone."
    )


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    every = list(ids)
    return (every[first : first + BATCH] for first in range(0, len(every), BATCH))


def _node(told: Mapping[str, Any]) -> Node:
    return Node(
        id=told.get("InstanceId", ""),
        computer=_short(told.get("ComputerName", "")),
        platform=told.get("PlatformType", ""),
        ip=told.get("IPAddress") or None,
    )


def _short(computer: str) -> str:
    return computer.partition(".")[0].casefold()
