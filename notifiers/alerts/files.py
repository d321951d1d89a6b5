"""Configuration files that are uploaded to S3 or removed from it, by EventBridge or by a bucket's own notifications.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from dataclasses import dataclass
from urllib.parse import unquote_plus

from notifiers.alerts.alert import Alert, fingerprint
from notifiers.alerts.event import Event
from notifiers.alerts.links import console, part
from notifiers.alerts.metric import say_size
from notifiers.alerts.reading import fields, number, text
from notifiers.alerts.telling import facts_of

_RECORDS = {"ObjectCreated": True, "ObjectRemoved": False, "LifecycleExpiration": False}


class NoFile(ValueError):
    """It names no file, or nothing that became of one."""


@dataclass(frozen=True)
class _Change:
    """What became of a file. `order` grows with every change of it (S3's sequencer)."""

    bucket: str
    key: str
    uploaded: bool
    how: str
    who: str | None
    address: str | None
    size: float | None
    version: str | None
    order: str | None


def by_eventbridge(event: Event) -> tuple[Alert, ...]:
    """`Object Created` or `Object Deleted`. Raises NoFile."""
    detail, file = event.detail, fields(event.detail, "object")
    who = text(detail, "requester")
    change = _Change(
        bucket=_needed(text(detail, "bucket", "name")),
        key=_needed(text(file, "key")),
        uploaded=event.type == "Object Created",
        how=", ".join(filter(None, (text(detail, "reason"), text(detail, "deletion-type")))),
        who=f"somebody of account {who}" if who and who.isdigit() else who,
        address=text(detail, "source-ip-address"),
        size=number(file, "size"),
        version=text(file, "version-id"),
        order=text(file, "sequencer"),
    )
    return (_alert(change, event),)


def by_bucket(event: Event) -> tuple[Alert, ...]:
    """A record of a bucket's own notifications, in which the key is quoted as in a link. Raises NoFile."""
    detail, file = event.detail, fields(event.detail, "s3", "object")
    name = _needed(text(detail, "eventName")).removeprefix("s3:")
    what, _, how = name.partition(":")
    if what not in _RECORDS:
        raise NoFile(f"nothing that becomes of a file: {what}")
    principal = text(detail, "userIdentity", "principalId") or ""
    change = _Change(
        bucket=_needed(text(detail, "s3", "bucket", "name")),
        key=_needed(unquote_plus(text(file, "key") or "", errors="replace")),
        uploaded=_RECORDS[what],
        how=how,
        who=principal.rpartition(":")[2] or None,
        address=text(detail, "requestParameters", "sourceIPAddress"),
        size=number(file, "size"),
        version=text(file, "versionId"),
        order=text(file, "sequencer"),
    )
    return (_alert(change, event),)


def _alert(change: _Change, event: Event) -> Alert:
    about = f"s3 {change.bucket}/{change.key}"
    title = f"{change.key} was {'uploaded to' if change.uploaded else 'removed from'} {change.bucket}"
    return Alert(
        kind="config-uploaded" if change.uploaded else "config-removed",
        about=about,
        state="notice",
        at=event.at,
        key=f"{fingerprint(about)}-{change.order or event.id}",
        severity="info" if change.uploaded else "warning",
        title=title,
        summary=f"{title}{f' by {change.who}' if change.who else ''}.",
        facts=facts_of(
            {
                "File": change.key,
                "Bucket": change.bucket,
                "Size": say_size(change.size) if change.size is not None and change.uploaded else None,
                "How": change.how,
                "Version": change.version,
                "Address": change.address,
            }
        ),
        buttons=console("Open in S3", event.region, f"s3/object/{part(change.bucket)}?prefix={part(change.key)}"),
        resources=(change.bucket, change.key),
        account=event.account,
        region=event.region,
        who=change.who,
    )


def _needed(value: str | None) -> str:
    if not value:
        raise NoFile("no file is named")
    return value
