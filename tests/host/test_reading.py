"""Reading SQLite: each reader sees what is there when it begins, on a connection that another has used."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from crmhost.store import Store, open_store
from crmhost.store.prepared import run
from crmhost.store.readers import MOST


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/notes.sqlite3")
    with opened.write() as tx:
        tx.execute(text("CREATE TABLE notes (name TEXT)"))
    yield opened
    opened.close()


def note(store: Store, name: str) -> None:
    with store.write() as tx:
        tx.execute(text("INSERT INTO notes VALUES (:name)"), {"name": name})


def notes(tx: Connection) -> list[str]:
    return list(tx.scalars(text("SELECT name FROM notes ORDER BY rowid")))


def driver_of(tx: Connection) -> Any:
    return tx.connection.driver_connection


def test_each_sees_what_is_there_when_it_begins_and_nothing_newer(store: Store) -> None:
    with store.read() as tx:
        first, used = notes(tx), driver_of(tx)
        note(store, "later")
        assert notes(tx) == first == []

    with store.read() as tx:
        assert driver_of(tx) is used, "one that was used is used again"
        assert notes(tx) == ["later"]


def test_each_has_one_of_its_own_meanwhile(store: Store) -> None:
    with store.read() as one, store.read() as other:
        assert driver_of(one) is not driver_of(other)


@pytest.mark.parametrize("read", [notes, lambda tx: run(tx, "SELECT name FROM notes").fetchall()])
def test_nobody_holds_on_to_what_was_there_before(
    store: Store, tmp_path: Path, read: Callable[[Connection], object]
) -> None:
    note(store, "before")
    with store.read() as tx:
        read(tx)
    assert not tx.in_transaction()
    with pytest.raises(LookupError), store.read() as tx:
        raise LookupError(read(tx))
    note(store, "later")

    with closing(sqlite3.connect(tmp_path / "notes.sqlite3")) as other:
        (is_busy, *_) = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not is_busy, "a reader would keep the log from being emptied"
    with store.read() as tx:
        assert notes(tx) == ["before", "later"]


def test_few_are_kept_and_none_when_it_is_closed(store: Store) -> None:
    with ExitStack() as stack:
        used = [driver_of(stack.enter_context(store.read())) for _ in range(MOST + 5)]
    assert store.engine.pool.checkedout() == MOST + 1, "and the one that writes"  # type: ignore[attr-defined]

    store.close()
    for driver in used:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            driver.execute("SELECT 1")
