"""What an error of AWS is called, and how to say it in one sentence."""

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

# What botocore's standard retry mode takes for "come back later": every service spells it differently.
# https://docs.aws.amazon.com/boto3/latest/guide/retries.html
_THROTTLING = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


class Busy(Exception):
    """AWS was not asked, because it would have throttled; `seconds` from now there may be room for a call."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no room for another call within {seconds:.1f} s")
        self.seconds = seconds


def code(error: BaseException) -> str:
    """AWS's error code ("ThrottlingException"), or the exception's name where no answer came."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code", "Unknown")
    return type(error).__name__


def is_throttled(error: BaseException) -> bool:
    """Whether AWS only asked for patience, or we did in its place."""
    return isinstance(error, Busy) or code(error) in _THROTTLING


def say(error: BaseException) -> str:
    """One sentence without a full stop: "AWS refused DescribeClientVpnConnections: UnauthorizedOperation".

    AWS's own message is left out: it may hold encoded policies, ARNs and several lines. So are names from the code.
    """
    if isinstance(error, ClientError):
        verb = "throttled" if is_throttled(error) else "refused"
        return f"AWS {verb} {error.operation_name}: {code(error)}"
    if isinstance(error, BotoCoreError):
        return "AWS did not answer"
    if isinstance(error, Busy):
        return "AWS takes no more calls at the moment"
    return "Something went wrong"


def say_to_operator(error: BaseException) -> str:
    """The same for whoever sets the process up: also what is wrong before AWS is asked, such as missing credentials."""
    if isinstance(error, BotoCoreError) and not isinstance(error, NoConnection | HTTPClientError):
        return " ".join(str(error).split())
    return say(error)


def say_answer(error: BaseException) -> str:
    """The same of a question to AWS: what `say` has no words for comes of an answer that cannot be parsed."""
    return say(error) if _sayable(error) else "AWS gave an answer that cannot be read"


def trace(error: Exception) -> Exception | None:
    """For a log's `exc_info`: the error where it may be a mistake of ours, which its sentence alone does not show."""
    return None if _sayable(error) else error


def _sayable(error: BaseException) -> bool:
    return isinstance(error, ClientError | BotoCoreError | Busy)
