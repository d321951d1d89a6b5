"""What Lambda sends to a function's on-failure destination when it gives an asynchronous event up.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
import uuid
from datetime import datetime
from typing import Any

Json = dict[str, Any]


def given_up(function_arn: str, payload: str, answer: bytes, invocations: int, now: datetime) -> str:
    """The record, a JSON text: the event that was given up, and the function's last error (`answer`)."""
    record: Json = {
        "version": "1.0",
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": function_arn,
            "condition": "RetriesExhausted",
            "approximateInvokeCount": invocations,
        },
        "requestPayload": json.loads(payload),
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": json.loads(answer),
    }
    return json.dumps(record)
