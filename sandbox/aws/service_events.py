"""Events of services that the sandbox does not simulate, as they say them: builds, stacks, files, notebooks, Health.

Everything is pure: ids and times are given. Shapes: the services' user guides, "… events with EventBridge".
"""

from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from sandbox.aws.bus import Json, zulu
from sandbox.aws.world import ACCOUNT, REGION

CONFIGS = "deskside-configs"
"""The bucket of workbench configurations."""


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def _event(source: str, kind: str, resources: list[str], **detail: Any) -> Json:
    return {"source": source, "detail-type": kind, "resources": resources, "detail": detail}


# -- machines --------------------------------------------------------------------------------------------------------


def login(workspace: str, directory: str, now: datetime) -> Json:
    """Somebody logged in to a WorkSpace."""
    detail = {
        "clientIpAddress": "192.0.2.3",
        "actionType": "successfulLogin",
        "workspacesClientProductName": "WorkSpaces Desktop client",
        "loginTime": zulu(now - timedelta(seconds=14), "milliseconds"),
        "clientPlatform": "Windows",
        "directoryId": f"domain/{directory}",
        "workspaceId": workspace,
    }
    return _event("aws.workspaces", "WorkSpaces Access", [], **detail)


def launch_unsuccessful(group: str, activity: str, now: datetime) -> Json:
    """An Auto Scaling group could not launch an instance."""
    detail = {
        "StatusCode": "Failed",
        "AutoScalingGroupName": group,
        "ActivityId": activity,
        "RequestId": activity,
        "StatusMessage": "We currently do not have sufficient m5.xlarge capacity in the zone that you requested.",
        "Description": "Launching a new EC2 instance. Launching EC2 instance failed.",
        "Details": {"Subnet ID": "subnet-0a1b2c3d4e5f60001", "Availability Zone": f"{REGION}a"},
        "StartTime": zulu(now - timedelta(seconds=5), "milliseconds"),
        "EndTime": zulu(now, "milliseconds"),
        "Cause": "At the request of a schedule the group was to grow from 2 to 3 instances.",
        "EC2InstanceId": "",
        "Origin": "EC2",
        "Destination": "AutoScalingGroup",
    }
    arn = _arn("autoscaling", f"autoScalingGroup:{activity}:autoScalingGroupName/{group}")
    return _event("aws.autoscaling", "EC2 Instance Launch Unsuccessful", [arn], **detail)


def notebook(name: str, status: str, now: datetime, failure: str = "") -> Json:
    """A SageMaker notebook instance is in another state."""
    arn = _arn("sagemaker", f"notebook-instance/{name}")
    moment = int(now.timestamp() * 1000)
    detail: Json = {
        "NotebookInstanceArn": arn,
        "NotebookInstanceName": name,
        "NotebookInstanceStatus": status,
        "InstanceType": "ml.t3.medium",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/notebooks",
        "CreationTime": moment - 240_000,
        "LastModifiedTime": moment,
        "VolumeSizeInGB": 20,
        "Tags": {"Team": "Research"},
    }
    if failure:
        detail["FailureReason"] = failure
    return _event("aws.sagemaker", "SageMaker Notebook Instance State Change", [arn], **detail)


# -- files -----------------------------------------------------------------------------------------------------------


def uploaded(key: str, request: str) -> Json:
    """A file was put into the bucket of configurations."""
    file = {
        "key": key,
        "size": 1874,
        "etag": request.replace("-", ""),
        "version-id": f"v{request[:8]}",
        "sequencer": f"00{request[:14].replace('-', '').upper()}",
    }
    return _event("aws.s3", "Object Created", [f"arn:aws:s3:::{CONFIGS}"], **_object(file, request), reason="PutObject")


