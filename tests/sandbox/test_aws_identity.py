"""Who may change the simulated account: sessions of the role that acts, in somebody's name, for an hour."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.workspaces_seed import MIKAS
from sandbox.aws.world import ROLE, TOKYO, TOKYO_SUBNETS
from tests.sandbox.conftest import Account, session_keys


def assume(aws: Account, **changed: Any) -> Any:
    wanted = {"RoleArn": ROLE, "RoleSessionName": "mika", "SourceIdentity": "mika@example.com", **changed}
    return aws.client("sts").assume_role(**{name: value for name, value in wanted.items() if value is not None})


def associate(ec2: Any) -> Any:
    return ec2.associate_client_vpn_target_network(ClientVpnEndpointId=TOKYO, SubnetId=TOKYO_SUBNETS[0])


def test_a_session_carries_its_source_identity_and_an_hour(aws: Account) -> None:
    given = assume(aws)
    assert given["SourceIdentity"] == "mika@example.com"
    assert given["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert (given["Credentials"]["Expiration"] - aws.clock.now()).total_seconds() == 3600
    who = aws.client("sts", **session_keys(given)).get_caller_identity()
    assert who["Arn"] == "arn:aws:sts::123456789012:assumed-role/deskside-acts/mika"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"RoleArn": "arn:aws:iam::123456789012:role/nobody"}, "AccessDenied"),
        ({"RoleArn": "arn:aws:s3:::not-a-role-at-all"}, "ValidationError"),
        ({"RoleSessionName": "mika with spaces"}, "ValidationError"),
        ({"SourceIdentity": None}, "AccessDenied"),
        ({"SourceIdentity": "mika/at/home"}, "ValidationError"),
        ({"SourceIdentity": "aws:mika"}, "ValidationError"),
        ({"DurationSeconds": 3601}, "ValidationError"),
        ({"DurationSeconds": 900}, None),
    ],
)
def test_assume_role_is_validated(aws: Account, changed: dict[str, Any], code: str | None) -> None:
    if code is None:
        assume(aws, **changed)
        return
    with pytest.raises(ClientError) as caught:
        assume(aws, **changed)
    assert caught.value.response["Error"]["Code"] == code


def test_a_role_made_in_iam_can_be_assumed(aws: Account) -> None:
    aws.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument="{}")
    assert assume(aws, RoleArn="arn:aws:iam::123456789012:role/other")["Credentials"]


def test_the_process_itself_may_look_but_not_change(aws: Account) -> None:
    ec2 = aws.ec2()
    assert ec2.describe_client_vpn_endpoints()["ClientVpnEndpoints"]
    assert ec2.export_client_vpn_client_configuration(ClientVpnEndpointId=TOKYO)
    with pytest.raises(ClientError) as caught:
        associate(ec2)
    assert caught.value.response["Error"]["Code"] == "UnauthorizedOperation"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert aws.sandbox.calls()["refused"] == {"EC2.AssociateClientVpnTargetNetwork": 1}
    assert "EC2.AssociateClientVpnTargetNetwork" not in aws.sandbox.calls()
    assert associate(aws.ec2_of("mika@example.com"))["AssociationId"]


def test_workspaces_are_not_changed_in_nobodys_name_either(aws: Account) -> None:
    workspaces = aws.client("workspaces")
    assert workspaces.describe_workspaces(WorkspaceIds=[MIKAS])["Workspaces"]
    with pytest.raises(ClientError) as caught:
        workspaces.terminate_workspaces(TerminateWorkspaceRequests=[{"WorkspaceId": MIKAS}])
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert workspaces.describe_workspaces(WorkspaceIds=[MIKAS])["Workspaces"][0]["State"] == "AVAILABLE"
    assert aws.sandbox.calls()["refused"] == {"WorkSpaces.TerminateWorkspaces": 1}


def test_a_session_ends_after_its_hour(aws: Account) -> None:
    ec2 = aws.ec2_of("mika@example.com")
    aws.clock.advance(3599)
    associate(ec2)
    aws.clock.advance(1)
    with pytest.raises(ClientError) as caught:
        ec2.describe_client_vpn_endpoints()
    assert caught.value.response["Error"]["Code"] == "RequestExpired"


def test_a_key_that_nobody_was_given_is_refused(aws: Account) -> None:
    made_up = {"aws_access_key_id": "ASIA0000000000000000", "aws_secret_access_key": "x", "aws_session_token": "y"}
    for service, call, code in (
        ("ec2", "describe_client_vpn_endpoints", "AuthFailure"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("dynamodb", "list_tables", "UnrecognizedClientException"),
    ):
        with pytest.raises(ClientError) as caught:
            getattr(aws.client(service, **made_up), call)()
        assert caught.value.response["Error"]["Code"] == code


def test_a_session_outlives_a_reset_of_the_world_as_clients_cache_theirs(aws: Account) -> None:
    ec2 = aws.ec2_of("mika@example.com")
    aws.sandbox.reset()
    assert associate(ec2)["AssociationId"]
