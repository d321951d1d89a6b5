"""An event out of its envelope: EventBridge's, an SNS message, an alarm's direct action, S3's own, or anything."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from notifiers.alerts.reading import decoded, each, fields, moment, text, texts, within

_DEEPEST = 3  # envelopes in one another: records in an SNS message among records


@dataclass(frozen=True)
class Event:
    """One event.

    `source` and `type` are EventBridge's ("aws.ec2", "EC2 Instance State-change Notification"). What did not come by
    EventBridge has `type` "" and as `source`: "aws.sns" (an SNS message), "aws.cloudwatch" (an alarm's direct action),
    "aws.s3" (one of S3's own notifications), "aws.lambda" (what Lambda sends on failure), or "" for anything else.
    `id` is the same whenever it is delivered again; `at` is AWS's time of it, else when it was sent, in seconds since
    1970. `detail` is what it says: EventBridge's `detail`, the JSON of an SNS message, else all there is.
    """

    source: str
    type: str
    id: str
    at: float
    account: str
    region: str
    detail: Mapping[str, object]
    raw: object
    resources: tuple[str, ...] = ()
    subject: str = ""  # of an SNS message
    message: str = ""  # of an SNS message, as it was written


def opened(raw: object, sent: float, depth: int = 0) -> tuple[Event, ...]:
    """The events in what was sent at `sent`: at least one, and never an error."""
    records = each(raw, "Records")
    if records and depth < _DEEPEST:
        return tuple(event for record in records for event in opened(record, sent, depth + 1))
    if not isinstance(raw, Mapping):
        return (_anything(raw, sent),)
    kind = text(raw, "detail-type") or text(raw, "detailType")
    if kind is not None:
        return (_eventbridge(raw, kind, sent),)
    sns = fields(raw, "Sns") or (raw if "TopicArn" in raw and "Message" in raw else None)
    if sns is not None:
        return _sns(sns, sent, depth)
    return (_named(raw, sent),)


def arn_place(arn: str | None) -> tuple[str, str]:
    """The account and the region that an ARN names, each "" where it names none."""
    parts = (arn or "").split(":")
    return (parts[4], parts[3]) if len(parts) > 5 and parts[0] == "arn" else ("", "")


def _eventbridge(raw: Mapping[str, object], kind: str, sent: float) -> Event:
    return Event(
        source=text(raw, "source") or "",
        type=kind,
        id=text(raw, "id", longest=200) or digest(raw),
        at=moment(raw, "time") or sent,
        account=text(raw, "account") or "",
        region=text(raw, "region") or "",
        detail=fields(raw, "detail"),
        raw=raw,
        resources=texts(raw, "resources"),
    )


def _sns(sns: Mapping[str, object], sent: float, depth: int) -> tuple[Event, ...]:
    """What an SNS message carries: events of EventBridge's or records, or else the message itself."""
    body = decoded(sns, "Message")
    enveloped = ("detail-type", "detailType", "Records")
    if depth < _DEEPEST and isinstance(body, Mapping) and any(within(body, name) for name in enveloped):
        return opened(body, moment(sns, "Timestamp") or sent, depth + 1)
    account, region = arn_place(text(sns, "TopicArn"))
    message = within(sns, "Message")
    return (
        Event(
            source="aws.sns",
            type="",
            id=text(sns, "MessageId", longest=200) or digest(sns),
            at=moment(sns, "Timestamp") or sent,
            account=account,
            region=region,
            detail=fields(body),
            raw=sns,
            resources=tuple(filter(None, (text(sns, "TopicArn"),))),
            subject=text(sns, "Subject") or "",
            message=message if isinstance(message, str) else "",
        ),
    )


def _named(raw: Mapping[str, object], sent: float) -> Event:
    """What is in no envelope, as far as it names what it is."""
    if "alarmData" in raw or "alarmArn" in raw:
        arn = text(raw, "alarmArn")
        return _anything(raw, sent, "aws.cloudwatch", arn, moment(raw, "time"))
    if text(raw, "eventSource") == "aws:s3" or "s3" in raw:
        return _anything(raw, sent, "aws.s3", text(raw, "s3", "bucket", "arn"), moment(raw, "eventTime"))
    if "requestContext" in raw and "requestPayload" in raw:
        arn = text(raw, "requestContext", "functionArn")
        return _anything(raw, sent, "aws.lambda", arn, moment(raw, "timestamp"))
    return _anything(raw, sent)


def _anything(raw: object, sent: float, source: str = "", arn: str | None = None, at: float | None = None) -> Event:
    account, region = arn_place(arn)
    return Event(
        source=source,
        type="",
        id=digest(raw),
        at=at or sent,
        account=text(raw, "accountId") or account,
        region=text(raw, "region") or text(raw, "awsRegion") or region,
        detail=fields(raw),
        raw=raw,
        resources=(arn,) if arn else (),
    )


def digest(raw: object) -> str:
    """32 hex digits that stand for the whole of `raw`."""
    try:
        said = json.dumps(raw, sort_keys=True, default=str)
    except (ValueError, TypeError, RecursionError):
        said = "what cannot be written"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]
