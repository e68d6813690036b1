"""Whoever sends headers without end, or slowly, holds nothing; an answer can go out in one piece."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from crmhost import server
from crmhost.intake import Intake
from crmhost.receiver import Directory, Receiver
from crmhost.server import HEAD_LIMIT, JOIN, WHOLE, serving


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


@pytest.mark.parametrize(
    ("asked", "later"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{", b"}"),
    ],
    ids=["an empty line", "the body of what is answered already"],
)
def test_who_goes_on_after_the_answer_is_not_waited_for(
    client: socket.socket, asked: bytes, later: bytes
) -> None:
    client.sendall(asked)
    assert client.recv(1000).startswith(b"HTTP/1.1 200")

    client.sendall(later)

    assert client.recv(1000) == b""


def test_a_connection_is_used_again_and_a_long_body_is_no_head(client: socket.socket) -> None:
    body = json.dumps(["a" * HEAD_LIMIT * 2]).encode()
    for _ in range(2):
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    body, goes_on = b"", True
    while goes_on:
        message = await receive()
        body += message.get("body", b"")
        goes_on = message.get("more_body", False)
    head = {"status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
    await send({"type": "http.response.start", **head})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize("name", [b"Upgrade", b"upgrade", b"UPGRADE"])
def test_who_would_rather_speak_http_2_is_heard_in_http_1(name: bytes) -> None:
    """As Java's HttpClient would, and as a proxy may pass on; the body holds the same words."""
    body = b'{"text":\r\nUpgrade: all"}'
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n" + name + b": h2c\r\n"
    head += b"HTTP2-Settings: AAMAAABkAAQAoAAA\r\nContent-Length: %d\r\n\r\n" % len(body)
    with serving(echo) as url:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port or 0), timeout=10) as client:
            for pieces in ([head + body], [head, body], [head + body[:9], body[9:]]):
                for piece in pieces:
                    client.sendall(piece)
                    time.sleep(0.05)
                said = client.recv(1000)
                assert said.startswith(b"HTTP/1.1 200")
                assert said.endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize("cut", range(-6, 3))
def test_a_body_is_as_it_came_wherever_the_packets_end(cut: int) -> None:
    body = b"a\nUpgrade: x\r\n\r\nb" * 3
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    whole, at = head + body, len(head) + cut
    with serving(echo) as url:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port or 0), timeout=10) as client:
            for _ in range(2):
                for piece in (whole[:at], whole[at:]):
                    client.sendall(piece)
                    time.sleep(0.02)
                assert client.recv(1000).partition(b"\r\n\r\n")[2] == body


def test_an_answer_that_is_joined_goes_out_with_its_body() -> None:
    """Two packets cost twice as much as one, at both ends."""
    held, held_back = threading.Event(), threading.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        scope["extensions"][WHOLE][JOIN]()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        held.set()
        assert await asyncio.to_thread(held_back.wait, 10)
        await send({"type": "http.response.body", "body": b"hel", "more_body": True})
        await send({"type": "http.response.body", "body": b"l", "more_body": True})
        await send({"type": "http.response.body", "body": b"o"})

    with serving(app) as url, socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)) as client:
        for _ in range(2):  # the connection is as good as before
            held.clear()
            held_back.clear()
            client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
            assert held.wait(10)
            client.settimeout(0.1)
            with pytest.raises(TimeoutError):
                client.recv(1000)
            held_back.set()
            client.settimeout(10)
            answer = client.recv(1000)
            assert answer.startswith(b"HTTP/1.1 200")
            _, _, body = answer.partition(b"\r\n\r\n")
            assert body.startswith(b"hel")
            while len(body) < len(b"hello"):
                body += client.recv(1000)
            assert body == b"hello"


@pytest.mark.parametrize(("method", "joined"), [("GET", 1), ("POST", 1), ("HEAD", 0)])
def test_the_receiver_joins_its_answers_but_those_without_a_body(method: str, joined: int) -> None:
    calls: list[str] = []

    async def send(message: Any) -> None:
        calls.append(message["type"])

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    receiver = Receiver(cast("Directory", None), cast("Intake", None), max_body=10)
    whole = {JOIN: lambda: calls.append("joined")}
    scope = {"path": "/healthz", "method": method, "extensions": {WHOLE: whole}}
    asyncio.run(receiver(scope, receive, send))

    assert calls == ["joined"] * joined + ["http.response.start", "http.response.body"]
