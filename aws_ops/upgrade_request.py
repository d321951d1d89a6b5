"""What somebody chose for an upgrade: which machines of which bundle, in which waves. Pure."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from aws_ops.bucket import Rate
from aws_ops.table import Item
from aws_ops.upgrade_items import Window

SIZE = re.compile(r"[1-9]\d{0,5}|(?:[1-9]\d?|100)%", re.ASCII)
"""How a wave's size is written: so many machines, or a part of all."""
TAG = "tag:"
CANARY_TAG = "Canary"
"""Machines with this tag are in the canary first."""


@dataclass(frozen=True)
class Request:
    """What is asked for.

    The machines are those with the `tag` ("Env=Prod", or "Env" with any value), or those of these `ids`, or with
    neither all of the bundle; without those that `exclude` names (ids, or "tag:Env=Test"). `canary` and `waves` are
    sizes ("5", "20%"): the last one repeats until all are in one, and without waves one takes all the rest. `protect`:
    the tag that keeps a WorkSpace from being changed. `kms`: the key that the report is written with. Prices are USD
    of one durable operation and one write to the table. https://aws.amazon.com/lambda/pricing/
    """

    bundle: str
    image: str
    tag: str | None = None
    ids: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    canary: str = "1"
    waves: tuple[str, ...] = ()
    window: Window | None = None
    max_concurrent: int = 10
    notice_s: int = 0
    protect: str | None = None
    kms: str | None = None
    rate: Rate = field(default_factory=Rate)
    tick_s: int = 30
    operation_usd: float = 0.000008
    write_usd: float = 0.00000125

    @property
    def tag_pair(self) -> tuple[str, str | None] | None:
        """The key and the value of `tag`; None for any value."""
        return None if self.tag is None else _pair(self.tag)

    def leaves_out(self, id: str, tags: Mapping[str, str]) -> bool:
        """Whether `exclude` names this machine."""
        return any(_names(said, id, tags) for said in self.exclude)

    def unused(self, machines: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
        """What of `exclude` names none of these machines (their tags by id)."""
        return tuple(
            said for said in self.exclude if not any(_names(said, id_, tags) for id_, tags in machines.items())
        )


def words(request: Request) -> Item:
    """The request as JSON takes it."""
    return asdict(request)


def request_of(said: Mapping[str, Any]) -> Request:
    """The request as it was written by `words`."""
    window = said["window"]
    return Request(
        **{
            **said,
            **{name: tuple(said[name]) for name in ("ids", "exclude", "waves")},
            "window": window and Window(**{**window, "days": tuple(window["days"])}),
            "rate": Rate(**said["rate"]),
        }
    )


def sizes(total: int, canary: str, waves: tuple[str, ...]) -> tuple[int, ...]:
    """How many of `total` machines are in each wave, the canary first: all of them, and no wave is empty.

    Raises ValueError where a size is none.
    """
    wanted = [size_of(said, total) for said in (canary, *waves)]
    if not waves:
        wanted.append(total)
    found: list[int] = []
    left = total
    while left:
        size = min(wanted[min(len(found), len(wanted) - 1)], left)
        found.append(size)
        left -= size
    return tuple(found)


def size_of(said: str, total: int) -> int:
    """How many machines "5" or "20%" of `total` are, one at least. Raises ValueError."""
    if SIZE.fullmatch(said) is None:
        raise ValueError(f"{said!r} is no size of a wave: it is a number like 5, or a part like 20%")
    if said.endswith("%"):
        return max(1, math.ceil(total * int(said[:-1]) / 100))
    return int(said)


def _names(said: str, id: str, tags: Mapping[str, str]) -> bool:
    if not said.startswith(TAG):
        return said.lower() == id
    key, value = _pair(said.removeprefix(TAG))
    return key in tags and value in {None, tags[key]}


def _pair(said: str) -> tuple[str, str | None]:
    key, valued, value = said.partition("=")
    return key, value if valued else None
