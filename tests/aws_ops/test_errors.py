"""Errors of AWS in one sentence."""

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    ProfileNotFound,
    ReadTimeoutError,
)

from aws_ops import errors

REFUSED = ClientError(
    {"Error": {"Code": "UnauthorizedOperation", "Message": "Encoded authorization failure message: 3x…"}},
    "DescribeClientVpnConnections",
)
BUSY = ClientError({"Error": {"Code": "RequestLimitExceeded", "Message": "Slow"}}, "AssociateClientVpnTargetNetwork")
SILENT = EndpointConnectionError(endpoint_url="https://ec2.example")


def test_it_is_said_in_one_sentence() -> None:
    assert errors.say(REFUSED) == "AWS refused DescribeClientVpnConnections: UnauthorizedOperation"
    assert errors.say(BUSY) == "AWS throttled AssociateClientVpnTargetNetwork: RequestLimitExceeded"
    assert errors.say(SILENT) == "AWS did not answer"
    assert errors.say(ReadTimeoutError(endpoint_url="https://ec2.example")) == "AWS did not answer"
    assert errors.say(LookupError("there is no run")) == "Something went wrong"


def test_whoever_sets_it_up_hears_what_is_wrong_before_aws_is_asked() -> None:
    missing = ProfileNotFound(profile="desk")
    assert errors.say_to_operator(missing) == "The config profile (desk) could not be found"
    for error in (REFUSED, SILENT, ReadTimeoutError(endpoint_url="https://ec2.example")):
        assert errors.say_to_operator(error) == errors.say(error)


def test_what_is_neither_refused_nor_unanswered_shows_where_it_comes_from() -> None:
    ours = KeyError("Status")
    assert errors.say_answer(REFUSED) == errors.say(REFUSED)
    assert errors.say_answer(ours) == "AWS gave an answer that cannot be read"
    assert (errors.trace(REFUSED), errors.trace(SILENT), errors.trace(ours)) == (None, None, ours)


@pytest.mark.parametrize(("error", "throttled"), [(REFUSED, False), (BUSY, True), (SILENT, False)])
def test_throttling_is_told_apart(error: Exception, throttled: bool) -> None:
    assert errors.is_throttled(error) is throttled


def test_an_error_without_a_code_is_still_one() -> None:
    assert errors.code(ClientError({}, "Invoke")) == "Unknown"
