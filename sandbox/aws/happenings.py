"""What can be let happen in the account with one click, on the page and in scenarios."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import methodcaller

from sandbox.aws.account import Account
from sandbox.aws.alarms import Alarms
from sandbox.aws.alarms_seed import COMPOSITE, CPU, DISK, IDLE, LOGINS, MEMORY, USER_DISK
from sandbox.aws.bus import Json
from sandbox.aws.refused import Refused


@dataclass(frozen=True)
class Happening:
    """Something that can happen: `name` in addresses, `label` on a button.

    `does`: a deed, or the name of an alarm that it turns; then the label says what is watched, and `raises` is on the
    button as long as it is not in alarm.
    """

    name: str
    label: str
    does: Callable[[Account], Json] | str
    raises: str = ""


GROUPS: tuple[tuple[str, tuple[Happening, ...]], ...] = (
    (
        "Alarms",
        (
            Happening("cpu", "Ren's CPU", CPU, "Run up"),
            Happening("user-disk", "Mika's user volume", USER_DISK, "Fill"),
            Happening("memory", "Memory of research-1", MEMORY, "Fill"),
            Happening("disk", "Disk of research-1", DISK, "Fill"),
            Happening("idle", "Use of research-1", IDLE, "Idle"),
            Happening("logins", "Failed logins (metric math)", LOGINS, "Raise"),
            Happening("composite", "All of research-1 (composite)", COMPOSITE, "Raise"),
        ),
    ),
    (
        "WorkSpaces",
        (
            Happening("workspace-created", "Launch one", Account.create),
            Happening("workspace-terminated", "Terminate one", Account.terminate),
            Happening("workspace-create-failed", "A launch fails", Account.create_in_vain),
            Happening("workspace-terminate-failed", "A termination fails", Account.terminate_in_vain),
            Happening("workspace-login", "Somebody logs in", Account.login),
        ),
    ),
    (
        "Instances and notebooks",
        (
            Happening("instance-launched", "Launch an instance", Account.launch_instance),
            Happening("instance-stopped", "Stop it", methodcaller("instance", "stopped")),
            Happening("instance-terminated", "Terminate it", methodcaller("instance", "terminated")),
            Happening("instance-failed", "No capacity for one", Account.run_in_vain),
            Happening("scaling-failed", "Auto Scaling fails", Account.scale_in_vain),
            Happening("notebook-launched", "Launch a notebook", methodcaller("notebook", "InService")),
            Happening("notebook-failed", "Notebook fails", methodcaller("notebook", "Failed")),
        ),
    ),
    (
        "Money",
        (
            Happening("budget-actual", "Spend money", methodcaller("spend", "ACTUAL")),
            Happening("budget-forecast", "Forecast too much", methodcaller("spend", "FORECASTED")),
        ),
    ),
    (
        "Files, builds and stacks",
        (
            Happening("config-uploaded", "Upload a config", Account.upload),
            Happening("config-removed", "Remove it", Account.remove),
            Happening("pipeline-failed", "Fail a pipeline", methodcaller("pipeline", "FAILED")),
            Happening("pipeline-succeeded", "Pipeline succeeds", methodcaller("pipeline", "SUCCEEDED")),
            Happening("build-failed", "Fail a build", methodcaller("build", "FAILED")),
            Happening("build-succeeded", "Build succeeds", methodcaller("build", "SUCCEEDED")),
            Happening("stack-failed", "Fail a stack", methodcaller("stack", "UPDATE_ROLLBACK_FAILED")),
            Happening("stack-succeeded", "Stack succeeds", methodcaller("stack", "UPDATE_COMPLETE")),
            Happening("execution-failed", "Fail a state machine", Account.execution),
            Happening("durable-failed", "Fail a durable function", Account.durable),
        ),
    ),
    (
        "Access, and AWS itself",
        (
            Happening("denied", "Deny a call", Account.deny),
            Happening("health", "Health issue, or its end", Account.health),
            Happening("note", "A few words over SNS", Account.note),
        ),
    ),
)
"""Everything that the page offers, in its order."""

_BY_NAME = {one.name: one for _, group in GROUPS for one in group}


def told() -> list[Json]:
    """`[{"group": "Alarms", "happenings": [{"name", "label", "alarm": its AlarmName or null, "raises"}]}]`."""
    return [{"group": group, "happenings": [_told(one) for one in happenings]} for group, happenings in GROUPS]


def _told(one: Happening) -> Json:
    alarm = one.does if isinstance(one.does, str) else None
    return {"name": one.name, "label": one.label, "alarm": alarm, "raises": one.raises}


def happen(name: str, account: Account, alarms: Alarms) -> Json:
    """Let it happen; what the bus, or the topic, answers. Raises `Refused` for a name that is none of these."""
    found = _BY_NAME.get(name)
    if found is None:
        raise Refused("NotFound", f"{name} is nothing that can happen here: {', '.join(_BY_NAME)}", 404)
    return alarms.turn(found.does) if isinstance(found.does, str) else found.does(account)
