"""Faults on purpose, in each protocol, as botocore reads them; and what was called."""

import contextlib
import http.client
import json
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.aws.faults import Event, Fault
from sandbox.aws.world import BUCKET, TABLE, TOKYO, TOKYO_SUBNETS
from tests.sandbox.conftest import Account

CALLS = {
    "EC2": ("ec2", "describe_client_vpn_endpoints", {}),
    "DynamoDB": ("dynamodb", "describe_table", {"TableName": TABLE}),
    "SQS": ("sqs", "list_queues", {}),
    "STS": ("sts", "get_caller_identity", {}),
    "S3": ("s3", "list_objects_v2", {"Bucket": BUCKET}),
    "Lambda": ("lambda", "invoke", {"FunctionName": "deskside-sweep"}),
    "SSM": ("ssm", "describe_parameters", {}),
    "Secrets Manager": ("secretsmanager", "list_secrets", {}),
}


def call(aws: Account, service: str, **config: Any) -> Any:
    name, method, params = CALLS[service]
    retries = Config(retries={"total_max_attempts": 1}, **config)
    return getattr(aws.client(name, config=retries), method)(**params)


def control(aws: Account, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    with contextlib.closing(http.client.HTTPConnection(aws.sandbox.url.removeprefix("http://"))) as connection:
        connection.request(method, f"/_sandbox/{path}", None if body is None else json.dumps(body))
        answer = connection.getresponse()
        return answer.status, json.load(answer)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 400),
        ("RequestLimitExceeded", 503),
        ("AccessDeniedException", 403),
        ("InternalError", 500),
    ],
)
@pytest.mark.parametrize("service", CALLS)
def test_an_injected_error_reaches_the_caller_as_awss_own(aws: Account, service: str, code: str, status: int) -> None:
    aws.sandbox.fault(service, error=code)
    with pytest.raises(ClientError) as caught:
        call(aws, service)
    assert caught.value.response["Error"]["Code"] == code
    assert "injected" in caught.value.response["Error"]["Message"]
    if service not in {"DynamoDB", "Lambda", "SSM", "Secrets Manager"}:
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_a_modelled_error_has_the_models_status_and_class(aws: Account) -> None:
    aws.sandbox.fault("Lambda", "Invoke", error="TooManyRequestsException")
    client = aws.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(client.exceptions.TooManyRequestsException) as caught:
        client.invoke(FunctionName="deskside-sweep")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_a_fault_hits_as_often_as_it_says_and_throttling_is_counted_apart(aws: Account) -> None:
    aws.sandbox.fault("EC2", "DescribeClientVpnEndpoints", error="RequestLimitExceeded", times=2)
    for _ in range(2):
        with pytest.raises(ClientError):
            call(aws, "EC2")
    call(aws, "EC2")
    call(aws, "SQS")
    assert aws.sandbox.calls() == {
        "EC2.DescribeClientVpnEndpoints": 1,
        "SQS.ListQueues": 1,
        "throttled": {"EC2.DescribeClientVpnEndpoints": 2},
        "refused": {},
    }


def test_every_operation_can_be_throttled_once(aws: Account) -> None:
    aws.sandbox.fault("*", error="ThrottlingException", times=1, per_operation=True)
    for service in ("EC2", "SQS", "STS"):
        with pytest.raises(ClientError):
            call(aws, service)
        call(aws, service)
    assert aws.sandbox.calls()["throttled"] == {
        "EC2.DescribeClientVpnEndpoints": 1,
        "SQS.ListQueues": 1,
        "STS.GetCallerIdentity": 1,
    }


def test_a_rate_of_one_hits_always_and_of_zero_never(aws: Account) -> None:
    aws.sandbox.fault("EC2", error="InternalError", rate=0)
    call(aws, "EC2")
    aws.sandbox.clear_faults()
    aws.sandbox.fault("EC2", error="InternalError", rate=1)
    for _ in range(3):
        with pytest.raises(ClientError):
            call(aws, "EC2")
    aws.sandbox.clear_faults()
    call(aws, "EC2")


def test_a_fault_without_an_error_is_a_delay(aws: Account) -> None:
    aws.sandbox.fault(Fault("EC2", delay_ms=1))
    call(aws, "EC2")
    assert aws.sandbox.calls()["EC2.DescribeClientVpnEndpoints"] == 1


def test_calls_are_counted_by_what_each_protocol_names(aws: Account) -> None:
    for service in ("EC2", "DynamoDB", "SQS", "STS", "S3", "SSM", "Secrets Manager"):
        call(aws, service)
    counted = {name for name in aws.sandbox.calls() if "." in name}
    assert counted == {
        "EC2.DescribeClientVpnEndpoints",
        "DynamoDB.DescribeTable",
        "SQS.ListQueues",
        "STS.GetCallerIdentity",
        "S3.ListObjectsV2",
        "SSM.DescribeParameters",
        "Secrets Manager.ListSecrets",
    }


