"""Transactions where the database is busy, or was away for a moment."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from crmhost.store import Store, counters, open_store, upgrade


def ended(store: Store) -> None:
    """Let a connection rest in the pool that the server has closed, as where it was started again."""
    with store.read() as tx:
        number = tx.scalar(text("SELECT pg_backend_pid()"))
    other = open_store(store.engine.url)
    with other.write() as tx:
        tx.execute(text(f"SELECT pg_terminate_backend({number}, 5000)"))
    other.close()


def test_a_connection_that_the_server_closed_while_it_rested_is_not_used(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.store.engine.REST", 0.0)
    store = open_store(postgresql_url)
    ended(store)

    with store.read() as tx:
        assert tx.scalar(text("SELECT 1")) == 1
    store.close()


def test_one_that_was_in_use_a_moment_ago_fails_once(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    ended(store)

    with pytest.raises(OperationalError), store.read() as tx:
        tx.scalar(text("SELECT 1"))
    with store.read() as tx:
        assert tx.scalar(text("SELECT 1")) == 1
    store.close()


def test_rows_written_past_sqlalchemy_fail_once_and_in_its_words_too(postgresql_url: str) -> None:
    store, tally = open_store(postgresql_url), counters.Tally({(1, "event", "x"): 1})
    upgrade(store)
    ended(store)

    with pytest.raises(OperationalError) as failed, store.write() as tx:
        counters.add(tx, tally)
    with store.write() as tx:
        counters.add(tx, tally)
    assert failed.value.connection_invalidated
    store.close()


SLOW = text("SELECT pg_sleep(1)")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have who waits for a server wait for a fifth of a second; on engines made as outside of tests."""
    monkeypatch.setattr("crmhost.store.silence.LONGEST", 0.2)
    monkeypatch.setattr("crmhost.store.engine.create_engine", create_engine)


@pytest.mark.usefixtures("impatient")
def test_a_server_that_says_nothing_is_not_waited_for(postgresql_url: str) -> None:
    """As behind a proxy that has lost its server, which no time-out of TCP sees."""
    store, began = open_store(postgresql_url), time.monotonic()

    with pytest.raises(OperationalError, match="said nothing") as failed, store.write() as tx:
        tx.execute(SLOW)
    assert time.monotonic() - began < 0.9
    assert failed.value.connection_invalidated
    with store.write() as tx:
        assert tx.scalar(text("SELECT 1")) == 1
    store.close()


@pytest.mark.usefixtures("impatient")
def test_a_migration_may_take_its_time(postgresql_url: str) -> None:
    store = open_store(postgresql_url, large=True)

    with store.write() as tx:
        tx.execute(SLOW)
    store.close()


def test_where_another_process_writes_for_too_long_a_writer_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In SQLAlchemy's words, as of any statement; and readers go on."""
    monkeypatch.setattr("crmhost.store.engine.PRAGMAS", ("journal_mode=WAL", "busy_timeout=50"))
    store = open_store(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    with store.write() as tx:
        tx.execute(text("CREATE TABLE one (a)"))
    with closing(sqlite3.connect(tmp_path / "test.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(OperationalError, match="locked"), store.write():
            pass
        with store.read() as tx:
            assert tx.execute(text("SELECT * FROM one")).all() == []
    with store.write() as tx:
        tx.execute(text("INSERT INTO one VALUES (1)"))
    store.close()
