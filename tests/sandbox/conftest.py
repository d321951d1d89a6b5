"""The simulated AWS account that these tests talk to with boto3, on a clock of its own."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from aws_ops import clock
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from sandbox.aws.world import ROLE
from tests.sandbox.hearing import Hears


class Account:
    """One simulated account and the clients that a test made of it."""

    def __init__(self) -> None:
        self.clock = MovedClock()
        self.sandbox = SandboxAws(clock=self.clock)
        self.sandbox.start()
        self._session = boto3.session.Session()
        self._clients: list[Any] = []

    def client(self, service: str, **credentials: Any) -> Any:
        made: Any = self._session.client(service, endpoint_url=self.sandbox.url, **credentials)  # type: ignore[call-overload]
        self._clients.append(made)
        return made

    def ec2(self) -> Any:
        """EC2 with the process's own role, which may look but not change."""
        return self.client("ec2")

    def ec2_of(self, person: str) -> Any:
        """EC2 in the name of `person`."""
        given = self.client("sts").assume_role(RoleArn=ROLE, RoleSessionName=person, SourceIdentity=person)
        return self.client("ec2", **session_keys(given))

    def workspaces_of(self, person: str, **how: Any) -> Any:
        """WorkSpaces in the name of `person`."""
        given = self.client("sts").assume_role(RoleArn=ROLE, RoleSessionName=person, SourceIdentity=person)
        return self.client("workspaces", **session_keys(given), **how)

    def close_clients(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()


def session_keys(assumed: Any) -> dict[str, str]:
    """AssumeRole's credentials as boto3 takes them."""
    keys = assumed["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


@pytest.fixture(scope="module")
def _account() -> Iterator[Account]:
    account = Account()
    yield account
    account.sandbox.stop()


@pytest.fixture
def aws(_account: Account) -> Iterator[Account]:
    """A fresh simulated account."""
    _account.sandbox.reset()
    clock.set_source(_account.clock.now)
    yield _account
    _account.close_clients()


@pytest.fixture
def hears(aws: Account) -> Hears:
    """Stands for the function that forwards events."""
    return Hears(aws.sandbox, aws.clock)
