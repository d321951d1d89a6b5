"""What holds for every test: no network but loopback, nobody's settings, and the wall clock back afterwards."""

import gc
import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import botocore.useragent
import pytest
from hypothesis import settings

from aws_ops import clock

settings.register_profile("deskside", deadline=None, print_blob=True)  # a shared CPU makes single examples slow
settings.load_profile("deskside")

# moto and botocore make garbage by the megabyte, and looking for it so often takes a tenth of the time.
gc.set_threshold(100_000, 20, 50)

_OURS = ("AWS_", "SLACK_", "TEAMS_", "DESKSIDE_", "ADMIN_")
_refused: list[str] = []


class NetworkRefused(OSError):
    """A test tried to leave this machine."""


def is_local(host: object) -> bool:
    """Whether `host` is this machine: a loopback address, `localhost`, or none at all."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def _refuse(what: str) -> None:
    _refused.append(what)
    raise NetworkRefused(f"tests stay on loopback, and this one tried {what}")


def _guarded(method: Callable[..., Any], at: int) -> Callable[..., Any]:
    """`method` of a socket, refusing where its argument number `at` is an address that is not loopback."""

    def guard(self: socket.socket, *args: Any) -> Any:
        internet = self.family in {socket.AF_INET, socket.AF_INET6}
        if internet and not is_local(args[at][0]):
            _refuse(f"{method.__name__} to {args[at]}")
        return method(self, *args)

    return guard


def _resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not is_local(host) and not _is_address(host):
        _refuse(f"to look up {host!r}")
    return _getaddrinfo(host, *args, **kwargs)


_getaddrinfo = socket.getaddrinfo


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Sockets that connect to this machine alone, and no name server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect, 0))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex, 0))
        patch.setattr(socket.socket, "sendto", _guarded(socket.socket.sendto, -1))
        patch.setattr(socket, "getaddrinfo", _resolve)
        yield


@pytest.fixture(scope="session", autouse=True)
def _user_agent_once() -> Iterator[None]:
    """botocore cleans the same dozen words for each call of AWS, which is a twentieth of what one takes."""
    clean = botocore.useragent.sanitize_user_agent_string_component
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.useragent, clean.__name__, lru_cache(maxsize=1024)(clean))
        yield


@pytest.fixture(autouse=True)
def refused() -> Iterator[list[str]]:
    """What this test tried outside loopback: it fails for that even where the code under test swallowed the error."""
    _refused.clear()
    yield _refused
    assert not _refused, f"this test tried to leave the machine: {_refused}"


@pytest.fixture(scope="session", autouse=True)
def _nobodys_environment() -> Iterator[None]:
    """No credentials, settings or proxies of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_OURS) or name in {"HOST", "PORT"} or name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(autouse=True)
def _wall_clock() -> Iterator[None]:
    """Whoever moved the time, the next test begins at the wall clock."""
    yield
    clock.set_source(None)
