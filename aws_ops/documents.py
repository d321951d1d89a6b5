"""Texts that are kept in AWS: configurations and secrets, named by an address.

`s3://bucket/key`, `ssm:/parameter/name` (or its ARN), `secretsmanager:<name or ARN>`.
"""

from typing import TYPE_CHECKING, cast

from aws_ops.session import Sessions

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

_SCHEMES = ("s3://", "ssm:", "secretsmanager:")


def is_address(text: str) -> bool:
    """Whether `text` names a document in AWS (and is not, say, a path)."""
    return text.startswith(_SCHEMES)


def read(sessions: Sessions, address: str) -> str:
    """The text at `address`, decrypted.

    Raises ValueError with a sentence where the address or what is there cannot be read as text, ClientError (or
    another BotoCoreError) where AWS refuses. A message never quotes the text.
    """
    if address.startswith("s3://"):
        return _object(sessions, address)
    scheme, _, name = address.partition(":")
    if scheme == "ssm" and name:
        ssm = cast("SSMClient", sessions.client("ssm"))
        return ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    if scheme == "secretsmanager" and name:
        return _secret(sessions, name)
    raise ValueError(f"{address!r} names no document: write s3://bucket/key, ssm:/name or secretsmanager:name")


def _object(sessions: Sessions, address: str) -> str:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if not (bucket and key):
        raise ValueError(f"{address!r} names no object: write s3://bucket/key")
    s3 = cast("S3Client", sessions.client("s3"))
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ValueError(f"{address} is not text in UTF-8") from None


def _secret(sessions: Sessions, name: str) -> str:
    client = cast("SecretsManagerClient", sessions.client("secretsmanager"))
    answer = client.get_secret_value(SecretId=name)
    if "SecretString" not in answer:
        raise ValueError(f"the secret {name} is binary: keep it as text")
    return answer["SecretString"]
