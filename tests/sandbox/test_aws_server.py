"""The simulated AWS as a server: loopback only, connections kept, a fresh world, a clean end; and moto behind it."""

import gc
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_durable_execution_sdk_python import state as sdk_state
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

from sandbox.aws import durable
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from sandbox.aws.world import BUCKET, QUEUE, TABLE
from tests.sandbox.conftest import Account

ROOT = Path(__file__).parents[2]


def table(aws: Account) -> Any:
    return aws.client("dynamodb")


def item(**values: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in values.items()}


# -- the account -----------------------------------------------------------------------------------------------------


def test_a_fresh_account_has_the_table_the_queue_and_the_bucket(aws: Account) -> None:
    described = table(aws).describe_table(TableName=TABLE)["Table"]
    assert [key["AttributeName"] for key in described["KeySchema"]] == ["pk", "sk"]
    (index,) = described["GlobalSecondaryIndexes"]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["g1pk", "g1sk"]
    ttl = table(aws).describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires")
    assert [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]] == [BUCKET]
    url = aws.sandbox.environment()["DESKSIDE_QUEUE_URL"]
    assert url.endswith(f"/{QUEUE}")
    queue = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    assert "deskside-events-dlq" in queue["Attributes"]["RedrivePolicy"]


def test_what_is_written_is_read_again_and_gone_after_a_reset(aws: Account) -> None:
    url = aws.sandbox.environment()["DESKSIDE_QUEUE_URL"]
    s3, sqs = aws.client("s3"), aws.client("sqs")
    table(aws).put_item(TableName=TABLE, Item=item(pk="RUN#1", sk="META"))
    s3.put_object(Bucket=BUCKET, Key="reports/1.csv", Body=b"x" * 300_000)
    sqs.send_message(QueueUrl=url, MessageBody='{"v": 1}')
    assert s3.get_object(Bucket=BUCKET, Key="reports/1.csv")["Body"].read() == b"x" * 300_000
    assert s3.head_object(Bucket=BUCKET, Key="reports/1.csv")["ContentLength"] == 300_000
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"][0]["Body"] == '{"v": 1}'
    aws.sandbox.reset()
    assert "Item" not in table(aws).get_item(TableName=TABLE, Key=item(pk="RUN#1", sk="META"))
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_of_many_conditional_writes_at_once_one_succeeds(aws: Account) -> None:
    client, won = table(aws), []

    def claim(who: str) -> None:
        try:
            client.put_item(
                TableName=TABLE,
                Item=item(pk="LOCK#vpn#tokyo", sk="LOCK", by=who),
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"  # noqa: PT017
        else:
            won.append(who)

    threads = [threading.Thread(target=claim, args=(str(number),)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_no_message_is_lost_while_others_are_deleted(aws: Account) -> None:
    sqs, url = aws.client("sqs"), aws.sandbox.environment()["DESKSIDE_QUEUE_URL"]
    seen: set[str] = set()

    def send(who: int) -> None:
        for number in range(15):
            sqs.send_message(QueueUrl=url, MessageBody=f"{who}-{number}")

    def take() -> None:
        while len(seen) < 45:
            told = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in told.get("Messages", []):
                seen.add(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    threads = [threading.Thread(target=send, args=(who,)) for who in range(3)]
    threads += [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(seen) == 45
    assert aws.sandbox.waiting_messages() == 0


def test_other_services_are_motos(aws: Account) -> None:
    ssm = aws.client("ssm")
    ssm.put_parameter(Name="/deskside/config", Value="roles: {}", Type="String")
    assert ssm.get_parameter(Name="/deskside/config")["Parameter"]["Value"] == "roles: {}"
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="deskside/slack", SecretString="xoxb")
    assert secrets.get_secret_value(SecretId="deskside/slack")["SecretString"] == "xoxb"


# -- the wire --------------------------------------------------------------------------------------------------------


def test_it_listens_on_loopback_only(aws: Account) -> None:
    assert aws.sandbox.url.startswith("http://127.0.0.1:")


def test_a_connection_serves_many_requests(aws: Account) -> None:
    connection = http.client.HTTPConnection(aws.sandbox.url.removeprefix("http://"))
    connection.connect()
    used = connection.sock
    for body in (None, b"{not json", b"{}"):
        connection.request("POST" if body else "GET", "/_sandbox/health", body)
        connection.getresponse().read()
        assert connection.sock is used
    connection.close()


def test_a_request_that_nobody_signed_is_answered_all_the_same(aws: Account) -> None:
    connection = http.client.HTTPConnection(aws.sandbox.url.removeprefix("http://"))
    connection.request("GET", "/")
    assert connection.getresponse().read()
    connection.close()


# -- its life --------------------------------------------------------------------------------------------------------


def test_it_gives_the_environment_back_and_lets_nobody_in_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    monkeypatch.delenv("DESKSIDE_TABLE", raising=False)
    sandbox = SandboxAws(clock=MovedClock())
    with sandbox:
        url = sandbox.url
        assert (os.environ["AWS_REGION"], os.environ["DESKSIDE_TABLE"]) == ("us-east-1", TABLE)
        assert os.environ["AWS_ENDPOINT_URL"] == url
    assert os.environ["AWS_REGION"] == "eu-north-1"
    assert "DESKSIDE_TABLE" not in os.environ
    sandbox.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


def test_a_stop_does_not_wait_for_a_long_poll() -> None:
    sandbox = SandboxAws(clock=MovedClock())
    sandbox.start()
    queue_url = sandbox.environment()["DESKSIDE_QUEUE_URL"]
    session = boto3.session.Session()
    client = session.client("sqs", config=Config(retries={"total_max_attempts": 1}))
    ended: list[str] = []

    def poll() -> None:
        try:
            client.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)
        except (HTTPClientError, EndpointConnectionError) as error:
            ended.append(type(error).__name__)

    thread = threading.Thread(target=poll)
    thread.start()
    while sandbox.calls().get("SQS.ReceiveMessage") is None:
        thread.join(0.005)
    begun = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - begun < 10  # the poll would take its twenty seconds
    thread.join(timeout=20)
    client.close()
    assert not thread.is_alive()
    assert ended


def test_nothing_is_left_behind() -> None:
    before = {thread.name for thread in threading.enumerate()}
    with SandboxAws(clock=MovedClock()) as sandbox:
        sandbox.reset()
    gc.collect()
    deadline = time.monotonic() + 20
    # Hung up on, each connection's thread still has to notice it.
    while (left := {thread.name for thread in threading.enumerate()} - before) and time.monotonic() < deadline:
        time.sleep(0.005)
    assert left == set()


def test_by_hand_it_prints_the_environment_then_ready_and_ends_on_sigterm(tmp_path: Path) -> None:
    env_file = tmp_path / "aws.env"
    command = [sys.executable, "-m", "sandbox.aws", "--port", "0", "--env-file", str(env_file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        while (line := process.stdout.readline()) not in {"READY\n", ""}:
            lines.append(line)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    told = dict(line.rstrip("\n").split("=", 1) for line in lines)
    assert env_file.read_text() == "".join(lines)
    assert told["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert told["DESKSIDE_QUEUE_URL"].startswith(told["AWS_ENDPOINT_URL"])
    assert {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "DESKSIDE_PREFIX"} <= set(told)


def test_a_port_that_is_taken_is_said_in_one_line(aws: Account) -> None:
    port = aws.sandbox.url.rpartition(":")[2]
    command = [sys.executable, "-m", "sandbox.aws", "--port", port]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr == f"port {port} of 127.0.0.1 cannot be used: Address already in use\n"


# -- what it leans on ------------------------------------------------------------------------------------------------


def test_the_sdks_stop_poll_is_quickened_and_its_loss_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    durable.quicken_sdk()
    assert sdk_state._STOP_SIGNAL_POLL_SECONDS == durable.STOP_POLL_S
    monkeypatch.delattr(sdk_state, "_STOP_SIGNAL_POLL_SECONDS")
    with pytest.raises(RuntimeError, match="has gone"):
        durable.quicken_sdk()
