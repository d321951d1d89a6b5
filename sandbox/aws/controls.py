"""The sandbox's own endpoints under `/_sandbox`, for tests, the page and curious people (DESIGN section 2)."""

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from sandbox.aws import happenings
from sandbox.aws.faults import Fault
from sandbox.aws.refused import Refused
from sandbox.aws.wire import Answer
from sandbox.aws.workspaces_fleet import Fleet

if TYPE_CHECKING:
    from sandbox.aws.server import SandboxAws

Given = Mapping[str, Any]

SOMEBODY = "somebody"
"""The common name of a connection whose opener gave none."""


def control(sandbox: "SandboxAws", method: str, path: str, body: bytes) -> Answer:
    """Answer a control request with JSON; what is wrong with one is said in `{"error": …}`."""
    try:
        given = json.loads(body or b"{}")
        if not isinstance(given, dict):
            raise TypeError("the body must be a JSON object")
        for verb, pattern, act in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match is not None and verb == method:
                return _json(HTTPStatus.OK, act(sandbox, given, *match.groups()))
    except Refused as refused:
        return _json(refused.status or HTTPStatus.BAD_REQUEST, {"error": str(refused)})
    except (LookupError, TypeError, ValueError) as error:
        return _json(HTTPStatus.BAD_REQUEST, {"error": f"{type(error).__name__}: {error}"})
    return _json(HTTPStatus.NOT_FOUND, {"error": f"there is no {method} {path}"})


def _json(status: int, told: object) -> Answer:
    return Answer(status, json.dumps(told).encode(), {"Content-Type": "application/json"})


def _health(sandbox: "SandboxAws", _given: Given) -> object:
    return {"status": "ok", "now": sandbox.clock.now().isoformat()}


def _state(sandbox: "SandboxAws", _given: Given) -> object:
    return sandbox.state()


def _calls(sandbox: "SandboxAws", _given: Given) -> object:
    return sandbox.calls()


def _reset_calls(sandbox: "SandboxAws", _given: Given) -> object:
    sandbox.reset_calls()
    return {}


def _fault(sandbox: "SandboxAws", given: Given) -> object:
    sandbox.fault(Fault(**given))
    return {}


def _clear_faults(sandbox: "SandboxAws", _given: Given) -> object:
    sandbox.clear_faults()
    return {}


def _associate(sandbox: "SandboxAws", given: Given, endpoint: str) -> object:
    return {"AssociationId": sandbox.associate(endpoint, given.get("subnet"))}


def _connect(sandbox: "SandboxAws", given: Given, endpoint: str) -> object:
    return {"ConnectionId": sandbox.connect(endpoint, given.get("common_name") or SOMEBODY, given.get("username"))}


def _disconnect(sandbox: "SandboxAws", given: Given, endpoint: str) -> object:
    return {"ConnectionIds": sandbox.disconnect(endpoint, given.get("connection_id") or given.get("common_name"))}


def _connect_workspace(sandbox: "SandboxAws", _given: Given, workspace: str) -> object:
    return {"WorkspaceId": sandbox.connect_workspace(workspace)}


def _disconnect_workspace(sandbox: "SandboxAws", _given: Given, workspace: str) -> object:
    return {"WorkspaceId": sandbox.disconnect_workspace(workspace)}


def _put_workspace(sandbox: "SandboxAws", given: Given, workspace: str) -> object:
    return {"WorkspaceId": sandbox.put_workspace(workspace, given["state"])}


def _snapshot_workspace(sandbox: "SandboxAws", given: Given, workspace: str) -> object:
    return {"WorkspaceId": sandbox.snapshot_workspace(workspace, taken=bool(given.get("taken", True)))}


def _fleet(sandbox: "SandboxAws", given: Given) -> object:
    return {"WorkspaceIds": sandbox.add_fleet(Fleet(**given))}


def _event(sandbox: "SandboxAws", given: Given) -> object:
    return sandbox.event(given)


def _sns(sandbox: "SandboxAws", given: Given) -> object:
    return sandbox.bus.publish_body(given)


def _happenings(_sandbox: "SandboxAws", _given: Given) -> object:
    return {"groups": happenings.told()}


def _happen(sandbox: "SandboxAws", _given: Given, name: str) -> object:
    return sandbox.happen(name)


def _alarm(sandbox: "SandboxAws", given: Given, name: str) -> object:
    return sandbox.alarms.turn(name, given.get("StateValue"), given.get("StateReason"))


_ROUTES: tuple[tuple[str, str, Callable[..., object]], ...] = (
    ("GET", "/_sandbox/health", _health),
    ("GET", "/_sandbox/state", _state),
    ("GET", "/_sandbox/calls", _calls),
    ("POST", "/_sandbox/calls/reset", _reset_calls),
    ("POST", "/_sandbox/faults", _fault),
    ("DELETE", "/_sandbox/faults", _clear_faults),
    ("POST", "/_sandbox/events", _event),
    ("POST", "/_sandbox/sns", _sns),
    ("GET", "/_sandbox/happenings", _happenings),
    ("POST", "/_sandbox/happenings/([^/]+)", _happen),
    ("POST", "/_sandbox/alarms/([^/]+)", _alarm),
    ("POST", "/_sandbox/vpn/([^/]+)/associate", _associate),
    ("POST", "/_sandbox/vpn/([^/]+)/connect", _connect),
    ("POST", "/_sandbox/vpn/([^/]+)/disconnect", _disconnect),
    ("POST", "/_sandbox/workspaces/([^/]+)/connect", _connect_workspace),
    ("POST", "/_sandbox/workspaces/([^/]+)/disconnect", _disconnect_workspace),
    ("POST", "/_sandbox/workspaces/([^/]+)/state", _put_workspace),
    ("POST", "/_sandbox/workspaces/([^/]+)/snapshots", _snapshot_workspace),
    ("POST", "/_sandbox/fleets", _fleet),
)
