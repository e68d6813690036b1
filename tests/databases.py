"""Databases for tests: empty ones on a real server, and ones that have the schema already.

To make one takes ten times as long as to copy or to empty it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from crmhost.store import Store, engine, open_store, upgrade, writers
from crmhost.store.schema import make
from crmhost.store.tables import metadata

SERVER = "CRMHOST_TEST_DATABASE_URL"
"""The variable that names a PostgreSQL for tests."""


@contextmanager
def empty_schema(address: str) -> Iterator[str]:
    """Make an empty schema on a PostgreSQL, yield its address, and drop it."""
    address = address.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    schema = f"crmhost_{uuid.uuid4().hex}"
    with engine.connect() as tx:
        tx.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        yield f"{address}?options=-csearch_path%3D{schema}"
    finally:
        with engine.connect() as tx:
            tx.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


@contextmanager
def quick_stores(folder: Path) -> Iterator[None]:
    """Have this process open databases quickly: no test of one process cuts the power.

    A new SQLite is copied, and not waited for until it is on the disk. Databases of one kind share their
    compiled statements, whose key is the dialect; SQLAlchemy gives each engine its own.
    """
    first: dict[str, Engine] = {}

    def made(*args: Any, **more: Any) -> Engine:
        new = create_engine(*args, **more)
        like = first.get(new.dialect.name)
        if like is None or like.dialect.server_version_info is None:  # it never came to connect
            first[new.dialect.name] = new
        else:
            new.dialect = new.pool._dialect = like.dialect
            new._compiled_cache = like._compiled_cache
        return new

    with copied_schema(folder) as quickly, pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "create_engine", made)
        patch.setattr(writers, "keep", lambda _log: None)
        patch.setattr(engine, "PRAGMAS", (*engine.PRAGMAS, "synchronous=OFF"))
        patch.setattr("crmhost.store.schema.make", quickly)
        yield


@contextmanager
def copied_schema(folder: Path) -> Iterator[Callable[[Store], None]]:
    """Yield a way to make the tables that copies the schema into an empty SQLite."""
    template = open_store(f"sqlite:///{folder / 'template.sqlite3'}")
    upgrade(template)

    def quickly(store: Store) -> None:
        if store.engine.dialect.name == "sqlite" and _is_empty(store):
            _copy(template, store)
        else:
            make(store)

    yield quickly
    template.close()


def _is_empty(store: Store) -> bool:
    with store.read() as tx:
        return not inspect(tx).get_table_names()


def _copy(template: Store, store: Store) -> None:
    with template.engine.connect() as source, store.engine.connect() as target:
        source.connection.dbapi_connection.backup(target.connection.dbapi_connection)  # type: ignore[union-attr]


@contextmanager
def migrated_schema(address: str) -> Iterator[Store]:
    """Make a schema with all tables on a PostgreSQL, for one test after the other."""
    with empty_schema(address) as schema:
        store = open_store(schema)
        upgrade(store)
        yield store
        store.close()


def empty(store: Store) -> None:
    """Empty all tables of a PostgreSQL, and let its numbers begin anew."""
    tables = [table.name for table in metadata.sorted_tables]
    with store.write() as tx:
        tx.execute(text("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '10s'"))
        tx.execute(text("; ".join(f"DELETE FROM {name}" for name in tables)))
        for sequence in inspect(tx).get_sequence_names():
            tx.execute(text(f"ALTER SEQUENCE {sequence} RESTART"))