def removed(key: str, request: str) -> Json:
    """A file was deleted from the bucket of configurations."""
    file = {"key": key, "version-id": f"v{request[:8]}", "sequencer": f"00{request[:14].replace('-', '').upper()}"}
    more = {"reason": "DeleteObject", "deletion-type": "Delete Marker Created"}
    return _event("aws.s3", "Object Deleted", [f"arn:aws:s3:::{CONFIGS}"], **_object(file, request), **more)


def _object(file: Json, request: str) -> Json:
    return {
        "version": "0",
        "bucket": {"name": CONFIGS},
        "object": file,
        "request-id": request[:13].replace("-", "").upper(),
        "requester": ACCOUNT,
        "source-ip-address": "198.51.100.10",
    }


# -- builds, stacks, executions --------------------------------------------------------------------------------------


def pipeline(name: str, execution: str, state: str, now: datetime) -> Json:
    """A run of a pipeline has ended."""
    detail = {
        "pipeline": name,
        "execution-id": execution,
        "start-time": zulu(now - timedelta(minutes=4), "milliseconds"),
        "state": state,
        "version": 4,
        "execution-trigger": {"trigger-type": "Webhook", "trigger-detail": "main"},
    }
    kind = "CodePipeline Pipeline Execution State Change"
    return _event("aws.codepipeline", kind, [_arn("codepipeline", name)], **detail)


def build(project: str, run: str, status: str, now: datetime) -> Json:
    """A build has ended: with all its phases, or with the one that failed."""
    arn = _arn("codebuild", f"build/{project}:{run}")
    began = now - timedelta(seconds=95)
    information = {
        "build-complete": True,
        "build-start-time": _said(began),
        "initiator": "codepipeline/desktop-images",
        "timeout-in-minutes": 60,
        "environment": {"image": "aws/codebuild/standard:7.0", "compute-type": "BUILD_GENERAL1_SMALL"},
        "source": {"type": "CODEPIPELINE"},
        "logs": {
            "group-name": f"/aws/codebuild/{project}",
            "stream-name": run,
            "deep-link": f"https://console.aws.amazon.com/cloudwatch/home?region={REGION}#logEvent:group=/aws/codebuild/"
            f"{project};stream={run}",
        },
        "phases": _phases(status, began, now),
    }
    detail = {
        "build-status": status,
        "project-name": project,
        "build-id": arn,
        "additional-information": information,
        "current-phase": "COMPLETED",
        "current-phase-context": "[]",
        "version": "1",
    }
    return _event("aws.codebuild", "CodeBuild Build State Change", [arn], **detail)


def _phases(status: str, began: datetime, now: datetime) -> list[Json]:
    failed = "COMMAND_EXECUTION_ERROR: Error while executing command: make image. Reason: exit status 2"
    ended = [("PROVISIONING", "SUCCEEDED", "", 20), ("INSTALL", "SUCCEEDED", "", 5)]
    ended.append(("BUILD", status, "" if status == "SUCCEEDED" else failed, 70))
    phases, at = [], began
    for name, outcome, context, seconds in ended:
        until = at + timedelta(seconds=seconds)
        phases.append(
            {
                "phase-type": name,
                "phase-status": outcome,
                "phase-context": [context],
                "start-time": _said(at),
                "end-time": _said(until),
                "duration-in-seconds": seconds,
            }
        )
        at = until
    return [*phases, {"phase-type": "COMPLETED", "start-time": _said(now)}]


def _said(moment: datetime) -> str:
    """A time as CodeBuild writes it: `Sep 1, 2017 4:12:29 PM`."""
    return f"{moment:%b} {moment.day}, {moment.year} {moment.hour % 12 or 12}:{moment:%M:%S %p}"


def stack(name: str, uid: str, status: str, reason: str = "") -> Json:
    """A CloudFormation stack is in another state."""
    arn = _arn("cloudformation", f"stack/{name}/{uid}")
    detail = {
        "stack-id": arn,
        "status-details": {"status": status, "status-reason": reason},
        "client-request-token": "",
    }
    return _event("aws.cloudformation", "CloudFormation Stack Status Change", [arn], **detail)


