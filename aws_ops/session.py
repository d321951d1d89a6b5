"""Clients of AWS: as ourselves, or in the name of a person or a workflow.

Calls that change AWS are made through an assumed role whose source identity names the human, so that CloudTrail does.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
"""

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.loaders import create_loader
from botocore.session import Session as BotocoreSession

from aws_ops import clock
from aws_ops.queue import LONGEST_WAIT_SECONDS

SESSION_SECONDS = 3600  # the most that role chaining allows
RENEWAL_SECONDS = 3000  # ten minutes to spare: a workflow's step makes calls for at most five
_IDENTITIES = 32

_CONNECT_SECONDS = 3
_READ_SECONDS = 10
_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 5},
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    max_pool_connections=20,  # the bot's pool has as many threads
    user_agent_extra="deskside",
)
_CONFIGS = {
    # A long poll that finds nothing answers after its whole wait.
    "sqs": _CONFIG.merge(Config(read_timeout=LONGEST_WAIT_SECONDS + _READ_SECONDS)),
    # Each attempt is a call of the few that WorkSpaces allows: `workspaces_api` makes the next one, when it may.
    "workspaces": _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1})),
}


# Of the whole process: a session of its own would read the services' models, megabytes of JSON, once more.
_MODELS = create_loader()


def _session() -> BotocoreSession:
    session = BotocoreSession()
    session.register_component("data_loader", _MODELS)
    return session


def source_identity(actor: str) -> str:
    """`actor` (a person's key, or `deskside.<workflow>`) as STS takes it: 2 to 64 of `[A-Za-z0-9_+=,.@-]`.

    Longer ones keep their first 51 characters and are told apart by 12 hex digits of their hash.
    """
    name = re.sub(r"[^\w+=,.@-]", "_", actor, flags=re.ASCII).ljust(2, "_")
    if len(name) <= 64:
        return name
    return f"{name[:51]}-{hashlib.sha256(actor.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class _Identity:
    """Somebody's credentials (keywords of `boto3.client`; none are our own) and the clients made with them."""

    credentials: dict[str, str] = field(default_factory=dict, repr=False)
    renew_at: int | None = None
    clients: dict[str, Any] = field(default_factory=dict)


class Sessions:
    """Makes clients and keeps them, for any number of threads.

    `endpoint_url` sends every service there (the sandbox); None is AWS, or what `AWS_ENDPOINT_URL` says.
    """

    def __init__(self, region: str, endpoint_url: str | None = None) -> None:
        self.region = region
        self._session = boto3.session.Session(region_name=region, botocore_session=_session())
        self._endpoint_url = endpoint_url
        self._lock = Lock()  # making clients of one session is not thread-safe
        self._own = _Identity()
        self._assumed: OrderedDict[tuple[str, str], _Identity] = OrderedDict()

    def client(self, service: str, *, actor: str | None = None, role: str | None = None) -> Any:
        """The client of a service (`ec2` -> EC2Client); `dynamodb` takes and returns native types.

        Without `actor`, or where no `role` is configured, it is the process's own; else `role` (an ARN) assumed in the
        actor's name. Do not keep it: it is renewed here. Raises ClientError when the role cannot be assumed.
        """
        if actor is None or role is None:
            return self._client_of(self._own, service)
        return self._client_of(self._assume(actor, role), service)

    def _client_of(self, identity: _Identity, service: str) -> Any:
        with self._lock:
            if service not in identity.clients:
                identity.clients[service] = self._make(service, identity.credentials)
            return identity.clients[service]

    def _make(self, service: str, credentials: dict[str, str]) -> Any:
        keywords: dict[str, Any] = {"endpoint_url": self._endpoint_url, **credentials}
        if service == "dynamodb":
            return self._session.resource("dynamodb", config=_CONFIG, **keywords).meta.client
        return cast(Any, self._session).client(service, config=_CONFIGS.get(service, _CONFIG), **keywords)

    def _assume(self, actor: str, role: str) -> _Identity:
        key = (source_identity(actor), role)
        with self._lock:
            known = self._assumed.get(key)
            if known and clock.epoch() < cast(int, known.renew_at):
                self._assumed.move_to_end(key)
                return known
        # Not under the lock: nobody waits for another's AssumeRole. Two at once are harmless, the later one stays.
        identity = self._assumed_now(*key)
        with self._lock:
            self._assumed[key] = identity
            self._assumed.move_to_end(key)
            while len(self._assumed) > _IDENTITIES:
                self._assumed.popitem(last=False)
        return identity

    def _assumed_now(self, name: str, role: str) -> _Identity:
        now = clock.epoch()
        answer = self.client("sts").assume_role(
            RoleArn=role, RoleSessionName=name, SourceIdentity=name, DurationSeconds=SESSION_SECONDS
        )
        credentials = answer["Credentials"]
        return _Identity(
            credentials={
                "aws_access_key_id": credentials["AccessKeyId"],
                "aws_secret_access_key": credentials["SecretAccessKey"],
                "aws_session_token": credentials["SessionToken"],
            },
            renew_at=now + RENEWAL_SECONDS,
        )
