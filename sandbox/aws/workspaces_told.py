"""The fleet as the sandbox's own state tells it: AWS's field names, also of what takes other calls or is never told."""

from datetime import UTC, datetime
from typing import Any

from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_api import described


def told(spaces: WorkSpaces) -> list[dict[str, Any]]:
    """Each WorkSpace with ConnectionState, Tags (an object), SnapshotTime (ISO 8601 or null) and ImageId."""
    with spaces.lock:
        now = spaces.now()
        return [
            {
                **described(spaces, one),
                "ConnectionState": one.connection(now),
                "Tags": dict(one.tags),
                "SnapshotTime": _moment(spaces.snapshot_of(one)),
                "ImageId": one.image,
            }
            for one in spaces.shown()
        ]


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
