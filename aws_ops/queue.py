"""The events queue: one standard SQS queue, which promises neither order nor once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_WAIT_SECONDS = (
    20  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
)


@dataclass(frozen=True)
class Received:
    """A message, ours until the queue's visibility timeout."""

    body_text: str
    receipt: str


class Queue:
    """The queue, for any number of threads. Everything raises ClientError."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self.url = url

    def send(self, body: Mapping[str, Any]) -> None:
        """Send `body` as JSON."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        self._client.send_message(QueueUrl=self.url, MessageBody=text)

    def receive(self, wait_seconds: int, limit: int = 10) -> list[Received]:
        """Up to `limit` (1 to 10) messages, after at most `wait_seconds` (0 to 20) if there are none."""
        answer = self._client.receive_message(
            QueueUrl=self.url, WaitTimeSeconds=wait_seconds, MaxNumberOfMessages=limit
        )
        return [Received(message["Body"], message["ReceiptHandle"]) for message in answer.get("Messages", ())]

    def delete(self, receipt: str) -> None:
        """Take a received message out for good."""
        self._client.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)

    def ping(self) -> None:
        """Read something. Raises what AWS says when the queue cannot be read."""
        self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
