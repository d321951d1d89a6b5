"""Calls of AWS's APIs, as CloudTrail tells them: who called what, on what, and what came of it.

CloudTrail tells of a call that failed with an `errorCode` and no `responseElements`; and calls that only look
(Describe, List, Get) never come. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from notifiers.alerts.event import Event
from notifiers.alerts.identity import who
from notifiers.alerts.links import console, part
from notifiers.alerts.reading import each, fields, moment, text
from notifiers.message import Button, Code

TYPES = frozenset({"AWS API Call via CloudTrail", "AWS Console Sign In via CloudTrail"})

_DENIED = re.compile(r"accessdenied|unauthorized|notauthorized|authorizationerror|authfailure|forbidden", re.IGNORECASE)
# EC2 answers so where a call was only tried, and would have been allowed.
_DRY_RUN = "DryRunOperation"
_ENCODED = re.compile(r"\s*Encoded authorization failure message:.*", re.DOTALL)
_ACTION = re.compile(r"perform: ([\w-]{1,60}:\w{1,100})")
_BECAUSE = re.compile(r"\b(?:because|with (?=an explicit deny)) ?([^\n]+)")
_RESOURCE = re.compile(r"on resource: (arn:\S{1,1000})")
_NAME = re.compile(r"(?:Id|(?<!Session)Name|Arn|ARN|bucket|Bucket)$")
_DEEPEST = 3  # requestParameters.instancesSet.items[].instanceId
_SHOWN = 3
_MOST = 60


@dataclass(frozen=True)
class Failure:
    """Why something was not done: AWS's code and its words, each "" where AWS gave none."""

    code: str
    said: str

    @property
    def denied(self) -> bool:
        """Whether it was not allowed, rather than not possible."""
        return bool(_DENIED.search(self.code))

    @property
    def why(self) -> str:
        """AWS's words, or else its code, as a part of a sentence."""
        return self.said.rstrip(". ") or self.code or "AWS gave no reason"


@dataclass(frozen=True)
class Call:
    """One call.

    `service` is as in the API's address ("workspaces"), `name` the operation's ("TerminateWorkspaces"), `who` whoever
    called, in words, and `failure` why nothing of it was done; where a part of a batch failed, that is in `response`.
    `key` is CloudTrail's id of the event, the same however it comes.
    """

    service: str
    name: str
    who: str
    failure: Failure | None
    request: Mapping[str, object]
    response: Mapping[str, object]
    resources: tuple[str, ...]  # ARNs, as far as the service tells them
    origin: str  # an address, or the service that called
    at: float
    key: str
    account: str
    region: str

    @property
    def link(self) -> tuple[Button, ...]:
        """A button to the call in CloudTrail's own list."""
        return console("See the call", self.region, f"cloudtrailv2/home#/events/{part(self.key)}")

    @property
    def action(self) -> str:
        """What a policy calls it: "workspaces:TerminateWorkspaces"."""
        found = _ACTION.search(self.failure.said) if self.failure else None
        return found[1] if found else f"{self.service}:{self.name}"


def call_of(event: Event) -> Call | None:
    """The call that `event` tells of; None where it tells of none."""
    detail = event.detail
    name, service = text(detail, "eventName"), text(detail, "eventSource")
    if event.type not in TYPES or name is None:
        return None
    return Call(
        service=(service or event.source.removeprefix("aws.")).partition(".")[0],
        name=name,
        who=who(fields(detail, "userIdentity")),
        failure=_failure(detail),
        request=fields(detail, "requestParameters"),
        response=fields(detail, "responseElements"),
        resources=_resources(detail),
        origin=text(detail, "sourceIPAddress", longest=200) or "",
        at=moment(detail, "eventTime") or event.at,
        key=text(detail, "eventID", longest=200) or event.id,
        account=text(detail, "recipientAccountId") or event.account,
        region=text(detail, "awsRegion") or event.region,
    )


def failure_of(item: Mapping[str, object]) -> Failure:
    """Why one element of a batch, or a whole call, failed."""
    said = _ENCODED.sub("", text(item, "errorMessage") or "")
    return Failure(code=text(item, "errorCode", longest=200) or "", said=said)


def reason_denied(failure: Failure) -> str:
    """Why it was not allowed, without who and what, which are said elsewhere; "" where AWS says no more than those."""
    found = _BECAUSE.search(failure.said)
    if found:
        return f"{found[1][:1].upper()}{found[1][1:]}".rstrip(". ")
    return "" if _ACTION.search(failure.said) else failure.said.rstrip(". ")


def touched(call: Call) -> tuple[str, ...]:
    """What a call of any service is about: ids, names and ARNs in its request, and ARNs that CloudTrail has."""
    names = _names(call.request)
    ends = tuple(name.lower() for name in names)
    denied = _RESOURCE.search(call.failure.said) if call.failure else None
    arns = (*call.resources, *((denied[1].rstrip("."),) if denied else ()))
    return tuple(dict.fromkeys((*names, *(arn for arn in arns if not arn.lower().endswith(ends)))))[:_MOST]


def listed(what: tuple[str, ...]) -> str:
    """The first of them, and how many more there are."""
    more = len(what) - _SHOWN
    return ", ".join(what[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def the_rest(what: tuple[str, ...]) -> tuple[Code, ...]:
    """All of them, a line each, where `listed` has not named all."""
    return (Code(text="\n".join(what)),) if len(what) > _SHOWN else ()


def _failure(detail: Mapping[str, object]) -> Failure | None:
    code = text(detail, "errorCode", longest=200)
    return None if code is None or code.endswith(_DRY_RUN) else failure_of(detail)


def _resources(detail: Mapping[str, object]) -> tuple[str, ...]:
    found = (text(item, "ARN") or text(item, "arn") for item in each(detail, "resources"))
    return tuple(arn for arn in found if arn)


def _names(request: Mapping[str, object], depth: int = 0) -> tuple[str, ...]:
    """What stands under names like `bucketName` and `roleArn`, at most three objects deep."""
    found = list[str]()
    for name, value in request.items():
        said = text(value) if isinstance(value, str) and _NAME.search(name) else None
        found += [said] if said else []
        inner = (fields(value), *each(value)) if depth < _DEEPEST else ()
        found += [each_name for item in inner for each_name in _names(item, depth + 1)]
    return tuple(found)
