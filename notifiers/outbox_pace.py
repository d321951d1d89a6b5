"""How fast things are said in one place: at its pace, and slower where much was said for long. Pure.

Teams takes 1,800 messages an hour in one conversation, which is half of one a second:
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
"""

# So many at the pace itself, where nothing was said for long; then each takes as long as three.
_AT_ONCE = 500
_SLOWER = 3


class Pace:
    """The pace of one place: `seconds` between two messages, at first. Times are those of one clock, in seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._left = float(_AT_ONCE)
        self._at = 0.0

    def after(self, now: float) -> float:
        """How many seconds from `now` on, when something was said, nothing more is to be said."""
        if self._seconds == 0:
            return 0.0
        regained = max(0.0, now - self._at) / (_SLOWER * self._seconds)
        self._left = min(_AT_ONCE, self._left + regained) - 1
        self._at = now
        return self._seconds if self._left >= 0 else _SLOWER * self._seconds
