"""What Teams said lately: a delivery whose answer was lost on the way comes again, and is not to be heard twice.

Kept by this process alone. What may be done once only has its own guard in the table, under the request's id.
"""

from collections import OrderedDict

from aws_ops import clock
from bot.listeners import teams_requests
from bot.listeners.teams_requests import Body, Sender

_KEPT_S = 600
_MOST = 10_000

_Name = tuple[str, str, str]


class Heard:
    """The activities of the last minutes."""

    def __init__(self) -> None:
        self._at: OrderedDict[_Name, int] = OrderedDict()

    def again(self, activity: Body, who: Sender) -> bool:
        """Whether it came before; from now on it did. One without an id never comes again."""
        known = teams_requests.activity_id(activity)
        if known is None:
            return False
        name, now = (str(activity.get("type")), who.conversation, known), clock.epoch()
        before = self._at.pop(name, None)
        self._at[name] = now
        while len(self._at) > _MOST:
            self._at.popitem(last=False)
        return before is not None and 0 <= now - before < _KEPT_S
