"""What the values of the configuration file look like. Pure; each says in words what is wrong with a value."""

import re
from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from commands.durations import parse_duration
from notifiers.place import Place


def _seconds(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a duration: write it like 45s, 30m, 8h or 1d")  # noqa: TRY004 - pydantic's way
    try:
        return parse_duration(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is {error}") from None


def _place(value: object) -> Place:
    place = Place.parse(value) if isinstance(value, str) else Place.parse(repr(value))
    if place.scheme == "teams" and ";" in place.id:
        raise ValueError(f"{value!r} is a thread: write the channel, without ; and what follows")
    return place


def _time_of_day(value: object) -> time:
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        return time.fromisoformat(value)
    # Without quotation marks YAML reads 20:00 as the number 1200.
    raise ValueError(f'{value!r} is not a time of day: write it like "20:00", with the quotation marks')


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is not a time zone: write one like Asia/Tokyo") from None
    return value


def _like(pattern: str, what: str) -> AfterValidator:
    """A check that says what is meant, instead of showing a pattern."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not {what}")
        return value

    return AfterValidator(check)


def _no_word(value: str) -> str:
    if value in _WORDS:
        raise ValueError(f"{value!r} means something else in commands: choose another name")
    return value


# "for 2h" and "--all" are said after an endpoint's name.
_WORDS = frozenset({"all", "for"})

Seconds = Annotated[int, BeforeValidator(_seconds)]
# ASCII only: other scripts have letters that look like these, and some become these in lower case.
_DOMAIN = r"[A-Za-z0-9._-]+\.[A-Za-z0-9-]+"
_MAILBOX = r"[!-;=?A-{}~]+"

Email = Annotated[str, _like(f"{_MAILBOX}@{_DOMAIN}", "an e-mail address"), AfterValidator(str.lower)]
Domain = Annotated[str, _like(_DOMAIN, "a domain like example.com"), AfterValidator(str.lower)]
SlackUser = Annotated[str, _like(r"[UW][A-Z0-9]+", "the id of a Slack user, like U0123ABCD")]
SlackGroup = Annotated[str, _like(r"S[A-Z0-9]+", "the id of a Slack user group, like S0123ABCD")]
SlackTeam = Annotated[str, _like(r"T[A-Z0-9]+", "the id of a Slack workspace, like T0123ABCD")]
TeamsUser = Annotated[
    str,
    _like(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "the Entra object id of a user, which is a GUID"),
    AfterValidator(str.lower),
]
TeamsTeam = Annotated[str, _like(r"19:[^\s;]+@thread\.[a-z0-9]+", "the id of a team, like 19:0a1b@thread.tacv2")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
# Begins with a letter, so that nobody can mistake `2h` for an endpoint; short and plain, so that it is easily typed.
EndpointName = Annotated[
    str,
    _like(r"[a-z][a-z0-9-]{0,30}", "a short name of small letters, digits and hyphens, a letter first"),
    AfterValidator(_no_word),
]
EndpointId = Annotated[
    str, _like(r"cvpn-endpoint-[0-9a-zA-Z-]+", "the id of a Client VPN endpoint, like cvpn-endpoint-0a1b")
]
Subnet = Annotated[str, _like(r"subnet-[0-9a-zA-Z-]+", "the id of a subnet, like subnet-0a1b")]
RoleArn = Annotated[str, _like(r"arn:aws[a-z-]*:iam::\d{12}:role/.+", "the ARN of a role")]
DirectoryUser = Annotated[str, _like(r"local-part|address|tag:.+", "local-part, address or tag:<key>")]
Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]
PerSecond = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
TagFilter = Annotated[str, _like(r"[^=]{1,128}(=.{0,256})?", "a tag: write its key, or key=value")]
Silence = Literal["stop", "go"]
NeedsApproval = Annotated[
    str, _like("rebuild|restore|terminate|create", "what may need an approval: rebuild, restore, terminate or create")
]
HttpsLink = Annotated[str, _like(r"https://[^\s<>|\"]+", "a link that begins with https://")]
HostPattern = Annotated[
    str,
    _like(
        r"(\*\.)?([A-Za-z0-9-]+\.)+[A-Za-z]{2,}", "a host like hooks.slack.com, or *.logic.azure.com for all below it"
    ),
    AfterValidator(str.lower),
]
KnownPlace = Annotated[Place, BeforeValidator(_place)]
Zone = Annotated[str, AfterValidator(_zone)]
