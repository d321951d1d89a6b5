"""What people and machines do in the account besides Deskside, as far as events tell of it.

What the sandbox simulates really happens: WorkSpaces are made and terminated. Of the rest only the events are there.
Everything has ids of its own each time, so that the same deed twice is two events.
"""

import itertools
import random
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox.aws import alarms_seed, cloudtrail, instances, service_events, workspaces_api
from sandbox.aws.bus import Bus, Json
from sandbox.aws.clock import Clock
from sandbox.aws.cloudtrail import ApiCall, camel
from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_seed import CORP, STANDARD, TWIN
from sandbox.aws.workspaces_state import new_id
from sandbox.aws.world import ACCOUNT, REGION

OPERATOR = "arn:aws:iam::" + ACCOUNT + ":role/console-operators"
"""The role of those who work in AWS's console."""

_SPENT_USD = {"ACTUAL": 842.5, "FORECASTED": 1084.2}  # of a budget of 1,000, before anything more is spent


class Account:
    """The account in which things happen, and what has happened to it so far."""

    def __init__(self, clock: Clock, bus: Bus, spaces: WorkSpaces) -> None:
        self._clock, self._bus, self._spaces = clock, bus, spaces
        self.clear()

    def clear(self) -> None:
        """Forget what has happened."""
        self._numbers = itertools.count(1)
        self._made: list[str] = []
        self._instances: list[str] = []
        self._files: list[str] = []
        self._spent = dict.fromkeys(("ACTUAL", "FORECASTED"), 1.0)
        self._stack_id = str(uuid.uuid4())
        self._issue: tuple[str, datetime] | None = None

    def _now(self) -> datetime:
        return self._clock.now()

    def _put(self, event: Mapping[str, Any]) -> Json:
        return self._bus.put(event)

    # -- WorkSpaces, in the console ------------------------------------------------------------------------------------

    def _call(self, operation: str, params: Mapping[str, Any], *, who: str = "oda") -> Json:
        result = workspaces_api.answer(self._spaces, operation, params)
        return self._called(ApiCall("workspaces", operation, self._somebody(who), camel(params), camel(result)))

    def _called(self, call: ApiCall) -> Json:
        return self._put(cloudtrail.event(call, self._now()))

    def _somebody(self, name: str) -> Json:
        return cloudtrail.assumed(OPERATOR, f"{name}@example.com", None, self._now())

    def create(self) -> Json:
        """Somebody new gets a WorkSpace."""
        user = f"new.colleague{next(self._numbers)}"
        with self._spaces.lock:
            directory = self._spaces.directories[CORP]
            self._spaces.directories[CORP] = replace(directory, users=directory.users | {user})
            told = self._call("CreateWorkspaces", {"Workspaces": [_wish(user)]})
            self._made.append(next(one.id for one in self._spaces.workspaces.values() if one.user == user))
        return told

    def create_in_vain(self) -> Json:
        return self._call("CreateWorkspaces", {"Workspaces": [_wish(TWIN)]})

    def terminate(self) -> Json:
        """The newest of those that were made here goes; without one, one goes that nobody has seen."""
        shown = {one.id for one in self._spaces.shown()}
        made = [one for one in self._made if one in shown]
        if made:
            self._made.remove(made[-1])
            return self._call("TerminateWorkspaces", _terminating(made[-1]))
        request = camel(_terminating(new_id()))
        who = self._somebody("oda")
        return self._called(ApiCall("workspaces", "TerminateWorkspaces", who, request, {"failedRequests": []}))

    def terminate_in_vain(self) -> Json:
        return self._call("TerminateWorkspaces", _terminating(new_id()))

    def login(self) -> Json:
        now = self._spaces.now()
        one = random.choice([one for one in self._spaces.shown() if one.state(now) == "AVAILABLE"])
        return self._put(service_events.login(one.id, one.directory, self._now()))

    # -- instances and notebooks ---------------------------------------------------------------------------------------

    def launch_instance(self) -> Json:
        self._instances.append(f"i-0{random.getrandbits(64):016x}")
        return self._put(instances.state_change(self._instances[-1], "running", self._now()))

    def instance(self, state: str) -> Json:
        """The newest instance gets into a state; one that is terminated is forgotten."""
        if not self._instances:
            self._instances.append(f"i-0{random.getrandbits(64):016x}")
        instance = self._instances.pop() if state == "terminated" else self._instances[-1]
        return self._put(instances.state_change(instance, state, self._now()))

    def run_in_vain(self) -> Json:
        params = {"ImageId": "ami-0a1b2c3d4e5f60001", "MinCount": 1, "MaxCount": 1, "InstanceType": "p4d.24xlarge"}
        request = instances.request("RunInstances", params)
        error = (
            cloudtrail.code_of("ec2", "InsufficientInstanceCapacity"),
            "We currently do not have sufficient p4d.24xlarge capacity in the Availability Zone you requested.",
        )
        return self._called(ApiCall("ec2", "RunInstances", self._somebody("ada"), request, error=error))

    def scale_in_vain(self) -> Json:
        return self._put(service_events.launch_unsuccessful("research-pool", str(uuid.uuid4()), self._now()))

    def notebook(self, status: str) -> Json:
        failure = "The lifecycle configuration ran for more than 5 minutes." if status == "Failed" else ""
        name = f"research-notebook-{next(self._numbers)}"
        return self._put(service_events.notebook(name, status, self._now(), failure))

    # -- money, files, builds ------------------------------------------------------------------------------------------

    def spend(self, kind: str) -> Json:
        """More than the time before."""
        self._spent[kind] *= random.uniform(1.02, 1.15)
        spent = _SPENT_USD[kind] * self._spent[kind]
        subject, text = service_events.budget("research-monthly", kind, spent, 1000, self._now())
        return self._bus.publish(text, subject)

    def upload(self) -> Json:
        self._files.append(f"configs/prod-{uuid.uuid4().hex[:13]}-pa-{uuid.uuid4().hex[:13]}.json")
        return self._put(service_events.uploaded(self._files[-1], str(uuid.uuid4())))

    def remove(self) -> Json:
        key = self._files.pop() if self._files else f"configs/prod-{uuid.uuid4().hex[:13]}-pa-0a1b2c3d4e5f6.json"
        return self._put(service_events.removed(key, str(uuid.uuid4())))

    def pipeline(self, state: str) -> Json:
        return self._put(service_events.pipeline("desktop-images", str(uuid.uuid4()), state, self._now()))

    def build(self, status: str) -> Json:
        return self._put(service_events.build("office-image", str(uuid.uuid4()), status, self._now()))

    def stack(self, status: str) -> Json:
        reason = "The following resource(s) failed to update: [Instance]." if status.endswith("FAILED") else ""
        return self._put(service_events.stack("ai-unlimited", self._stack_id, status, reason))

    def execution(self) -> Json:
        return self._put(service_events.execution("nightly-snapshots", str(uuid.uuid4()), self._now()))

    def durable(self) -> Json:
        run = str(uuid.uuid4())
        return self._put(service_events.durable("team-reports", f"report-{run[:8]}", run, self._now()))

    # -- access, and AWS itself ----------------------------------------------------------------------------------------

    def deny(self) -> Json:
        """Somebody tries to end an instance that is not theirs."""
        instance = alarms_seed.RESEARCH
        user = f"arn:aws:iam::{ACCOUNT}:user/ren"
        resource = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}"
        error = (
            cloudtrail.code_of("ec2", "UnauthorizedOperation"),
            f"You are not authorized to perform this operation. User: {user} is not authorized to perform: "
            f"ec2:TerminateInstances on resource: {resource} because no identity-based policy allows the "
            "ec2:TerminateInstances action.",
        )
        request = instances.request("TerminateInstances", {"InstanceIds": [instance]})
        return self._called(ApiCall("ec2", "TerminateInstances", cloudtrail.iam_user("ren"), request, error=error))

    def health(self) -> Json:
        """An issue begins; the next time it is over."""
        if self._issue is not None:
            (arn, began), self._issue = self._issue, None
            return self._put(service_events.health(arn, began, self._now()))
        code = f"AWS_WORKSPACES_OPERATIONAL_ISSUE_{uuid.uuid4().hex[:8].upper()}"
        arn = f"arn:aws:health:{REGION}::event/WORKSPACES/AWS_WORKSPACES_OPERATIONAL_ISSUE/{code}"
        self._issue = arn, self._now()
        return self._put(service_events.health(*self._issue, None))

    def note(self) -> Json:
        """Somebody publishes a few words on the topic."""
        return self._bus.publish(f"The server room is serviced at {next(self._numbers)} p.m.", "Facility management")


def _wish(user: str) -> Json:
    return {"DirectoryId": CORP, "UserName": user, "BundleId": STANDARD}


def _terminating(workspace: str) -> Json:
    return {"TerminateWorkspaceRequests": [{"WorkspaceId": workspace}]}
