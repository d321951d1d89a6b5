"""The simulated AWS of the scenarios, and the table and queue in it."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import boto3

from aws_ops import clock
from aws_ops.queue import Queue
from aws_ops.table import Table
from sandbox.aws.client_vpn_state import Subnet
from sandbox.aws.faults import Fault
from sandbox.aws.server import SandboxAws
from sandbox.aws.world import REGION, TOKYO_VPC

THROTTLING = {
    "EC2": "RequestLimitExceeded",
    "STS": "Throttling",
    "DynamoDB": "ThrottlingException",
    "SQS": "ThrottlingException",
    "Lambda": "TooManyRequestsException",
}


# A client takes longer to make than what it is asked here.
@cache
def _client(service: str, url: str, region: str) -> Any:
    return boto3.client(service, endpoint_url=url, region_name=region)  # type: ignore[call-overload]  # a parameter


@cache
def _dynamodb(url: str, region: str) -> Any:
    return boto3.resource("dynamodb", endpoint_url=url, region_name=region).meta.client


class Cloud:
    """What a scenario does to AWS, and reads in it."""

    def __init__(self, aws: SandboxAws) -> None:
        self.aws = aws

    def now(self) -> int:
        """Epoch seconds of the moved clock."""
        return clock.epoch()

    # ---- the queue

    def take_messages(self) -> list[str]:
        """Take everything out of the queue, as text."""
        taken: list[str] = []
        while found := self.queue.receive(0):
            for received in found:
                taken.append(received.body_text)
                self.queue.delete(received.receipt)
        return taken

    def put_messages(self, messages: Iterable[str]) -> None:
        """Put raw messages into the queue."""
        sqs: Any = self._client("sqs")
        for message in messages:
            sqs.send_message(QueueUrl=self.aws.environment()["DESKSIDE_QUEUE_URL"], MessageBody=message or " ")

    @property
    def queue(self) -> Queue:
        return Queue(self._client("sqs"), self.aws.environment()["DESKSIDE_QUEUE_URL"])

    def _client(self, service: str) -> Any:
        env = self.aws.environment()
        return _client(service, env["AWS_ENDPOINT_URL"], env["AWS_REGION"])

    def highest_seq(self, messages: Iterable[str]) -> int:
        return max(int(json.loads(message)["seq"]) for message in messages)

    # ---- AWS

    def association_takes(self, seconds: float) -> None:
        self.aws.pace.associate_s = seconds

    def disassociation_takes(self, seconds: float) -> None:
        self.aws.pace.disassociate_s = seconds

    def routes_survive(self) -> None:
        self.aws.pace.routes_survive = True

    def connects(self, name: str, endpoint: str) -> str:
        """Somebody's VPN client connects; the id of the connection."""
        return self.aws.connect(endpoint, name)

    def disconnects(self, connection: str, endpoint: str = "tokyo") -> None:
        self.aws.disconnect(endpoint, connection)

    def associated_subnets(self, endpoint: str = "tokyo") -> list[str]:
        """The subnets that are associated now."""
        found = self.aws.vpn.named(endpoint)
        now = self.aws.vpn.now()
        return sorted(one.subnet.id for one in found.associations if one.state(now) == "associated")

    def associated(self, endpoint: str = "tokyo") -> int:
        return len(self.associated_subnets(endpoint))

    def somebody_associates_a_subnet_of_theirs(self) -> str:
        """A subnet that is not in our configuration gets associated in the console; its id."""
        theirs = Subnet("subnet-0a1b2c3d4e5f6000c", TOKYO_VPC.id, f"{REGION}c", "10.0.3.0/24")
        self.aws.vpn.subnets[theirs.id] = theirs
        self.aws.associate("tokyo", theirs.id)
        return theirs.id

    def added_routes(self, endpoint: str = "tokyo") -> list[tuple[str, str, str]]:
        """Routes that somebody added: destination, subnet, description."""
        routes = self.aws.vpn.named(endpoint).routes
        return sorted((one.cidr, one.subnet, one.description) for one in routes if one.origin == "add-route")

    def security_groups(self, endpoint: str = "tokyo") -> tuple[str, ...]:
        return self.aws.vpn.named(endpoint).groups

    def fails(self, service: str, operation: str, error: str, times: int = 1) -> None:
        """Let the next calls of an operation fail."""
        self.aws.fault(Fault(service, operation, error, times=times))

    def each_operation_is_throttled_once(self) -> None:
        for service, error in THROTTLING.items():
            self.aws.fault(Fault(service, "*", error, times=1, per_operation=True))

    # ---- the table, which is the truth

    @property
    def table(self) -> Table:
        """The one table."""
        env = self.aws.environment()
        return Table(_dynamodb(env["AWS_ENDPOINT_URL"], env["AWS_REGION"]), env["DESKSIDE_TABLE"])

    def claims(self, name: str, endpoint: str = "tokyo") -> bool:
        """Whether somebody has a live claim."""
        return self.until(name, endpoint) > self.now()

    def until(self, name: str, endpoint: str = "tokyo") -> int:
        """When somebody's claim ends; 0 without one."""
        item = self.table.get(f"CLAIM#{endpoint}", f"{name}@example.com")
        return int(item["until"]) if item else 0

    def run_id(self) -> str:
        """The newest run."""
        return max(str(execution["DurableExecutionName"]) for execution in self.aws.lambdas.executions())

    def audit(self, name: str) -> list[dict[str, Any]]:
        """What the audit has of somebody, newest first."""
        return [dict(item) for item in self.table.query_index(f"WHO#{name}@example.com")]

    def lock(self, endpoint: str = "tokyo") -> dict[str, Any] | None:
        """The lock of an endpoint while a run holds it."""
        found = self.table.query(f"LOCK#vpn#{endpoint}")
        return dict(found[0]) if found else None
