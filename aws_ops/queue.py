"""The events queue: one standard SQS queue, which promises neither order nor once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import MessageSystemAttributeNameType
    from mypy_boto3_sqs.type_defs import MessageTypeDef

LONGEST_WAIT_SECONDS = (
    20  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
)


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
_ASKED: tuple["MessageSystemAttributeNameType", ...] = ("SentTimestamp", "ApproximateReceiveCount")


@dataclass(frozen=True)
class Received:
    """A message, ours until the queue's visibility timeout.

    `id` stays the same however often it is received, also in the dead-letter queue. `sent` is when the queue first got
    it (seconds since 1970), `receives` how often it was received, this time included.
    """

    body_text: str
    receipt: str
    id: str
    sent: float
    receives: int


class Queue:
    """The queue, for any number of threads. Everything raises ClientError."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self.url = url

    def send(self, body: Mapping[str, Any]) -> None:
        """Send `body` as JSON."""
        self.send_text(json.dumps(body, ensure_ascii=False, separators=(",", ":")))

    def send_text(self, body_text: str) -> None:
        """Send what is a message already."""
        self._client.send_message(QueueUrl=self.url, MessageBody=body_text)

    def receive(self, wait_seconds: int, limit: int = 10) -> list[Received]:
        """Up to `limit` (1 to 10) messages, after at most `wait_seconds` (0 to 20) if there are none."""
        answer = self._client.receive_message(
            QueueUrl=self.url,
            WaitTimeSeconds=wait_seconds,
            MaxNumberOfMessages=limit,
            MessageSystemAttributeNames=_ASKED,
        )
        return [_received(message) for message in answer.get("Messages", ())]

    def delete(self, receipt: str) -> None:
        """Take a received message out for good."""
        self._client.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)

    def dead_letters(self) -> "Queue | None":
        """The queue that takes what was received too often without being deleted; None where none is set up."""
        answer = self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["RedrivePolicy"])
        policy = answer.get("Attributes", {}).get("RedrivePolicy")
        if not policy:
            return None
        # It is of the same account and region, so its name says which one it is.
        name = json.loads(policy)["deadLetterTargetArn"].rpartition(":")[2]
        return Queue(self._client, self._client.get_queue_url(QueueName=name)["QueueUrl"])

    def ping(self) -> None:
        """Read something. Raises what AWS says when the queue cannot be read."""
        self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])


def _received(message: "MessageTypeDef") -> Received:
    told = message.get("Attributes", {})
    return Received(
        body_text=message["Body"],
        receipt=message["ReceiptHandle"],
        id=message["MessageId"],
        sent=int(told["SentTimestamp"]) / 1000,
        receives=int(told["ApproximateReceiveCount"]),
    )
