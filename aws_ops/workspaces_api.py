"""Calls of the WorkSpaces API, each with a token of the account's bucket.

WorkSpaces throttles over all its operations together, so nothing calls it past this.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any, Self, cast

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from aws_ops import clock
from aws_ops.bucket import Bucket, Rate
from aws_ops.desk import Desk
from aws_ops.errors import Busy, is_throttled

_THROTTLED_TRIES = 6
_LOST_TRIES = 3


class Api:
    """Who calls, and for whom; any number of threads. Every call raises ClientError, BotoCoreError and Busy.

    `client` gives the client at each call, because sessions renew theirs. `people`: somebody waits for the answer, so
    the part of the bucket that is kept for people may be used. `sleep` waits that many seconds.
    """

    def __init__(
        self,
        client: Callable[[], Any],
        bucket: Bucket,
        rate: Rate,
        *,
        people: bool,
        sleep: Callable[[float], None] = clock.sleep,
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._pause = 1 / rate.per_s
        self._people = people
        self._sleep = sleep

    @classmethod
    def of(cls, desk: Desk, *, rate: Rate, people: bool, actor: str | None = None, role: str | None = None) -> Self:
        """The API of the desk's account: as ourselves to read, in the name of `actor` through `role` to change."""
        return cls(
            lambda: desk.sessions.client("workspaces", actor=actor, role=role),
            Bucket(desk.table, f"workspaces#own#{desk.sessions.region}", rate),
            rate,
            people=people,
        )

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """AWS's answer to `operation` ("describe_workspaces").

        Throttled, it is asked again after a token and a pause, six times in all. Where no answer came only a read is:
        a change may have been made, which is seen by looking. A fault of AWS's own (5xx) counts as no answer.
        """
        throttled = lost = 0
        while True:
            client = self._client()  # a role that cannot be assumed costs no token
            self._bucket.take(people=self._people)
            try:
                return cast(dict[str, Any], getattr(client, operation)(**params))
            except (ClientError, BotoCoreError) as error:
                if is_throttled(error):
                    throttled += 1
                elif operation.startswith("describe_") and _no_answer(error):
                    lost += 1
                else:
                    raise
                if throttled == _THROTTLED_TRIES or lost == _LOST_TRIES:
                    raise
            self._sleep(self._pause * (throttled + lost) * random.uniform(0.8, 1.2))  # noqa: S311 - a pause, no secret

    def pages(self, operation: str, **params: Any) -> Iterator[dict[str, Any]]:
        """The answers of every page, each a call."""
        while True:
            answer = self.call(operation, **params)
            yield answer
            if not answer.get("NextToken"):
                return
            params["NextToken"] = answer["NextToken"]


def refused(error: Exception, operation: str) -> bool:
    """Whether AWS said no to `operation` ("RebuildWorkspaces"), or to its caller's role, and not just not now."""
    if not isinstance(error, ClientError) or is_throttled(error):
        return False
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) >= 500:
        return False
    return error.operation_name in {operation, "AssumeRole"}


def sent(error: Exception, operation: str) -> bool:
    """Whether AWS may have got the question: not where the error is another's, the table's or the bucket's."""
    if isinstance(error, ClientError):
        return error.operation_name == operation
    return not isinstance(error, Busy)


def _no_answer(error: ClientError | BotoCoreError) -> bool:
    if isinstance(error, ClientError):
        return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    return isinstance(error, NoConnection | HTTPClientError)