def test_the_trail_tells_who_called_what(aws: Account) -> None:
    ec2 = aws.ec2_of("mika@example.com")
    ec2.associate_client_vpn_target_network(ClientVpnEndpointId=TOKYO, SubnetId=TOKYO_SUBNETS[0])
    with pytest.raises(ClientError):
        aws.ec2().associate_client_vpn_target_network(ClientVpnEndpointId=TOKYO, SubnetId=TOKYO_SUBNETS[1])
    call(aws, "DynamoDB")
    assert aws.sandbox.trail() == [
        Event("STS.AssumeRole", None, None),
        Event("EC2.AssociateClientVpnTargetNetwork", "mika@example.com", None),
        Event("EC2.AssociateClientVpnTargetNetwork", None, "UnauthorizedOperation"),
    ]


def test_something_can_happen_just_before_a_call(aws: Account) -> None:
    aws.sandbox.before_next("EC2.DescribeClientVpnTargetNetworks", lambda: aws.sandbox.associate("tokyo"))
    describe = aws.ec2().describe_client_vpn_target_networks
    for _ in range(2):
        assert len(describe(ClientVpnEndpointId=TOKYO)["ClientVpnTargetNetworks"]) == 1


def test_messages_wait_until_they_are_deleted(aws: Account) -> None:
    sqs, url = aws.client("sqs"), aws.sandbox.environment()["DESKSIDE_QUEUE_URL"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    assert aws.sandbox.waiting_messages() == 1
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert aws.sandbox.waiting_messages() == 1
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert aws.sandbox.waiting_messages() == 0


def test_the_controls_over_http(aws: Account) -> None:
    assert control(aws, "GET", "health") == (200, {"status": "ok", "now": aws.clock.now().isoformat()})
    assert control(aws, "POST", "faults", {"service": "EC2", "operation": "*", "error": "InternalError", "times": 1})
    with pytest.raises(ClientError):
        call(aws, "EC2")
    assert control(aws, "GET", "calls")[1]["refused"] == {"EC2.DescribeClientVpnEndpoints": 1}
    assert control(aws, "POST", "calls/reset", {}) == (200, {})
    assert control(aws, "GET", "calls")[1] == {"throttled": {}, "refused": {}}
    assert control(aws, "POST", "faults", {"service": "EC2", "error": "InternalError", "rate": 1})[0] == 200
    assert control(aws, "DELETE", "faults") == (200, {})
    call(aws, "EC2")


def test_the_vpn_by_its_name_over_http(aws: Account) -> None:
    status, refusal = control(aws, "POST", "vpn/tokyo/connect", {"common_name": "mika"})
    assert (status, "no associated network" in refusal["error"]) == (409, True)
    assert control(aws, "POST", "vpn/tokyo/associate", {})[0] == 200
    aws.clock.advance(10)
    made = control(aws, "POST", f"vpn/{TOKYO}/connect", {"common_name": "mika"})[1]["ConnectionId"]
    state = control(aws, "GET", "state")[1]
    (tokyo,) = [one for one in state["vpn"] if one["ClientVpnEndpointId"] == TOKYO]
    assert [one["Status"]["Code"] for one in tokyo["ClientVpnTargetNetworks"]] == ["associated"]
    assert [one["CommonName"] for one in tokyo["Connections"]] == ["mika"]
    assert {route["Origin"] for route in tokyo["Routes"]} == {"associate", "add-route"}
    assert state["bill"]["usd"] > 0
    assert control(aws, "POST", "vpn/tokyo/disconnect", {"common_name": "mika"}) == (200, {"ConnectionIds": [made]})


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("POST", "health", {}, 404),
        ("POST", "vpn/oslo/connect", {"common_name": "mika"}, 400),
        ("POST", "faults", {"service": "EC2", "colour": "red"}, 400),
        ("POST", "faults", ["EC2"], 400),
    ],
)
def test_a_control_that_makes_no_sense_says_so(aws: Account, method: str, path: str, body: Any, status: int) -> None:
    answered, told = control(aws, method, path, body)
    assert answered == status
    assert told["error"]


def test_a_connection_may_be_opened_without_saying_whose(aws: Account) -> None:
    control(aws, "POST", "vpn/tokyo/associate")
    aws.clock.advance(60)

    status, opened = control(aws, "POST", "vpn/tokyo/connect")

    assert status == 200
    (shown,) = control(aws, "GET", "state")[1]["vpn"][0]["Connections"]
    assert (shown["ConnectionId"], shown["CommonName"]) == (opened["ConnectionId"], "somebody")
