"""Durable functions: how one is started."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


ALIAS = "live"


class Functions:
    """Our functions in Lambda, all named with one prefix."""

    def __init__(self, client: "LambdaClient", prefix: str) -> None:
        self._client = client
        self.prefix = prefix

    def ping(self, function: str) -> None:
        """Ask whether `<prefix><function>` is there and we may invoke it, and run nothing. Raises what AWS says.

        A dry run, because it needs no permission but the one to invoke.
        """
        self._client.invoke(FunctionName=f"{self.prefix}{function}", InvocationType="DryRun", Qualifier=ALIAS)

    def start(self, function: str, name: str, payload: str) -> None:
        """Start the durable execution `name` (1 to 64 of `[A-Za-z0-9-_]`) of `<prefix><function>`, and do not wait.

        The same name and payload (JSON) again starts nothing new, running or closed; another payload raises ClientError
        DurableExecutionAlreadyStartedException. https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html
        """
        self._client.invoke(
            FunctionName=f"{self.prefix}{function}",
            InvocationType="Event",
            Qualifier=ALIAS,
            DurableExecutionName=name,
            Payload=payload.encode(),
        )
