"""What Systems Manager knows of WorkSpaces: those whose agent an activation has registered, and commands to them.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.aws.paging import cut
from sandbox.aws.refused import Refused
from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_state import WorkSpace

Params = Mapping[str, Any]
Result = dict[str, Any]

DOCUMENTS = {"AWS-RunPowerShellScript": "Windows", "AWS-RunShellScript": "Linux"}
PAGE = 50
_SILENT_S = 300  # since when an agent that is not heard any more was heard last


class ManagedNodes:
    """The managed nodes of the account: every WorkSpace but those with the tag Env=Test.

    `commands` is what was sent: the WorkSpace's id and each line of it.
    """

    def __init__(self, spaces: WorkSpaces) -> None:
        self._spaces = spaces
        self.commands: list[tuple[str, str]] = []

    def clear(self) -> None:
        self.commands.clear()

    def answer(self, operation: str, params: Params) -> Result:
        """The result of an operation of Systems Manager; raises `Refused` as AWS would."""
        with self._spaces.lock:
            return OPERATIONS[operation](self, params)

    def describe(self, params: Params) -> Result:
        size = params.get("MaxResults") or PAGE
        if not 5 <= size <= PAGE:
            raise Refused("ValidationException", f"MaxResults has to be from 5 to {PAGE}.")
        known = (self._told(one) for one in self._registered().values())
        found = [one for one in known if all(_meets(one, wanted) for wanted in params.get("Filters") or [])]
        shown, token = cut(found, params.get("NextToken"), size)
        told: Result = {"InstanceInformationList": shown}
        return told if token is None else told | {"NextToken": token}

    def send(self, params: Params) -> Result:
        """SendCommand: to all or to none, and only what runs hears it."""
        ids, document = params.get("InstanceIds") or [], params.get("DocumentName", "")
        known = self._registered()
        if document not in DOCUMENTS:
            raise Refused("InvalidDocument", f"Document with name {document} does not exist.")
        if not ids or len(ids) > PAGE:
            raise Refused("ValidationException", f"InstanceIds has to have from 1 to {PAGE}.")
        if unknown := [one for one in ids if one not in known]:
            raise Refused("InvalidInstanceId", f"Instances {unknown} not in a valid state for account.")
        if any(_platform(known[one]) != DOCUMENTS[document] for one in ids):
            raise Refused("UnsupportedPlatformType", f"{document} does not run on every instance's platform.")
        lines = (params.get("Parameters") or {}).get("commands", [])
        heard = [known[one].id for one in ids if self._ping(known[one]) == "Online"]
        self.commands += [(one, line) for one in heard for line in lines]
        return {
            "Command": {
                "CommandId": str(uuid.uuid4()),
                "DocumentName": document,
                "InstanceIds": list(ids),
                "Status": "Pending",
                "TargetCount": len(ids),
            }
        }

    def _registered(self) -> dict[str, WorkSpace]:
        return {node_of(one.id): one for one in self._spaces.shown() if one.tags.get("Env") != "Test"}

    def _ping(self, one: WorkSpace) -> str:
        return "Online" if one.state(self._spaces.now()) == "AVAILABLE" else "ConnectionLost"

    def _told(self, one: WorkSpace) -> Result:
        directory, online = self._spaces.directories[one.directory], self._ping(one) == "Online"
        heard = self._spaces.now() - (0 if online else _SILENT_S)
        return {
            "InstanceId": node_of(one.id),
            "PingStatus": self._ping(one),
            "LastPingDateTime": datetime.fromtimestamp(heard, UTC),
            "AgentVersion": "3.3.2299.0",
            "IsLatestVersion": True,
            "PlatformType": _platform(one),
            "PlatformName": one.properties.system,
            "ResourceType": "ManagedInstance",
            "IPAddress": one.ip,
            "ComputerName": f"{one.computer}.{directory.name}",
        }


def node_of(workspace_id: str) -> str:
    """The id of the managed node that a WorkSpace is: `mi-` and 17 hex digits."""
    return "mi-" + hashlib.blake2b(workspace_id.encode(), digest_size=9).hexdigest()[:17]


def _platform(one: WorkSpace) -> str:
    return "Windows" if one.properties.system.startswith("WINDOWS") else "Linux"


def _meets(told: Result, wanted: Params) -> bool:
    member = {"PingStatus": "PingStatus", "PlatformTypes": "PlatformType", "ResourceType": "ResourceType"}.get(
        wanted["Key"]
    )
    if member is None:
        raise Refused("InvalidFilterKey", f"The filter key {wanted['Key']} is not valid.")
    return told[member] in wanted["Values"]


OPERATIONS: dict[str, Callable[[ManagedNodes, Params], Result]] = {
    "DescribeInstanceInformation": ManagedNodes.describe,
    "SendCommand": ManagedNodes.send,
}
"""The operations of Systems Manager that are about managed nodes; the others are moto's."""
