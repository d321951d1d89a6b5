"""People in the simulated chats, in words that are the same whichever chat it is."""

from tests.chats.side import Human, Seen, Side, Thread
from tests.chats.slack import SlackHuman, SlackSide
from tests.chats.teams import TeamsSide

SIDES: dict[str, type[Side]] = {"slack": SlackSide, "teams": TeamsSide}

__all__ = ["SIDES", "Human", "Seen", "Side", "SlackHuman", "SlackSide", "TeamsSide", "Thread"]
