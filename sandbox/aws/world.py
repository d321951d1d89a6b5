"""What the simulated account holds when it is fresh: the table, the queue, the bucket, roles and two VPN endpoints."""

import json
from contextlib import closing
from functools import cache

import boto3

from aws_ops.table import create_table
from sandbox.aws.client_vpn import ClientVpn
from sandbox.aws.client_vpn_state import Endpoint, Route, Rule, Subnet, Vpc

ACCOUNT = "123456789012"
REGION = "us-east-1"
TABLE, BUCKET, PREFIX = "deskside", "deskside", "deskside-"
QUEUE, DEAD_LETTERS = "deskside-events", "deskside-events-dlq"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:{PREFIX}alerts"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deskside-acts"

OWN_KEY = "AKIADESKSIDEPROCESS1"
"""The access key of the bot and the functions."""
# Signatures are not checked.
SECRET = "simulated-secret-that-opens-nothing"
BUILDER_KEY = "AKIASANDBOXBUILDER01"
"""The access key that furnishes the account; its calls are neither counted nor refused."""

TOKYO, PARIS = "cvpn-endpoint-0a1b2c3d4e5f60001", "cvpn-endpoint-0a1b2c3d4e5f60002"
TOKYO_VPC = Vpc(
    "vpc-0a1b2c3d4e5f60001",
    "10.0.0.0/16",
    "sg-0a1b2c3d4e5f60001",
    frozenset({"sg-0a1b2c3d4e5f60001", "sg-0a1b2c3d4e5f60002"}),
)
PARIS_VPC = Vpc(
    "vpc-0a1b2c3d4e5f60002",
    "10.1.0.0/16",
    "sg-0a1b2c3d4e5f60003",
    frozenset({"sg-0a1b2c3d4e5f60003", "sg-0a1b2c3d4e5f60004"}),
)
TOKYO_SUBNETS = ("subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002")
PARIS_SUBNETS = ("subnet-0a1b2c3d4e5f60003",)
ADDED_ROUTE = "10.20.0.0/16"

_SUBNETS = (
    Subnet(TOKYO_SUBNETS[0], TOKYO_VPC.id, f"{REGION}a", "10.0.1.0/24"),
    Subnet(TOKYO_SUBNETS[1], TOKYO_VPC.id, f"{REGION}b", "10.0.2.0/24"),
    Subnet(PARIS_SUBNETS[0], PARIS_VPC.id, f"{REGION}a", "10.1.1.0/24"),
)

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Condition": {"StringLike": {"sts:SourceIdentity": "*"}},
        }
    ],
}


def environment(url: str) -> dict[str, str]:
    """The AWS part of the bot's environment."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": OWN_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "DESKSIDE_TABLE": TABLE,
        "DESKSIDE_QUEUE_URL": f"{url}/{ACCOUNT}/{QUEUE}",
        "DESKSIDE_BUCKET": BUCKET,
        "DESKSIDE_PREFIX": PREFIX,
    }


def functions_environment(url: str) -> dict[str, str]:
    """The environment of the Lambda functions, all of which run in this process."""
    return {**environment(url), "DESKSIDE_TOPICS": TOPIC}


@cache
def _session() -> boto3.session.Session:
    """One for the process: reading botocore's models again for each account takes a second."""
    return boto3.session.Session(aws_access_key_id=BUILDER_KEY, aws_secret_access_key=SECRET, region_name=REGION)


class Builder:
    """Furnishes the account over the API; keeps its clients, so that a reset is quick."""

    def __init__(self, url: str) -> None:
        self._url = url
        session = _session()
        self._dynamodb = session.client("dynamodb", endpoint_url=url)
        self._sqs = session.client("sqs", endpoint_url=url)
        self._s3 = session.client("s3", endpoint_url=url)
        self._iam = session.client("iam", endpoint_url=url)

    def furnish(self) -> None:
        """Make the table, the queues, the bucket and the role that a fresh account holds."""
        create_table(self._dynamodb, TABLE)
        dead = self._sqs.create_queue(QueueName=DEAD_LETTERS)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 10})
        # Half of what the template gives, so that what a killed bot had in hand is not waited for that long.
        self._sqs.create_queue(QueueName=QUEUE, Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "30"})
        self._s3.create_bucket(Bucket=BUCKET)
        self._iam.create_role(RoleName=ROLE.rsplit("/", 1)[-1], AssumeRolePolicyDocument=json.dumps(_TRUST))

    def put_dead_letter(self, text: str) -> None:
        """Send a message to the dead-letter queue, as Lambda does."""
        self._sqs.send_message(QueueUrl=self._sqs.get_queue_url(QueueName=DEAD_LETTERS)["QueueUrl"], MessageBody=text)

    def put_secret(self, name: str, value: str) -> None:
        """Make a secret, or give it another value."""
        with closing(_session().client("secretsmanager", endpoint_url=self._url)) as secrets:
            try:
                secrets.create_secret(Name=name, SecretString=value)
            except secrets.exceptions.ResourceExistsException:
                secrets.put_secret_value(SecretId=name, SecretString=value)

    def close(self) -> None:
        for client in (self._dynamodb, self._sqs, self._s3, self._iam):
            client.close()


def furnish_vpn(vpn: ClientVpn) -> None:
    """Make both endpoints as if they had been set up long ago: an added route, security groups, nothing associated."""
    with vpn.lock:
        vpn.vpcs = {vpc.id: vpc for vpc in (TOKYO_VPC, PARIS_VPC)}
        vpn.subnets = {subnet.id: subnet for subnet in _SUBNETS}
        made = vpn.now()
        for endpoint in (
            _endpoint(TOKYO, "tokyo", TOKYO_VPC, TOKYO_SUBNETS[0], made, "sg-0a1b2c3d4e5f60002", 0.15),
            _endpoint(PARIS, "paris", PARIS_VPC, PARIS_SUBNETS[0], made, "sg-0a1b2c3d4e5f60004", 0.10),
        ):
            vpn.endpoints[endpoint.id] = endpoint


def _endpoint(endpoint_id: str, name: str, vpc: Vpc, subnet: str, made: float, group: str, usd_hour: float) -> Endpoint:
    return Endpoint(
        id=endpoint_id,
        description=f"Staff VPN, {name}",
        vpc=vpc.id,
        groups=(group,),
        created=made,
        tags={"Name": name},
        association_usd_hour=usd_hour,
        connection_usd_hour=0.05,
        routes=[Route(ADDED_ROUTE, subnet, "add-route", "Labs", made)],
        rules=[Rule("0.0.0.0/0", None, "Everybody")],
    )
