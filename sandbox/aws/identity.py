"""Who calls: access keys, roles, and the people behind them.

AssumeRole remembers which source identity an access key was given to; whatever changes EC2 or WorkSpaces must come
from such a key, because CloudTrail would not name the human otherwise.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from sandbox.aws.clock import Clock
from sandbox.aws.refused import Refused
from sandbox.aws.wire import Call

ROLE_ARN = re.compile(r"arn:aws:iam::(?P<account>\d{12}):role/(?:[\w+=,.@/-]+/)?(?P<name>[\w+=,.@-]{1,64})")
NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
SHORTEST_S, LONGEST_S = 900, 3600
"""A session lasts at most an hour, because the bot's own credentials are a role's already (role chaining)."""

TEMPORARY = "ASIA"
READING = ("Describe", "Get", "List", "Export", "Search")
WATCHED = {"EC2": "UnauthorizedOperation", "WorkSpaces": "AccessDeniedException"}
"""Services in which a change needs a source identity, and how each refuses."""


@dataclass(frozen=True)
class Identity:
    """Whom an access key speaks for, and until when."""

    role: str
    session: str
    source: str
    expires: datetime


class Identities:
    """The access keys that AssumeRole gave out. They outlive a reset of the world, as a client's cache of them does."""

    def __init__(self, clock: Clock, account: str, region: str) -> None:
        self._clock = clock
        self._account, self._region = account, region
        self._lock = threading.Lock()
        self._keys: dict[str, Identity] = {}

    def of(self, access_key: str) -> Identity | None:
        with self._lock:
            return self._keys.get(access_key)

    def check(self, call: Call) -> None:
        """Raise `Refused` when the caller's session has expired, or when it changes something in nobody's name."""
        identity = self.of(call.access_key)
        if identity is None and call.access_key.startswith(TEMPORARY):
            code = {"ec2": "AuthFailure", "json": "UnrecognizedClientException"}.get(
                call.protocol, "InvalidClientTokenId"
            )
            raise Refused(code, "The security token included in the request is invalid", 403)
        if identity is not None and self._clock.now() >= identity.expires:
            code = "RequestExpired" if call.service == "EC2" else "ExpiredToken"
            raise Refused(code, "The security token included in the request is expired")
        refusal = WATCHED.get(call.service)
        if refusal is None or identity is not None or call.operation.startswith(READING):
            return
        raise Refused(
            refusal,
            f"You are not authorized to perform this operation: {call.name} needs a role session with a SourceIdentity",
        )

    def caller(self, access_key: str) -> dict[str, Any]:
        """GetCallerIdentity: a person's session of a role, or the role of the process itself."""
        identity = self.of(access_key)
        role, session = (identity.role.rsplit("/", 1)[-1], identity.session) if identity else ("deskside-bot", "bot")
        return {
            "UserId": f"AROASANDBOXSANDBOX001:{session}",
            "Account": self._account,
            "Arn": f"arn:aws:sts::{self._account}:assumed-role/{role}/{session}",
        }

    def assume(self, params: dict[str, Any]) -> dict[str, Any]:
        """AssumeRole: new credentials for a role of this account, in the name of a source identity."""
        role, session = self._role(params), str(params.get("RoleSessionName") or "")
        if NAME.fullmatch(session) is None:
            raise Refused(
                "ValidationError",
                f"Value '{session}' at 'roleSessionName' failed to satisfy constraint: [\\w+=,.@-]{{2,64}}",
            )
        source, seconds = self._source(params, role), _duration(params)
        assumed = sts_backends[self._account]["aws"].assume_role(
            region_name=self._region,
            role_session_name=session,
            role_arn=role,
            policy="",
            duration=seconds,
            external_id="",
        )
        expires = self._clock.now() + timedelta(seconds=seconds)
        with self._lock:
            self._keys[assumed.access_key_id] = Identity(role, session, source, expires)
        return {
            "Credentials": {
                "AccessKeyId": assumed.access_key_id,
                "SecretAccessKey": assumed.secret_access_key,
                "SessionToken": assumed.session_token,
                "Expiration": expires,
            },
            "AssumedRoleUser": {"AssumedRoleId": assumed.user_id, "Arn": assumed.arn},
            "PackedPolicySize": 6,
            "SourceIdentity": source,
        }

    def _role(self, params: dict[str, Any]) -> str:
        role = str(params.get("RoleArn") or "")
        if ROLE_ARN.fullmatch(role) is None:
            raise Refused("ValidationError", f"{role or 'RoleArn'} is invalid")
        if not any(known.arn == role for known in iam_backends[self._account]["aws"].roles.values()):
            raise Refused("AccessDenied", f"User is not authorized to perform: sts:AssumeRole on resource: {role}")
        return role

    def _source(self, params: dict[str, Any], role: str) -> str:
        source = str(params.get("SourceIdentity") or "")
        if not source:
            # The trust policy of the roles that act demands one (DESIGN section 5).
            raise Refused("AccessDenied", f"User is not authorized to perform: sts:SetSourceIdentity on {role}")
        if NAME.fullmatch(source) is None or source.lower().startswith("aws:"):
            raise Refused(
                "ValidationError",
                f"Value '{source}' at 'sourceIdentity' failed to satisfy constraint: [\\w+=,.@-]{{2,64}}",
            )
        return source


def _duration(params: dict[str, Any]) -> int:
    seconds = int(params.get("DurationSeconds") or LONGEST_S)
    if seconds < SHORTEST_S:
        raise Refused(
            "ValidationError",
            f"Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: "
            f"Member must have value greater than or equal to {SHORTEST_S}",
        )
    if seconds > LONGEST_S:
        raise Refused(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        )
    return seconds
