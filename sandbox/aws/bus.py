"""The simulated event bus and SNS: what AWS services say, delivered to the Lambda functions that hear it.

Who hears what is in the template of `infra/`. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html
and https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.aws.clock import Clock
from sandbox.aws.refused import Refused
from sandbox.aws.template import Template, Topic, template
from sandbox.aws.world import ACCOUNT, PREFIX, REGION

Json = dict[str, Any]
Deliver = Callable[[str, Any], None]
"""Invoke the function of that name asynchronously with an event."""

FORWARD = f"{PREFIX}forward"
SCHEDULED = "Scheduled Event"


class Bus:
    """The default event bus and the topics of the account, in front of its functions."""

    def __init__(self, clock: Clock, deliver: Deliver) -> None:
        self._clock = clock
        self._deliver = deliver

    @property
    def template(self) -> Template:
        """Rules and topics; raises OSError where the checkout has no template."""
        return template()

    def put(self, event: Mapping[str, Any]) -> Json:
        """An event comes to the account: `{"rules": [names that took it], "delivered": invocations}`.

        An EventBridge event goes where rules match it, with what the bus would have added (`id`, `time`, `account`);
        a schedule's, and any other shape that reaches a Lambda function, to the forwarding function as it is.
        """
        if not _is_bus_event(event):
            return self.hand(event)
        whole = self._completed(event)
        rules = [rule for rule in self.template.rules if rule.pattern.takes(whole)]
        functions = [function for rule in rules for function in rule.functions]
        for function in functions:
            self._deliver(function, whole)
        return {"rules": [rule.name for rule in rules], "delivered": len(functions)}

    def hand(self, payload: Mapping[str, Any], function: str = FORWARD) -> Json:
        """Invoke a function with `payload`, as a schedule or an alarm does."""
        self._deliver(function, payload)
        return {"rules": [], "delivered": 1}

    def publish(self, message: str, subject: str | None = None, topic: str = "", message_id: str = "") -> Json:
        """A message is published on a topic (by ARN; the first): `{"TopicArn", "MessageId", "delivered"}`.

        Raises `Refused` for a topic that is not there.
        """
        found = self._topic(topic)
        message_id = message_id or str(uuid.uuid4())
        for function in found.functions:
            self._deliver(function, self._notification(found.arn, message_id, subject, message))
        return {"TopicArn": found.arn, "MessageId": message_id, "delivered": len(found.functions)}

    def publish_body(self, body: Mapping[str, Any]) -> Json:
        """Publish what a body says: `{Subject, Message}`, or a notification as SNS posts it or as Lambda gets it.

        A `Message` that is no text is written as JSON. A whole notification came by a topic somewhere else, and is
        published on ours with the id that it has; otherwise `TopicArn` names the topic. Of several records the answer
        is the last one's.
        """
        if "Records" in body:
            return [self.publish_body(record["Sns"]) for record in body["Records"]][-1]
        message, subject = body["Message"], body.get("Subject")
        text = message if isinstance(message, str) else json.dumps(message)
        if body.get("Type") == "Notification":
            return self.publish(text, subject, message_id=str(body.get("MessageId") or ""))
        return self.publish(text, subject, str(body.get("TopicArn") or ""))

    def _topic(self, arn: str) -> Topic:
        heard = [one for one in self.template.topics if one.functions]
        found = self.template.topic(arn) if arn else next(iter(heard), None)
        if found is None:
            raise Refused("NotFound", f"Topic does not exist: {arn}", 404)
        return found

    def _notification(self, topic: str, message_id: str, subject: str | None, message: str) -> Json:
        said: Json = {
            "Type": "Notification",
            "MessageId": message_id,
            "TopicArn": topic,
            "Subject": subject,
            "Message": message,
            "Timestamp": zulu(self._clock.now(), "milliseconds"),
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertUrl": f"https://sns.{REGION}.amazonaws.com/SimpleNotificationService-EXAMPLE.pem",
            "UnsubscribeUrl": f"https://sns.{REGION}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={topic}:EXAMPLE",
            "MessageAttributes": {},
        }
        record = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{topic}:EXAMPLE"}
        return {"Records": [{**record, "Sns": said}]}

    def _completed(self, event: Mapping[str, Any]) -> Json:
        added = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "account": ACCOUNT,
            "time": zulu(self._clock.now()),
            "region": REGION,
            "resources": [],
            "detail": {},
        }
        return {**added, **event}


def _is_bus_event(event: Mapping[str, Any]) -> bool:
    kind, source = event.get("detail-type"), event.get("source")
    return isinstance(kind, str) and isinstance(source, str) and kind != SCHEDULED


def zulu(moment: datetime, timespec: str = "seconds") -> str:
    """An aware UTC time as `2026-01-31T09:30:00Z`."""
    return moment.isoformat(timespec=timespec).replace("+00:00", "Z")
