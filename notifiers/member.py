"""Somebody as a chat's own directory lists them, before any rule of ours."""

import re
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from notifiers.place import Platform

_EMAIL = re.compile(r"[^@\s<>|]+@[^@\s<>|]+")
_LONGEST_EMAIL = 254


class Member(BaseModel):
    """An account of a platform. `email` is None where the platform has none that it vouches for."""

    model_config = ConfigDict(frozen=True)

    platform: Platform
    user: str  # the platform's id
    name: str
    email: str | None = None  # lower-cased
    timezone: str | None = None  # IANA name
    organisations: frozenset[str] = frozenset()  # ids of the workspaces or tenants that the account belongs to
    lacking: str | None = None  # why this is no full member, in words for the person: "yours is a guest account"


class Roster(Protocol):
    """A platform's directory. Every method raises TryLater when it cannot be read now."""

    async def home(self) -> str:
        """The id of the organisation that the app is installed in."""
        ...

    async def member(self, user: str, *, fresh: bool = False) -> Member | None:
        """The account with this id; None when there is none that the app may see."""
        ...

    async def by_email(self, email: str, *, fresh: bool = False) -> Member | None:
        """The account with this primary address; None when there is none that is in use."""
        ...

    async def group(self, group: str, *, fresh: bool = False) -> frozenset[str]:
        """The ids of a user group's members; of none when there is no such group."""
        ...


def key_of(email: str) -> str | None:
    """An address as a key, lower-cased; None for what is none, or might be taken for somebody else's."""
    # Checked first, then lowered: some letters of other scripts become ASCII ones, and so another person's address.
    good = email.isascii() and len(email) <= _LONGEST_EMAIL and _EMAIL.fullmatch(email)
    return email.lower() if good else None
