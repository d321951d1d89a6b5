"""The WorkSpaces of the scenarios: whose they are, what their users do, and what AWS was asked."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.aws.faults import Fault
from sandbox.aws.workspaces_seed import STANDARD, WHOSE
from tests.chats import Human
from tests.scenarios.cloud import Cloud

DESKTOPS = {user: workspace for workspace, user in WHOSE.items()}
CHANGES = re.compile(r"WorkSpaces\.(Rebuild|Restore|Reboot|Start|Stop|Terminate|Create|Modify|Migrate|Update)")


class Desks(Cloud):
    """What a scenario does with WorkSpaces, and reads of them."""

    def desktop(self, user: str) -> str:
        """The WorkSpace of a directory user."""
        return DESKTOPS[user]

    def computer(self, user: str) -> str:
        """What that WorkSpace is called on the network."""
        return str(self._workspace(user)["ComputerName"])

    def state(self, user: str) -> str | None:
        """Its state now; None: AWS has it no more."""
        return self._workspace(user).get("State")

    def sits_down(self, user: str) -> None:
        """Its user connects."""
        self.aws.connect_workspace(self.desktop(user))

    def leaves(self, user: str) -> None:
        """Its user disconnects."""
        self.aws.disconnect_workspace(self.desktop(user))

    def gets_into(self, user: str, state: str) -> None:
        """It gets into a state, whoever did it."""
        self.aws.put_workspace(self.desktop(user), state)

    def loses_snapshots(self, user: str) -> None:
        """There is no snapshot of it."""
        self.aws.snapshot_workspace(self.desktop(user), taken=False)

    def goes_wrong(self, what: str, times: int = 1) -> None:
        """One of the simulated WorkSpaces' ways to go wrong (`rebuild-ends-in-error`) happens `times` times."""
        self.aws.fault(Fault("WorkSpaces", "*", what, times=times))

    def gets_image(self, image: str, bundle: str = STANDARD) -> None:
        """Somebody gives the bundle another image."""
        found = self.aws.workspaces.bundles[bundle]
        found.image = image

    def bundle_image(self, bundle: str = STANDARD) -> str | None:
        """The image that a bundle has now."""
        return self.aws.workspaces.bundles[bundle].image

    def calls_of(self, operation: str) -> int:
        """How often AWS was asked for something, refused and throttled calls aside."""
        return int(self.aws.calls().get(f"WorkSpaces.{operation}", 0))

    def asked_by(self, operation: str) -> list[str | None]:
        """Who asked AWS for it, as CloudTrail names them."""
        return [event.source for event in self.aws.trail() if event.call == f"WorkSpaces.{operation}"]

    def nameless_changes(self) -> list[str]:
        """Calls that would change WorkSpaces or EC2 in nobody's name: refused by AWS, and there shall be none."""
        changing = re.compile(rf"{CHANGES.pattern}|EC2\.(Associate|Disassociate|Create|Apply)")
        return [event.call for event in self.aws.trail() if changing.match(event.call) and event.source is None]

    # ---- its runs, as the table has them

    def run(self) -> str:
        """The newest run that changes WorkSpaces."""
        rows = [*self.table.query_index("OPEN#RUN"), *self.table.query_index("CLOSED#RUN")]
        return max(str(row["run"]) for row in rows if row["kind"] == "workspace")

    def begins_at(self) -> int:
        """When that run begins, as its person wishes."""
        meta = self.table.get(f"RUN#{self.run()}", "META")
        assert meta is not None
        return int(meta["begin_at"])

    def at_home(self, zone: str, epoch: int) -> tuple[int, int]:
        """Hour and minute somewhere."""
        there = datetime.fromtimestamp(epoch, ZoneInfo(zone))
        return there.hour, there.minute

    def until_clock(self, zone: str, hour: int, minute: int) -> float:
        """Seconds until it is that late somewhere."""
        here = datetime.fromtimestamp(self.now(), ZoneInfo(zone))
        then = here.replace(hour=hour, minute=minute, second=0)
        return (then - here).total_seconds() % (24 * 3600)

    def approval(self) -> str:
        """What one types to name the newest approval: the end of its id."""
        return self.run()[-5:]

    def approval_state(self) -> str:
        """How the newest approval stands."""
        item = self.table.get(f"APPROVAL#{self.run()}", "APPROVAL")
        assert item is not None
        return str(item["state"])

    def run_cards(self, somebody: Human) -> list[str]:
        """The newest run's live card in somebody's own chat with the app: one message, edited."""
        ids = [str(item["ts"]) for item in self.table.query(f"CARD#{self.run()}")]
        return [seen.text for seen in somebody.dms() if any(one.endswith(seen.id) for one in ids)]

    def buttons(self, somebody: Human) -> set[str]:
        """The labels of every button on the newest message in somebody's own chat with the app."""
        return set(somebody.reads(somebody.dm)[-1].buttons)

    async def confirms(self, somebody: Human) -> None:
        """Press the button that confirms what was asked last, whatever it is called."""
        newest = next(seen for seen in reversed(somebody.reads(somebody.dm)) if "confirm " in str(seen.buttons))
        label = next(label for label, command in newest.buttons.items() if command.startswith("confirm "))
        await somebody.presses(label, somebody.dm)

    def _workspace(self, user: str) -> dict[str, Any]:
        wanted = self.desktop(user)
        return next((one for one in self.aws.state()["workspaces"] if one["WorkspaceId"] == wanted), {})
