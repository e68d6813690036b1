"""HTTP/1.1 as far as a proxy between two programs of ours needs it: whole messages, read and written."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass

LIMIT = 4 * 1024 * 1024


@dataclass
class Message:
    """A request or an answer: its first line, its headers by lower-case name, its body."""

    first: str
    headers: dict[str, str]
    body: bytes

    @property
    def method(self) -> str:
        """Of a request."""
        return self.first.split(" ")[0]

    @property
    def path(self) -> str:
        """Of a request, without its query."""
        return self.first.split(" ")[1].partition("?")[0]

    @property
    def status(self) -> int:
        """Of an answer."""
        return int(self.first.split(" ")[1])

    def __bytes__(self) -> bytes:
        lines = [self.first, *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


def answer(status: int, text: str, kind: str = "text/html; charset=utf-8", **headers: str) -> Message:
    """Return an answer."""
    body = text.encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Message(
        f"HTTP/1.1 {status} Said", {"content-type": kind, "content-length": str(len(body)), **named}, body
    )


async def read(reader: StreamReader) -> Message | None:
    """Read one message; None where there is none any more."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Message(first, headers, await _body(reader, headers, is_answer=first.startswith("HTTP/")))


async def _body(reader: StreamReader, headers: dict[str, str], *, is_answer: bool) -> bytes:
    """Read what follows the headers; an answer that does not say its length ends with its connection."""
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read(LIMIT) if is_answer else b""


async def ask(host: str, port: int, request: Message) -> Message | None:
    """Send a request over a connection of its own; None where no whole answer comes."""
    try:
        reader, writer = await asyncio.open_connection(host, port, limit=LIMIT)
    except OSError:
        return None
    try:
        writer.write(bytes(request))
        await writer.drain()
        return await read(reader)
    except (OSError, asyncio.IncompleteReadError):
        return None
    finally:
        hang_up(writer)


def hang_up(writer: StreamWriter) -> None:
    """Close a connection without a word."""
    writer.transport.abort()
