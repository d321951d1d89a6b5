"""Where something is said, and to whom a private answer goes."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

Platform = Literal["slack", "teams"]
PLATFORMS: tuple[Platform, ...] = ("slack", "teams")
Scheme = Literal["slack", "teams", "person", "mailto", "webhook"]
SCHEMES: tuple[Scheme, ...] = ("slack", "teams", "person", "mailto", "webhook")


class Place(BaseModel):
    """A place of the configuration file: `slack:C…`, `teams:<conversation>`, `person:<e-mail>`."""

    model_config = ConfigDict(frozen=True)

    scheme: Scheme
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `scheme:id`. Raises ValueError with a sentence for the person who wrote it."""
        scheme, separator, rest = text.partition(":")
        for known in SCHEMES:
            if separator and rest and scheme == known:
                return cls(scheme=known, id=rest)
        raise ValueError(f"{text!r} is not a place: write one of {', '.join(SCHEMES)}, a colon and an id")

    @classmethod
    def is_known(cls, text: str) -> bool:
        """Whether `parse` can read it."""
        scheme, separator, rest = text.partition(":")
        return scheme in SCHEMES and bool(separator and rest)

    @classmethod
    def person(cls, key: str) -> Self:
        """The direct messages of a person, named by their key (lower-cased e-mail)."""
        return cls(scheme="person", id=key)

    @property
    def direct(self) -> bool:
        """Whether it is a conversation of two: where the app can write, somebody's own chat with it.

        By the id: Slack's begin with D, Teams' with `a:`.
        https://docs.slack.dev/reference/objects/conversation-object and
        https://learn.microsoft.com/microsoftteams/platform/resources/bot-v3/bot-conversations/bots-conversations
        """
        begins = {"slack": "D", "teams": "a:"}.get(self.scheme)
        return self.scheme == "person" or (begins is not None and self.id.startswith(begins))

    @property
    def editable(self) -> bool:
        """Whether what was said there can be changed: incoming webhooks and mail only take what is new."""
        return self.scheme not in ("webhook", "mailto")

    def __str__(self) -> str:
        return f"{self.scheme}:{self.id}"


class Recipient(BaseModel):
    """Who gets a private answer, and by which way."""

    model_config = ConfigDict(frozen=True)

    platform: Platform
    user: str  # the platform's id of the person
    reply_to: str | None = None  # Slack: the response_url; Teams: where it was asked; None: direct message
    chat: str | None = None  # Teams: their own chat with the app, where they asked there
    service_url: str | None = None  # Teams: where it is reached for them
    timezone: str = "UTC"  # IANA name
