"""The simulated Teams: login, the Bot Connector, signed activities to the bot, and what each person sees."""

from sandbox.teams.client import TeamsPerson
from sandbox.teams.server import ApiCall, Teams
from sandbox.teams.shown import Shown
from sandbox.teams.wire import Ack, Sent
from sandbox.teams.world import Change

__all__ = ["Ack", "ApiCall", "Change", "Sent", "Shown", "Teams", "TeamsPerson"]
