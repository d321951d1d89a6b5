"""What a trail tells of a call that changes something: the event `AWS API Call via CloudTrail`.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.aws.bus import Json, zulu
from sandbox.aws.identity import Identity
from sandbox.aws.world import ACCOUNT, REGION, ROLE

DETAIL_TYPE = "AWS API Call via CloudTrail"

_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})


@dataclass(frozen=True)
class ApiCall:
    """A call as CloudTrail tells it.

    `service` is the source's name on the bus and of the endpoint (`workspaces`). `request` and `response` have
    CloudTrail's names; `error` is a code and a message.
    """

    service: str
    operation: str
    who: Json
    request: Json | None
    response: Json | None = None
    error: tuple[str, str] | None = None


def event(call: ApiCall, now: datetime) -> Json:
    """The event on the bus, with ids of its own."""
    detail: Json = {
        "eventVersion": "1.11",
        "userIdentity": call.who,
        "eventTime": zulu(now),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.operation,
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.10",
        "userAgent": "Boto3/1.44 md/Botocore",
        "requestParameters": call.request,
        "responseElements": call.response or None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    if call.error is not None:
        detail |= {"errorCode": call.error[0], "errorMessage": call.error[1], "responseElements": None}
    return {"detail-type": DETAIL_TYPE, "source": f"aws.{call.service}", "detail": detail}


def assumed(role: str, session: str, source: str | None, now: datetime) -> Json:
    """The userIdentity of a role's session; `source` is its source identity."""
    name = role.rsplit("/", 1)[-1]
    context: Json = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": "AROASANDBOXSANDBOX001",
            "arn": role,
            "accountId": ACCOUNT,
            "userName": name,
        },
        "attributes": {"creationDate": zulu(now), "mfaAuthenticated": "false"},
    }
    return {
        "type": "AssumedRole",
        "principalId": f"AROASANDBOXSANDBOX001:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
        "accountId": ACCOUNT,
        "sessionContext": context if source is None else {**context, "sourceIdentity": source},
    }


def caller(identity: Identity | None, now: datetime) -> Json:
    """Who called: somebody's session of a role, or the process's own role."""
    if identity is None:
        return assumed(ROLE.replace("deskside-acts", "deskside-bot"), "bot", None, now)
    return assumed(identity.role, identity.session, identity.source, now)


def iam_user(name: str) -> Json:
    """The userIdentity of somebody who signed in to the console as an IAM user."""
    return {
        "type": "IAMUser",
        "principalId": "AIDASANDBOXSANDBOX001",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT,
        "userName": name,
    }


def code_of(service: str, code: str) -> str:
    """An error's code as CloudTrail writes it: EC2's have a prefix, and denials one name."""
    if service == "ec2":
        side = "Server" if code.startswith(("Insufficient", "Internal", "Unavailable")) else "Client"
        return f"{side}.{code}"
    return "AccessDenied" if code in _DENIED else code


def camel(node: Any) -> Any:
    """Parameters or results under CloudTrail's names: those of the API, beginning with a small letter."""
    if isinstance(node, Mapping):
        return {name[:1].lower() + name[1:]: camel(value) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [camel(one) for one in node]
    if isinstance(node, datetime):
        return node.strftime("%b %d, %Y %I:%M:%S %p")
    return node
