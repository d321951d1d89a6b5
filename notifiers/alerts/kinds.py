"""The kinds of alerts, as people subscribe to them, and words that stand for several."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Kind = Literal[
    "workspace-created",
    "workspace-terminated",
    "workspace-rebuilt",
    "workspace-changed",
    "workspace-failed",
    "workspace-login",
    "instance-launched",
    "instance-stopped",
    "instance-terminated",
    "instance-failed",
    "notebook-launched",
    "notebook-stopped",
    "notebook-terminated",
    "notebook-failed",
    "cpu",
    "memory",
    "disk",
    "idle",
    "alarm",
    "budget",
    "config-uploaded",
    "config-removed",
    "pipeline",
    "build",
    "stack",
    "execution",
    "health",
    "denied",
    "test",
    "other",
]

KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        "workspace-created": "a WorkSpace was created",
        "workspace-terminated": "a WorkSpace was terminated",
        "workspace-rebuilt": "a WorkSpace was rebuilt, restored or migrated",
        "workspace-changed": "a WorkSpace was started, stopped, restarted or altered",
        "workspace-failed": "a WorkSpace could not be created, changed or removed",
        "workspace-login": "somebody logged in to a WorkSpace",
        "instance-launched": "an instance was launched or started",
        "instance-stopped": "an instance was stopped",
        "instance-terminated": "an instance was terminated",
        "instance-failed": "an instance could not be launched, stopped or terminated",
        "notebook-launched": "a notebook was launched or started",
        "notebook-stopped": "a notebook was stopped",
        "notebook-terminated": "a notebook was deleted",
        "notebook-failed": "a notebook failed",
        "cpu": "CPU is high",
        "memory": "memory is nearly full",
        "disk": "a disk is nearly full",
        "idle": "a machine is idle",
        "alarm": "any other CloudWatch alarm",
        "budget": "a budget is exceeded, or will be",
        "config-uploaded": "a configuration file was uploaded",
        "config-removed": "a configuration file was removed",
        "pipeline": "a pipeline failed or succeeded",
        "build": "a build failed or succeeded",
        "stack": "a CloudFormation stack changed or failed",
        "execution": "a workflow's execution failed",
        "health": "AWS Health has something to say",
        "denied": "somebody was denied a call",
        "test": "/alerts test",
        "other": "an event that Deskside does not know",
    }
)
"""Every kind, and when it comes."""

GROUPS: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {
        "workspaces": (
            "workspace-created",
            "workspace-terminated",
            "workspace-rebuilt",
            "workspace-changed",
            "workspace-failed",
            "workspace-login",
        ),
        "instances": ("instance-launched", "instance-stopped", "instance-terminated", "instance-failed"),
        "notebooks": ("notebook-launched", "notebook-stopped", "notebook-terminated", "notebook-failed"),
        "launches": ("workspace-created", "instance-launched", "notebook-launched"),
        "terminations": ("workspace-terminated", "instance-terminated", "notebook-terminated"),
        "failures": ("workspace-failed", "instance-failed", "notebook-failed", "execution", "denied"),
        "alarms": ("cpu", "memory", "disk", "idle", "alarm"),
        "budgets": ("budget",),
        "configs": ("config-uploaded", "config-removed"),
        "builds": ("pipeline", "build"),
        "stacks": ("stack",),
    }
)
"""Words for several kinds."""
