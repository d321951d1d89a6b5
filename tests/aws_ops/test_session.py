"""Who the clients are."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from aws_ops import session
from aws_ops.session import Sessions, source_identity
from tests.aws_ops.conftest import Calls

ROLE = "arn:aws:iam::123456789012:role/deskside-acts"
Later = Callable[[int], None]


@pytest.fixture
def asked(sessions: Sessions) -> list[dict[str, object]]:
    """The parameters of every AssumeRole that the process makes."""
    requests: list[dict[str, object]] = []
    events = sessions.client("sts").meta.events
    events.register("provide-client-params.sts.AssumeRole", lambda params, **_: requests.append(params))
    return requests


def key_of(client: object) -> str:
    return str(client._request_signer._credentials.access_key)  # type: ignore[attr-defined]


def test_an_identity_is_what_sts_takes() -> None:
    assert source_identity("mika@example.com") == "mika@example.com"
    assert source_identity("deskside.vpn") == "deskside.vpn"
    assert source_identity("mika o'hara:三@example.com") == "mika_o_hara__@example.com"


def test_a_long_identity_keeps_its_beginning_and_its_hash() -> None:
    longest = "m" * 52 + "@example.com"
    assert source_identity(longest) == longest
    one, other = source_identity("m" * 53 + "@example.com"), source_identity("m" * 54 + "@example.com")
    assert re.fullmatch(r"m{51}-[0-9a-f]{12}", one)
    assert one != other


@given(st.text(min_size=1, max_size=200))
def test_any_identity_is_within_the_rules(actor: str) -> None:
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    assert re.fullmatch(r"[A-Za-z0-9_+=,.@-]{2,64}", source_identity(actor))


def test_without_an_actor_or_a_role_it_is_ourselves(sessions: Sessions, asked: list[object]) -> None:
    own = sessions.client("ec2")
    assert sessions.client("ec2") is own
    assert sessions.client("ec2", actor="mika@example.com") is own
    assert sessions.client("ec2", actor="mika@example.com", role=None) is own
    assert asked == []


def test_a_role_is_assumed_in_the_actors_name(sessions: Sessions, asked: list[dict[str, object]]) -> None:
    acting = sessions.client("ec2", actor="mika o@example.com", role=ROLE)
    assert asked == [
        {
            "RoleArn": ROLE,
            "RoleSessionName": "mika_o@example.com",
            "SourceIdentity": "mika_o@example.com",
            "DurationSeconds": 3600,
        }
    ]
    assert key_of(acting) != key_of(sessions.client("ec2"))


def test_one_session_serves_an_actor_for_50_minutes(sessions: Sessions, asked: list[object], later: Later) -> None:
    first = sessions.client("ec2", actor="mika@example.com", role=ROLE)
    later(50 * 60 - 1)
    assert sessions.client("ec2", actor="mika@example.com", role=ROLE) is first
    assert key_of(sessions.client("sqs", actor="mika@example.com", role=ROLE)) == key_of(first)
    assert len(asked) == 1
    later(1)
    assert key_of(sessions.client("ec2", actor="mika@example.com", role=ROLE)) != key_of(first)
    assert len(asked) == 2


def test_another_actor_is_another_session(sessions: Sessions, asked: list[object]) -> None:
    mika = sessions.client("ec2", actor="mika@example.com", role=ROLE)
    ren = sessions.client("ec2", actor="ren@example.com", role=ROLE)
    assert key_of(mika) != key_of(ren)
    assert sessions.client("ec2", actor="mika@example.com", role=ROLE) is mika
    assert len(asked) == 2


def test_the_least_recently_used_is_forgotten(
    sessions: Sessions, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_IDENTITIES", 2)
    for actor in ("mika@example.com", "ren@example.com", "mika@example.com", "oda@example.com"):
        sessions.client("sqs", actor=actor, role=ROLE)
    assert len(asked) == 3
    sessions.client("sqs", actor="mika@example.com", role=ROLE)
    assert len(asked) == 3
    sessions.client("sqs", actor="ren@example.com", role=ROLE)
    assert len(asked) == 4


def test_many_threads_get_the_same_client(sessions: Sessions) -> None:
    with ThreadPoolExecutor(16) as pool:
        clients = list(pool.map(lambda _: sessions.client("secretsmanager"), range(32)))
    assert len({id(client) for client in clients}) == 1


def test_many_threads_may_assume_at_once(sessions: Sessions) -> None:
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(lambda _: sessions.client("sqs", actor="mika@example.com", role=ROLE), range(16)))
    kept = sessions.client("sqs", actor="mika@example.com", role=ROLE)
    assert all(key_of(client) for client in clients)
    assert any(client is kept for client in clients)


def test_throttling_is_retried(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard mode, five attempts in all."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    sqs = sessions.client("sqs")
    attempts = Calls(sqs)
    sent: list[object] = []

    def throttled(request: object, **_: object) -> object:
        sent.append(request)
        body = b'{"__type":"ThrottlingException","message":"Rate exceeded"}'
        headers: Any = {"content-type": "application/x-amz-json-1.0"}
        return AWSResponse("http://127.0.0.1", 400, headers, _Raw(body))

    sqs.meta.events.register("before-send.sqs", throttled)
    with pytest.raises(ClientError, match="ThrottlingException"):
        sqs.list_queues()
    assert (attempts["ListQueues"], len(sent)) == (1, 5)


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body


def test_a_long_poll_is_outlived_by_its_timeout(sessions: Sessions) -> None:
    assert sessions.client("sqs").meta.config.read_timeout > 20
    assert sessions.client("ec2").meta.config.read_timeout <= 20
