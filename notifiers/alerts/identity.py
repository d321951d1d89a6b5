"""Who made a call, as CloudTrail names them, in words.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

import re
from collections.abc import Mapping

from notifiers.alerts.reading import text

_PERMISSION_SET = re.compile(r"AWSReservedSSO_(.+)_[0-9a-f]{16}")
NOBODY = "Somebody whom AWS does not name"


def who(identity: Mapping[str, object]) -> str:
    """The `userIdentity` of a call: "mika@example.com (role deskside-changes)", "build-agent (IAM user)".

    Whoever set a source identity (as Deskside does for each person) is named by it, and not by the session.
    """
    named = _named(identity)
    through = text(identity, "invokedBy")
    return f"{named}, through {through}" if through and through not in named else named


def _named(identity: Mapping[str, object]) -> str:
    account = text(identity, "accountId") or "that AWS does not name"
    match text(identity, "type"):
        case "Root":
            return f"The root user of account {account}"
        case "AssumedRole":
            return _of_role(identity)
        case "IAMUser":
            return f"{text(identity, 'userName') or _last(identity)} (IAM user)"
        case "AWSService":
            return f"{text(identity, 'invokedBy') or 'a service'} (AWS itself)"
        case "AWSAccount":
            return f"Somebody of account {account}"
        case _:
            return text(identity, "userName") or _last(identity)


def _of_role(identity: Mapping[str, object]) -> str:
    """The session of a role, which is a person's where they came by IAM Identity Center."""
    session = text(identity, "sessionContext", "sourceIdentity") or _last(identity)
    role = text(identity, "sessionContext", "sessionIssuer", "userName")
    if role is None:
        return session
    permissions = _PERMISSION_SET.fullmatch(role)
    return f"{session} (permission set {permissions[1]})" if permissions else f"{session} (role {role})"


def _last(identity: Mapping[str, object]) -> str:
    """What the ARN or the principal's id ends in: the name of a session or of a user."""
    arn = text(identity, "arn")
    if arn:
        return arn.rpartition("/")[2] or arn
    principal = text(identity, "principalId") or text(identity, "onBehalfOf", "userId")
    return principal.rpartition(":")[2] or principal if principal else NOBODY
