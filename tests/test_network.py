"""The guard that keeps the tests on loopback."""

import asyncio
import socket

import pytest

from tests.conftest import NetworkRefused, is_local

ELSEWHERE = ("192.0.2.1", 9)  # TEST-NET-1: documentation only, answered by nobody


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", None, b"localhost", "::1%lo"])
def test_this_machine_is_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "slack.com", "localhost.example.com", b"example.com"])
def test_anything_else_is_not(host: object) -> None:
    assert not is_local(host)


def test_connecting_elsewhere_is_refused(refused: list[str]) -> None:
    with socket.socket() as sock:
        with pytest.raises(NetworkRefused, match=r"192\.0\.2\.1"):
            sock.connect(ELSEWHERE)
        with pytest.raises(NetworkRefused):
            sock.connect_ex(ELSEWHERE)
    assert len(refused) == 2
    refused.clear()


def test_a_datagram_elsewhere_is_refused(refused: list[str]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(NetworkRefused):
        sock.sendto(b"hello", ELSEWHERE)
    refused.clear()


async def test_asking_a_name_server_is_refused(refused: list[str]) -> None:
    with pytest.raises(NetworkRefused, match=r"slack\.com"):
        await asyncio.open_connection("slack.com", 443)
    refused.clear()


async def test_loopback_is_open() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


def test_a_unix_socket_is_open() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"
