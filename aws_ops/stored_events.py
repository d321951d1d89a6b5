"""Events of AWS as messages of the queue; what is too large for the queue, or for an item, is kept in the bucket.

A message is `{"v":1,"kind":"aws","event":<what AWS gave>}`. Where that text is larger than `LARGEST` it is kept whole
at `events/<yyyy-mm-dd>/<its SHA-256>.json`, and the message is `{"v":1,"kind":"aws","stored":"<that key>"}`.
"""

import hashlib
import json
import re
from typing import TYPE_CHECKING, cast

from aws_ops import clock
from aws_ops.session import Sessions

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST = 240_000
"""Bytes of a message that is not kept in the bucket."""

_KEY = re.compile(r"events/\d{4}-\d{2}-\d{2}/([0-9a-f]{64})\.json", re.ASCII)


class NotStored(Exception):
    """What a message says of an event in the bucket cannot be followed, now or later."""


def message(sessions: Sessions, bucket: str | None, event: object) -> str:
    """The message that carries an event. Raises as `short` does."""
    # ASCII: the queue refuses some characters, and an event may have any.
    return short(sessions, bucket, json.dumps({"v": 1, "kind": "aws", "event": event}, separators=(",", ":")))


def short(sessions: Sessions, bucket: str | None, text: str) -> str:
    """The message `text` itself or, where it is large, one that says where in the bucket it is kept from now on.

    The same text on the same day is one object, so that this may be repeated. Raises LookupError where there is no
    bucket and it is needed, ClientError as S3 does.
    """
    content = text.encode()
    if len(content) <= LARGEST:
        return text
    if bucket is None:
        raise LookupError(f"DESKSIDE_BUCKET is not set, and a message of {len(content):,} bytes has to be kept there")
    key = f"events/{clock.now():%Y-%m-%d}/{hashlib.sha256(content).hexdigest()}.json"
    s3 = cast("S3Client", sessions.client("s3"))
    s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType="application/json")
    return json.dumps({"v": 1, "kind": "aws", "stored": key}, separators=(",", ":"))


def read(sessions: Sessions, bucket: str | None, key: str) -> str:
    """The message that is kept at `key`, as text.

    Raises NotStored where that is no key of an event, there is no such object (any more), or it is not the text that
    the key was made of; ClientError as S3 does otherwise.
    """
    if bucket is None:
        raise NotStored("DESKSIDE_BUCKET is not set, and the event is kept there")
    named = _KEY.fullmatch(key)
    if named is None:
        raise NotStored("that is no key of an event in the bucket")
    s3 = cast("S3Client", sessions.client("s3"))
    try:
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        raise NotStored(f"{key} is not in the bucket any more") from None
    if hashlib.sha256(content).hexdigest() != named[1]:
        raise NotStored(f"{key} is not what was kept there")
    return content.decode()
