"""What the chats' listeners give their requests to."""

from collections.abc import Mapping
from typing import Protocol

from commands.request import Request


class Handler(Protocol):
    """What a request is given to."""

    def check_form(self, command: str, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with a form's fields; pure."""
        ...

    async def handle(self, request: Request) -> None:
        """Do it and answer; never raises."""
        ...
