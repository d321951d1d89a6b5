"""The account's trail: calls that change WorkSpaces or EC2 come to the event bus as CloudTrail tells of them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html: never for reads.
"""

from collections.abc import Mapping
from typing import Any

from botocore.parsers import create_parser

from sandbox.aws import cloudtrail, instances
from sandbox.aws.bus import Bus, Json
from sandbox.aws.clock import Clock
from sandbox.aws.cloudtrail import ApiCall
from sandbox.aws.identity import READING, WATCHED, Identities
from sandbox.aws.refused import Refused
from sandbox.aws.wire import Answer, Call


class Trail:
    """Puts an event on the bus for each such call, while it is `on`."""

    def __init__(self, clock: Clock, bus: Bus, identities: Identities, *, on: bool) -> None:
        self._clock, self._bus, self._identities = clock, bus, identities
        self.on = on

    def follows(self, call: Call) -> bool:
        """Whether the call is one that the trail tells of."""
        return self.on and call.service in WATCHED and not call.operation.startswith(READING)

    def worked(self, call: Call, params: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """A call was answered with the output shape's members."""
        if self.follows(call):
            self._tell(call, self._request(call, params), response=_response(call, result))

    def refused(self, call: Call, refusal: Refused) -> None:
        """A call was refused, for want of a permission or because it could not be."""
        if self.follows(call):
            error = cloudtrail.code_of(call.signed_for, refusal.code), refusal.message
            self._tell(call, self._request(call, call.params()), error=error)

    def answered(self, call: Call, answer: Answer) -> None:
        """A call of EC2's was answered by moto."""
        if call.model is None or call.model.output_shape is None:
            return
        raw = {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body}
        told = create_parser("ec2").parse(raw, call.model.output_shape)
        if "Error" in told:
            self.refused(call, Refused(told["Error"]["Code"], told["Error"]["Message"]))
            return
        self.worked(call, call.params(), told)
        for change in instances.changes(call.operation, told, self._clock.now()):
            self._bus.put(change)

    def _request(self, call: Call, params: Mapping[str, Any]) -> Json:
        return instances.request(call.operation, params) if call.service == "EC2" else cloudtrail.camel(params)

    def _tell(
        self, call: Call, request: Json, response: Json | None = None, error: tuple[str, str] | None = None
    ) -> None:
        now = self._clock.now()
        who = cloudtrail.caller(self._identities.of(call.access_key), now)
        made = ApiCall(call.signed_for, call.operation, who, request, response, error)
        self._bus.put(cloudtrail.event(made, now))


def _response(call: Call, result: Mapping[str, Any]) -> Json:
    if call.service == "EC2" and call.model is not None and call.model.output_shape is not None:
        named: Json = instances.by_the_model(call.model.output_shape, result)
        return named
    camelled: Json = cloudtrail.camel(result)
    return camelled
