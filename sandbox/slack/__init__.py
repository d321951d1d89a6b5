"""The simulated Slack: its Web API, signed requests to the bot, and what each person sees."""

from sandbox.slack.client import SlackPerson
from sandbox.slack.server import ApiCall, Slack
from sandbox.slack.shown import Shown
from sandbox.slack.wire import Ack

__all__ = ["Ack", "ApiCall", "Shown", "Slack", "SlackPerson"]
