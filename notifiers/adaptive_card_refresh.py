"""What has a card drawn anew for single readers: their client asks, as soon as it shows the card.

https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model (refresh) and
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/user-specific-views
"""

from dataclasses import dataclass

from notifiers import adaptive_card_limits as limits
from notifiers.adaptive_card_limits import Json

REFRESH = "refresh"


@dataclass(frozen=True)
class Refresh:
    """Whose clients ask (`29:…` ids; beyond 60 nobody's would), and about which run's card."""

    run: str
    accounts: tuple[str, ...]


def refreshing(refresh: Refresh | None) -> Json:
    """The property of a card, if any client is to ask. It says no more than the run: the rest is looked up."""
    if refresh is None or not refresh.accounts:
        return {}
    action = {"type": "Action.Execute", "verb": REFRESH, "data": {REFRESH: refresh.run}}
    return {REFRESH: {"action": action, "userIds": list(refresh.accounts[: limits.REFRESHED])}}