def execution(machine: str, name: str, now: datetime) -> Json:
    """An execution of a Step Functions state machine has failed; its dates are milliseconds."""
    arn = _arn("states", f"execution:{machine}:{name}")
    stopped = int(now.timestamp() * 1000)
    detail = {
        "executionArn": arn,
        "stateMachineArn": _arn("states", f"stateMachine:{machine}"),
        "name": name,
        "status": "FAILED",
        "startDate": stopped - 42_000,
        "stopDate": stopped,
        "input": '{"team": "Research"}',
        "output": None,
        "error": "States.TaskFailed",
        "cause": "The snapshot of vol-0a1b2c3d4e5f60001 could not be copied",
    }
    return _event("aws.states", "Step Functions Execution Status Change", [arn], **detail)


def durable(function: str, name: str, run: str, now: datetime) -> Json:
    """A durable execution of a Lambda function has failed."""
    arn = _arn("lambda", f"function:{function}:1")
    detail = {
        "durableExecutionArn": f"{arn}/durable-execution/{name}/{run}",
        "durableExecutionName": name,
        "functionArn": arn,
        "status": "FAILED",
        "startTimestamp": zulu(now - timedelta(minutes=7), "milliseconds"),
        "endTimestamp": zulu(now, "milliseconds"),
    }
    return _event("aws.lambda", "Durable Execution Status Change", [], **detail)


# -- AWS itself ------------------------------------------------------------------------------------------------------


def health(arn: str, began: datetime, ended: datetime | None) -> Json:
    """AWS Health tells of an issue that began, or is over."""
    over = ended is not None
    said = "The issue with the brokering of sessions has been resolved." if over else "We are looking into an issue "
    said += "" if over else "with the brokering of sessions: some people cannot connect to their WorkSpaces."
    detail: Json = {
        "eventArn": arn,
        "service": "WORKSPACES",
        "eventTypeCode": "AWS_WORKSPACES_OPERATIONAL_ISSUE",
        "eventTypeCategory": "issue",
        "eventScopeCode": "PUBLIC",
        "communicationId": arn.rsplit("/", 1)[-1],
        "startTime": format_datetime(began, usegmt=True),
        "lastUpdatedTime": format_datetime(ended or began, usegmt=True),
        "statusCode": "closed" if over else "open",
        "eventRegion": REGION,
        "eventDescription": [{"language": "en_US", "latestDescription": said}],
        "affectedEntities": [],
        "affectedAccount": ACCOUNT,
        "page": "1",
        "totalPages": "1",
    }
    if ended is not None:
        detail["endTime"] = format_datetime(ended, usegmt=True)
    return _event("aws.health", "AWS Health Event", [], **detail)


def budget(name: str, kind: str, spent: float, limit: float, now: datetime) -> tuple[str, str]:
    """Subject and text of a budget's alert; `kind` is ACTUAL or FORECASTED. Plain text: that is what AWS sends."""
    threshold = limit * (0.8 if kind == "ACTUAL" else 1.0)
    cost = f"{kind} Cost"
    text = (
        f"AWS Budget Notification {now:%B} {now.day}, {now.year}\nAWS Account {ACCOUNT}\n\nDear AWS Customer,\n\n"
        f"You requested that we alert you when the {cost} associated with your {name} budget is greater than "
        f"${threshold:,.2f} for the current month. The {cost} associated with this budget is ${spent:,.2f}. "
        "You can find additional details below and by accessing the AWS Budgets dashboard [1].\n\n"
        f"Budget Name: {name}\nBudget Type: Cost\nBudgeted Amount: ${limit:,.2f}\nAlert Type: {kind}\n"
        f"Alert Threshold: > ${threshold:,.2f}\n{kind} Amount: ${spent:,.2f}\n\n"
        "[1] https://console.aws.amazon.com/billing/home#/budgets\n"
    )
    return f"AWS Budgets: {name} has exceeded your alert threshold", text
