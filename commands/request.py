"""Who asks, and what arrives from a chat."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from notifiers.place import Place, Platform, Recipient


class Person(BaseModel):
    """Somebody as a platform's directory knows them.

    `key` is the lower-cased primary e-mail of a full member of our organisation, the same in every chat; None when
    they are none (`stranger` says why, in words for the person), and then they have no role at all.
    """

    model_config = ConfigDict(frozen=True)

    platform: Platform
    user: str  # the platform's id (Slack: user id, Teams: Entra object id)
    key: str | None
    name: str  # shown only, never used to find anybody
    timezone: str = "UTC"
    stranger: str | None = None


class Request(BaseModel):
    """One thing that a person asked for, from any chat, typed, pressed or submitted."""

    model_config = ConfigDict(frozen=True)

    id: str  # the platform's own id of this request (Slack: trigger_id): the same again is a duplicate
    correlation: str  # short; in the logs, and shown with errors
    platform: Platform
    user: str
    place: Place  # where it was asked
    text: str  # "vpn on tokyo for 2h", without slash or mention of us; a mention of somebody is @ and the platform's id
    arguments: Mapping[str, str] | None = None  # a submitted form's fields
    via: Literal["typed", "button", "form"] = "typed"
    recipient: Recipient
    trigger: str | None = None  # Slack: opens a form, for 3 seconds
    team: str | None = None  # the organisation that the person acts from (Slack: team id, Teams: tenant id)
