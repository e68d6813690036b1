"""The limit of receiving: HMAC, one insert, a group commit, 200; on the server that crmhost uses, no more.

``python -m tests.bench.limit FILE`` (SQLite) or ``… postgresql://…`` serves it and prints its address.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import queue
import sqlite3
import sys
import threading
from typing import Any

from starlette.types import Receive, Scope, Send

from crmhost.server import serving

from .deliveries import SECRET

TABLE = "CREATE TABLE {name} (uid TEXT PRIMARY KEY, digest TEXT, body TEXT)"
INSERT = "INSERT INTO limit_deliveries VALUES ({marks}) ON CONFLICT DO NOTHING"
HEAD = [(b"content-type", b"application/json"), (b"content-length", b"19")]
Row = tuple[str, str, str]


class Writer:
    """One thread that commits all that has queued up, and then tells who waits, all at once."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._queue: queue.SimpleQueue[tuple[Row, asyncio.Future[None]]] = queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def put(self, row: Row) -> asyncio.Future[None]:
        """Return what is done once the row is committed."""
        done = asyncio.get_running_loop().create_future()
        self._queue.put((row, done))
        return done

    def _run(self) -> None:
        database, marks = _connected(self._address)
        insert = INSERT.format(marks=marks)
        while True:
            taken = [self._queue.get()]
            while len(taken) < 500 and not self._queue.empty():
                taken.append(self._queue.get())
            database.cursor().executemany(insert, [row for row, _ in taken])
            database.commit()
            taken[0][1].get_loop().call_soon_threadsafe(_tell, [done for _, done in taken])


def _connected(address: str) -> tuple[Any, str]:
    if address.startswith("postgresql"):
        import psycopg

        database: Any = psycopg.connect(address)
        marks = "%s, %s, %s"
    else:
        database = sqlite3.connect(address, check_same_thread=False)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        marks = "?, ?, ?"
    database.execute(TABLE.format(name="limit_deliveries"))
    database.commit()
    return database, marks


def _tell(waiting: list[asyncio.Future[None]]) -> None:
    for one in waiting:
        if not one.done():
            one.set_result(None)


def app(writer: Writer) -> Any:
    """Return the ASGI application."""

    async def take(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        stamp = headers[b"x-chatwoot-timestamp"]
        wanted = hmac.new(SECRET.encode(), stamp + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"sha256={wanted}".encode(), headers[b"x-chatwoot-signature"]):
            await send({"type": "http.response.start", "status": 401, "headers": HEAD})
            await send({"type": "http.response.body", "body": b'{"status":"refused"}'[:19]})
            return
        digest = hashlib.sha256(body).hexdigest()
        await writer.put((headers[b"x-chatwoot-delivery"].decode(), digest, body.decode()))
        await send({"type": "http.response.start", "status": 200, "headers": HEAD})
        await send({"type": "http.response.body", "body": b'{"status":"stored"}'})

    return take


if __name__ == "__main__":
    with serving(app(Writer(sys.argv[1]))) as address:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        threading.Event().wait()
