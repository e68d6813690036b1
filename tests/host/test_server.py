"""Whoever sends headers without end, or slowly, holds nothing."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from starlette.responses import PlainTextResponse

from crmhost import server
from crmhost.server import HEAD_LIMIT, serving


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A connection to a server that waits half a second for headers."""
    monkeypatch.setattr(server, "HEAD_PATIENCE", 0.5)
    with serving(PlainTextResponse("hello")) as url:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port or 0), timeout=10) as made:
            yield made


def test_headers_without_end_are_hung_up_on(client: socket.socket) -> None:
    client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n")

    with pytest.raises(OSError, match=r"reset|[Bb]roken pipe|[Cc]onnection"):
        client.sendall((b"X-Filler: " + b"a" * 1000 + b"\r\n") * 10 * HEAD_LIMIT)


def test_headers_that_are_too_long_get_a_400(client: socket.socket) -> None:
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Filler: " + b"a" * HEAD_LIMIT)

    assert client.recv(1000).startswith(b"HTTP/1.1 400")


def test_headers_that_never_end_are_not_waited_for(client: socket.socket) -> None:
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")

    assert client.recv(1000) == b""


def test_who_says_nothing_is_not_waited_for(client: socket.socket) -> None:
    assert client.recv(1000) == b""


def test_a_connection_is_used_again_and_a_long_body_is_no_head(client: socket.socket) -> None:
    body = json.dumps(["a" * HEAD_LIMIT * 2]).encode()
    for _ in range(2):
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
