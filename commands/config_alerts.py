"""The part of the configuration about alerts: how many at once, when somebody is reminded, and what may be reached."""

import difflib
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from commands.config_people import Strict
from commands.config_values import HostPattern, HttpsLink, Seconds
from notifiers.alerts.kinds import KINDS, Kind


def _kind(value: object) -> object:
    if value in KINDS:
        return value
    near = difflib.get_close_matches(str(value)[:60], KINDS, n=1)
    instead = f"did you mean {near[0]}?" if near else f"write one of {', '.join(KINDS)}"
    raise ValueError(f"{value!r} is no kind of alert: {instead}")


class Alerts(Strict):
    """How alerts are told. `runbooks` are links by kind, for those whose event names none."""

    flood: Annotated[int, Field(ge=1, le=1_000)] = 10  # new messages a minute and place; what comes beyond is one list
    batch: Seconds = 60  # for so long notices are gathered
    acknowledged: Seconds = 3600  # after so long whoever acknowledged an alert that is still open is reminded
    grace: Seconds = 15 * 60  # and so long after that it is nobody's again
    runbooks: Mapping[Annotated[Kind, BeforeValidator(_kind)], HttpsLink] = Field(default_factory=dict)
    webhook_hosts: tuple[HostPattern, ...] = ("hooks.slack.com", "*.logic.azure.com", "*.api.powerplatform.com")

    def takes_host(self, host: str) -> bool:
        """Whether incoming webhooks may be at this host: `*.` stands for at least one label more."""
        asked = host.lower()
        return any(
            len(asked) > len(known) - 1 and asked.endswith(known[1:]) if known.startswith("*.") else asked == known
            for known in self.webhook_hosts
        )
