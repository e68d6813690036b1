"""Opening the database: SQLite that survives a power cut, or PostgreSQL by address."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    InternalError,
    InvalidatePoolError,
    OperationalError,
    SQLAlchemyError,
)

from ..errors import SettingsError
from ..floor import Floor
from .disk import LOG, log_of
from .readers import Readers
from .writers import Writers

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

PATIENT = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""For how long PostgreSQL's machine may say nothing: seconds, at last milliseconds. The default is hours."""
ADDRESS = "Write postgresql://user:password@host/name, or leave it out: SQLite in the data folder."
REST = 3.0
"""Seconds after which a connection to a server is asked whether it is still good."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",  # see crmhost.store.disk
    "busy_timeout=15000",
    "foreign_keys=ON",
)
IN_MEMORY = "temp_store=MEMORY"
"""By what a part of a transaction would be taken back: else a file is made of it, and removed, each time."""


class Store:
    """The database. Everything in it is read and written in a transaction taken from here."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        single = engine.dialect.name == "sqlite"
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = Readers(engine) if single else None
        self._writers = Writers(engine) if single else None
        self._floor = Floor() if single else None
        self.failed = False
        """Whether the last transaction that wrote could not be committed, for the database's own reasons."""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads.

        On PostgreSQL each statement sees what is committed when it begins, in a transaction or not: there is
        none, as its beginning and its end would take as long as two statements.
        """
        with self._reading.connect() if self._readers is None else self._readers.read() as tx:
            yield tx

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """Open a transaction that writes; it is committed when the block ends well.

        What is not ``durable`` need only outlive this process: a power cut ends all whom it concerns, or
        leaves what is on the disk already to say that it is to be found out. On SQLite the next durable
        commit keeps it too; a server keeps everything, as it may die alone.
        """
        try:
            with self.engine.begin() if self._writers is None else self._writers.write(durable=durable) as tx:
                yield tx
        except (OperationalError, InternalError):
            self.failed = True
            raise
        self.failed = False

    def floor(self) -> AbstractContextManager[None]:
        """Have the floor in the block (see ``crmhost.floor``): of a server anybody has it."""
        return self._floor.had() if self._floor else nullcontext()

    def close(self) -> None:
        """Close all connections to the database."""
        for kept in (self._readers, self._writers):
            if kept is not None:
                kept.close()
        self.engine.dispose()


def open_store(url: str | URL, *, pool_size: int = 12, large: bool = False) -> Store:
    """Open the database at an SQLAlchemy address; ``postgresql://`` means psycopg 3.

    ``large`` is for what may sort whole tables, as a migration does: SQLite has files for that, and a
    server all the time it wants.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsError("CRMHOST_DATABASE_URL is not a database's address.", fix=ADDRESS) from error
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        problem = "CRMHOST_DATABASE_URL names no file: memory is lost with the process."
        raise SettingsError(problem, fix=ADDRESS)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    on_server = parsed.get_backend_name() != "sqlite"
    patient = {name: value for name, value in PATIENT.items() if name not in parsed.query}
    try:
        engine = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=20,
            pool_use_lifo=True,  # whoever was used last has most of the pages and statements at hand
            hide_parameters=True,
            connect_args=patient if on_server else {},
        )
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"The database {parsed.drivername} needs the package {error.name}.",
            fix="pip install 'crmhost[postgresql]'.",
        ) from error
    if on_server:
        _ask_whom_we_left_alone(engine)
        if not large:
            _wait_for_no_silence(engine)
    else:
        _tune_sqlite(engine, PRAGMAS if large else (*PRAGMAS, IN_MEMORY))
    return Store(engine)


def reachable(store: Store) -> None:
    """Say in one sentence that the database cannot be opened, where that is so."""
    try:
        with store.write() as tx:
            tx.execute(text("SELECT 1"))
    except (SQLAlchemyError, TypeError, ValueError, sqlite3.Error) as error:
        url = store.engine.url  # its query may hold a password
        where = f"{url.get_backend_name()} database {url.host or ''}{'/' if url.host else ''}{url.database}"
        why = str(getattr(error, "orig", error)).strip().splitlines()[0]
        fix = "See that it is up, that its address and password are right, and who may open it."
        raise SettingsError(f"The {where} cannot be opened: {why}.", fix=fix) from error


def _ask_whom_we_left_alone(engine: Engine) -> None:
    """See whether a connection that rested is still good: the server may have been started again meanwhile.

    SQLAlchemy's own way asks before each transaction, and takes as long as a statement each time. Where
    one connection has ended the others are asked too: the server may have ended all.
    """
    ended_at = -math.inf

    @event.listens_for(engine, "checkin")
    def _rests(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "invalidate")
    def _has_ended(*_said: object) -> None:
        nonlocal ended_at
        ended_at = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _goes_on(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        since = record.info.get("rests_since", math.inf)
        if ended_at < since and time.monotonic() - since < REST:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _wait_for_no_silence(engine: Engine) -> None:
    """Have no statement wait for ever."""
    from .silence import ImpatientConnection  # psycopg is there where PostgreSQL is used

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: object, _record: object, words: Any, named: Any) -> ImpatientConnection:
        return ImpatientConnection.connect(*words, **named)


def _tune_sqlite(engine: Engine, pragmas: Iterable[str]) -> None:
    """Let readers and one writer work side by side; transactions are begun by the store."""

    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        raw: Any = connection
        raw.isolation_level = None
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}")
        record.info[LOG] = log_of(raw)
