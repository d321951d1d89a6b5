"""Texts that are kept in AWS."""

import pytest
from botocore.exceptions import ClientError

from aws_ops import documents
from aws_ops.session import Sessions
from tests.aws_ops.conftest import REGION

YAML = "vpn:\n  idle: 30m # 三十分\n"


def test_an_object(sessions: Sessions) -> None:
    s3 = sessions.client("s3")
    s3.create_bucket(Bucket="deskside-config", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="deskside-config", Key="live/deskside.yml", Body=YAML.encode())
    s3.put_object(Bucket="deskside-config", Key="picture", Body=b"\xff\xd8")
    assert documents.read(sessions, "s3://deskside-config/live/deskside.yml") == YAML
    with pytest.raises(ValueError, match="is not text"):
        documents.read(sessions, "s3://deskside-config/picture")
    with pytest.raises(ClientError, match="NoSuchKey"):
        documents.read(sessions, "s3://deskside-config/gone")


def test_a_parameter_is_decrypted(sessions: Sessions) -> None:
    sessions.client("ssm").put_parameter(Name="/deskside/config", Value=YAML, Type="SecureString")
    assert documents.read(sessions, "ssm:/deskside/config") == YAML
    with pytest.raises(ClientError, match="ParameterNotFound"):
        documents.read(sessions, "ssm:/deskside/gone")


def test_a_secret_by_name_and_arn(sessions: Sessions) -> None:
    client = sessions.client("secretsmanager")
    arn = client.create_secret(Name="deskside/slack", SecretString="xoxb-1")["ARN"]
    client.create_secret(Name="deskside/binary", SecretBinary=b"\x00")
    assert documents.read(sessions, "secretsmanager:deskside/slack") == "xoxb-1"
    assert documents.read(sessions, f"secretsmanager:{arn}") == "xoxb-1"
    with pytest.raises(ValueError, match="binary"):
        documents.read(sessions, "secretsmanager:deskside/binary")


@pytest.mark.parametrize("address", ["", "ssm:", "secretsmanager:", "s3://", "s3://bucket", "s3:///key", "file.yml"])
def test_what_is_no_address_is_said_so(lasting: Sessions, address: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/key"):
        documents.read(lasting, address)


def test_addresses_are_told_from_paths() -> None:
    assert documents.is_address("s3://bucket/key")
    assert documents.is_address("ssm:/deskside/config")
    assert documents.is_address("secretsmanager:deskside/slack")
    assert not documents.is_address("/etc/deskside.yml")
    assert not documents.is_address("deskside.yml")
