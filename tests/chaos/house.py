"""The round's crmhost: receiver and workers as processes, their database, their Valkey."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import SQLAlchemyError

from crmhost.embedded import socket_url
from crmhost.store import Store, lanes, links, open_store, tables
from crmhost.store.lanes import Lane
from crmhost.store.tables import deliveries
from crmhost.vault import new_key

from ..databases import SERVER, empty_schema
from .nursery import Child, CommandFailed, Nursery
from .plan import Plan
from .short import Times
from .tally import Tally

WORKERS, THREADS = 2, 4
WRITES = 1.0
"""Seconds that nobody writes for in one go."""


def free_port() -> int:
    """Return a port that nobody listens on; the receiver has it for all its lives."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class House:
    """crmhost, as whoever runs it sees it."""

    folder: Path
    nursery: Nursery
    receiver: Child
    workers: list[Child]
    redis: Redis
    store: Store

    @property
    def children(self) -> list[Child]:
        """All processes that can be killed."""
        return [self.receiver, *self.workers]

    @property
    def attempts(self) -> Path:
        """The folder of what is held while a lane is worked."""
        return self.folder / "attempts"

    async def command(self, *words: str) -> Any:
        """Run one of crmhost's commands; return what it said."""
        return await self.nursery.run(*words)

    async def insist(self, *words: str, tries: int = 20) -> Any:
        """Run a command until it succeeds, as a person does while the CRM is in trouble."""
        while True:
            tries -= 1
            try:
                return await self.command(*words)
            except CommandFailed:
                if not tries:
                    raise
                await asyncio.sleep(0.3)

    def waiting(self) -> int:
        """Return how many lanes have work; many where the database does not say."""
        try:
            with self.store.read() as tx:
                return lanes.waiting(tx)
        except SQLAlchemyError:
            return 1_000

    def knows(self, lane: Lane) -> bool:
        """Whether a contact is linked."""
        connection_id, contact_id = lane
        with self.store.read() as tx:
            return bool(links.load(tx, connection_id, {f"contact:{contact_id}"}))

    def fence(self, lane: Lane) -> int:
        """Return how often a lane has been taken."""
        with self.store.read() as tx:
            return tx.scalar(select(tables.lanes.c.fence).where(*_is(lane))) or 0

    def is_due(self, lane: Lane) -> bool:
        """Whether a lane has work left."""
        with self.store.read() as tx:
            return lanes.due_at(tx, lane) is not None

    def is_blocked(self) -> bool:
        """Whether nobody can write: SQLite lets one, which may have been stopped in the midst of it."""
        if self.store.engine.dialect.name != "sqlite":
            return False
        with closing(sqlite3.connect(self.store.engine.url.database or "", timeout=WRITES)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
        return False

    def kill_valkey(self) -> bool:
        """Kill the house's Valkey; false where there is none."""
        try:
            os.kill(int(self.redis.info("server")["process_id"]), signal.SIGKILL)
        except (RedisError, ProcessLookupError):
            return False
        return True

    def flush_valkey(self) -> bool:
        """Let Valkey forget everything; false where there is none."""
        try:
            return bool(self.redis.flushall())
        except RedisError:
            return False

    def states(self) -> dict[str, int]:
        """Return how many deliveries there are in each state."""
        query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        with self.store.read() as tx:
            return {row[0]: row[1] for row in tx.execute(query)}


def _is(lane: Lane) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return tables.lanes.c.connection_id == lane[0], tables.lanes.c.contact_id == lane[1]


@asynccontextmanager
async def housed(
    plan: Plan, folder: Path, times: Times, tally: Tally, port: int, base_url: str
) -> AsyncIterator[House]:
    """Have a house with a receiver, no workers yet; all of it ends with the block."""
    (folder / "attempts").mkdir(parents=True)
    environment = {"CRMHOST_DATA_DIR": str(folder / "data"), "CRMHOST_BASE_URL": base_url}
    environment["SSL_CERT_FILE"] = str(_one_authority(folder))
    async with AsyncExitStack() as stack:
        database = f"sqlite:///{folder / 'data' / 'crmhost.sqlite3'}"
        if plan.database == "postgresql":
            database = stack.enter_context(empty_schema(os.environ[SERVER]))
            environment |= {"CRMHOST_DATABASE_URL": database, "CRMHOST_SECRET_KEY": new_key()}
        nursery = Nursery(folder, environment, count=1 + WORKERS, times=times, without=plan.without)
        redis = stack.enter_context(Redis.from_url(socket_url(folder / "data"), socket_timeout=2))
        stack.callback(_end_valkey, redis)
        receiver, *workers = _children(nursery, tally, port)
        await stack.enter_async_context(kept(nursery, receiver))
        await _listening(port)
        store = open_store(database)
        stack.callback(store.close)
        yield House(folder, nursery, receiver, workers, redis, store)


def _one_authority(folder: Path) -> Path:
    """Return a file with one public authority: nothing is encrypted here, and to read all takes long."""
    first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----")
    kept = folder / "authority.pem"
    kept.write_text(first + end)
    return kept


def _children(nursery: Nursery, tally: Tally, port: int) -> list[Child]:
    def ended(child: Child, status: int) -> None:
        if status != -signal.SIGKILL:
            tally.troubles[f"{child.name.rstrip('-0123456789')} ended by itself, status {status}"] += 1

    serve = ("serve", "--no-workers", "--port", str(port))
    work = ("worker", "--threads", str(THREADS))
    first, *others = nursery.places
    receiver = Child("receiver", serve, first, ended)
    return [receiver, *(Child(f"worker-{place.number}", work, place, ended) for place in others)]


@asynccontextmanager
async def kept(nursery: Nursery, child: Child) -> AsyncIterator[None]:
    """Keep a process running while the block lasts, and end it in order."""
    task = asyncio.create_task(nursery.keep(child))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _listening(port: int) -> None:
    """Wait until the receiver takes connections."""
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


def _end_valkey(redis: Redis) -> None:
    """End a Valkey that a killed receiver left behind."""
    with suppress(RedisError):
        redis.shutdown(nosave=True)
