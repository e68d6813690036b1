"""SQLite's writers of one process take turns, and those who wait for each other commit together."""

import errno
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError

from crmhost.store import Store, disk, open_store, writers
from crmhost.store.prepared import run

Work = Callable[[Connection], None]
COMMITTED = "committed"
TABLES = """
CREATE TABLE notes (name TEXT PRIMARY KEY);
CREATE TABLE parents (id INTEGER PRIMARY KEY);
CREATE TABLE children (id INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(f"sqlite:///{tmp_path / 'db'}")
    for statement in TABLES.strip().split("\n"):
        with made.write() as tx:
            tx.execute(text(statement))
    yield made
    made.close()


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return of how many writers each transaction was."""
    seen: list[int] = []
    plain = writers.Shared.end

    def end(shared: writers.Shared) -> None:
        seen.append(shared._writers)
        plain(shared)

    monkeypatch.setattr(writers.Shared, "end", end)
    return seen


class Party:
    """Threads that come to write, one after the other."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._threads: list[threading.Thread] = []
        self.said: dict[str, object] = {}

    def begins(self, name: str, work: Work, *, durable: bool = True) -> None:
        """Let one begin."""

        def write() -> None:
            try:
                with self._store.write(durable=durable) as tx:
                    work(tx)
                self.said[name] = COMMITTED
            except Exception as error:  # noqa: BLE001 - it is looked at
                self.said[name] = type(error)

        self._threads.append(threading.Thread(target=write))
        self._threads[-1].start()

    def comes(self, name: str, work: Work, *, durable: bool = True) -> None:
        """Let one more come, and return when it waits."""
        before = self._waiting()
        self.begins(name, work, durable=durable)
        while self._waiting() == before:
            assert self._threads[-1].is_alive()

    def _waiting(self) -> int:
        queue = self._store._writers
        return len(queue._waiting) if queue else 0

    def ends(self) -> dict[str, object]:
        """Return what became of each."""
        for thread in self._threads:
            thread.join(10)
        return self.said


@contextmanager
def writing(store: Store, then: Work = lambda _tx: None, *, durable: bool = True) -> Iterator[Party]:
    """Let one write for as long as the block lasts, and others come meanwhile."""
    begun, over = threading.Event(), threading.Event()

    def first(tx: Connection) -> None:
        note("first")(tx)
        begun.set()
        assert over.wait(10)
        then(tx)

    party = Party(store)
    party.begins("first", first, durable=durable)
    assert begun.wait(10)
    yield party
    over.set()


def note(name: str) -> Work:
    def work(tx: Connection) -> None:
        tx.execute(text("INSERT INTO notes VALUES (:name)"), {"name": name})

    return work


def notes(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.scalars(text("SELECT name FROM notes ORDER BY rowid")))


def fails(tx: Connection) -> None:
    note("lost")(tx)
    raise KeyError


def test_who_waits_commits_together_with_whoever_is_before_in_the_order_of_coming(
    store: Store, commits: list[int]
) -> None:
    with writing(store) as party:
        for name in ("second", "third", "fourth"):
            party.comes(name, note(name))
        assert notes(store) == []

    assert party.ends() == dict.fromkeys(("first", "second", "third", "fourth"), COMMITTED)
    assert notes(store) == ["first", "second", "third", "fourth"]
    assert commits == [4]


def test_nobody_goes_on_before_the_commit(store: Store) -> None:
    seen: list[object] = []

    def last(tx: Connection) -> None:
        note("last")(tx)
        time.sleep(0.2)
        seen.extend((dict(party.said), notes(store)))

    with writing(store) as party:
        party.comes("second", note("second"))
        party.comes("last", last)

    assert set(party.ends().values()) == {COMMITTED}
    assert seen == [{}, []]


def test_who_writes_alone_commits_at_once(store: Store, commits: list[int]) -> None:
    for name in ("one", "two"):
        with store.write() as tx:
            note(name)(tx)

    assert commits == [1, 1]
    assert notes(store) == ["one", "two"]


def test_where_one_fails_its_part_is_taken_back_and_no_others(store: Store) -> None:
    with writing(store) as party:
        party.comes("second", note("second"))
        party.comes("fails", fails)
        party.comes("fourth", note("fourth"))

    said = party.ends()
    assert said == {"first": COMMITTED, "second": COMMITTED, "fails": KeyError, "fourth": COMMITTED}
    assert notes(store) == ["first", "second", "fourth"]


def test_where_the_first_fails_the_next_begins_anew(store: Store) -> None:
    with writing(store, fails) as party:
        party.comes("second", note("second"))

    assert party.ends() == {"first": KeyError, "second": COMMITTED}
    assert notes(store) == ["second"]


def test_a_commit_that_fails_is_the_failure_of_all_whose_it_was(store: Store) -> None:
    def orphan(tx: Connection) -> None:
        tx.execute(text("INSERT INTO children VALUES (7)"))

    with writing(store) as party:
        party.comes("orphan", orphan)
        party.comes("third", note("third"))

    assert party.ends() == dict.fromkeys(("first", "orphan", "third"), IntegrityError)
    with store.write() as tx:
        note("later")(tx)
    assert notes(store) == ["later"]


@pytest.mark.parametrize(("raised", "said"), [(OSError, OSError), (None, OperationalError)])
def test_where_sqlite_takes_back_everything_all_have_failed_each_for_its_own_reason(
    store: Store, raised: type[Exception] | None, said: type[Exception]
) -> None:
    def full(tx: Connection) -> None:
        run(tx, "ROLLBACK")  # as SQLite does where the disk is full
        if raised:
            raise raised

    with writing(store) as party:
        party.comes("full", full)
        party.comes("third", note("third"))

    assert party.ends() == {"first": OperationalError, "full": said, "third": COMMITTED}
    assert notes(store) == ["third"]


def test_an_error_says_where_it_was_raised(store: Store) -> None:
    with pytest.raises(KeyError) as raised, store.write() as tx:
        fails(tx)

    assert "fails" in [entry.name for entry in raised.traceback]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return what was there, as another process sees it, each time that the disk was waited for."""
    seen: list[list[str]] = []

    def keep(_log: int) -> None:
        with closing(sqlite3.connect(tmp_path / "db", timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")  # it may write meanwhile
            seen.append([name for (name,) in other.execute("SELECT name FROM notes ORDER BY rowid")])

    monkeypatch.setattr(writers, "keep", keep)
    return seen


def test_who_need_not_wait_for_the_disk_wait_with_one_who_does(
    store: Store, commits: list[int], kept: list[list[str]]
) -> None:
    with writing(store, durable=False) as party:
        party.comes("durable", note("durable"))
        party.comes("swift", note("swift"), durable=False)

    assert set(party.ends().values()) == {COMMITTED}
    assert commits == [3]
    assert kept == [["first", "durable", "swift"]]


def test_where_nobody_needs_the_disk_nobody_waits_for_it(store: Store, kept: list[list[str]]) -> None:
    with store.write(durable=False) as tx:
        note("swift")(tx)
    assert kept == []

    with store.write() as tx:
        note("durable")(tx)
    assert kept == [["swift", "durable"]]


def test_what_failed_needs_no_disk(store: Store, kept: list[list[str]]) -> None:
    with writing(store, durable=False) as party:
        party.comes("fails", fails)

    assert party.ends() == {"first": COMMITTED, "fails": KeyError}
    assert kept == []


def test_where_the_disk_does_not_take_it_all_are_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_log: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(writers, "keep", disk.keep)
    monkeypatch.setattr(disk, "_wait", broken)
    with writing(store) as party:
        party.comes("second", note("second"))

    assert set(party.ends().values()) == {OperationalError}


def test_what_the_disk_did_not_take_is_in_the_database_before_anything_else_is(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second wait for the log would tell of nothing, and what is behind a hole in it is lost."""
    asked: list[int] = []

    def fails_once(log: int) -> None:
        asked.append(log)
        if len(asked) == 1:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(writers, "keep", disk.keep)
    monkeypatch.setattr(disk, "_wait", fails_once)
    with pytest.raises(OperationalError), store.write() as tx:
        note("lost")(tx)

    with store.write() as tx:
        copied = shutil.copy(tmp_path / "db", tmp_path / "without its log")
        with closing(sqlite3.connect(copied)) as other:
            assert other.execute("SELECT name FROM notes").fetchall() == [("lost",)]
        note("kept")(tx)
    assert len(asked) == 2
    with store.write():
        pass
    assert len(asked) == 3


def test_no_more_than_so_many_commit_together(
    store: Store, commits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "MOST", 3)
    with writing(store) as party:
        for number in range(4):
            party.comes(str(number), note(str(number)))

    assert set(party.ends().values()) == {COMMITTED}
    assert commits == [3, 2]


def test_who_is_interrupted_while_waiting_passes_its_turn_on(store: Store, commits: list[int]) -> None:
    def interrupt(*_said: object) -> None:
        raise InterruptedError

    def slow(tx: Connection) -> None:
        note("first")(tx)
        begun.set()
        time.sleep(0.4)

    begun = threading.Event()
    before = signal.signal(signal.SIGALRM, interrupt)
    party = Party(store)
    party.begins("first", slow)
    assert begun.wait(10)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    with pytest.raises(InterruptedError), store.write() as tx:
        note("interrupted")(tx)
    signal.signal(signal.SIGALRM, before)

    assert party.ends() == {"first": COMMITTED}
    with store.write() as tx:
        note("later")(tx)
    assert notes(store) == ["first", "later"]
    assert commits == [1, 1]


def test_it_is_the_databases_own_log_that_is_waited_for(store: Store, tmp_path: Path) -> None:
    with store.write() as tx:
        assert tx.info[disk.LOG] == tmp_path / "db-wal"
        assert tx.info[disk.LOG].exists()


def test_where_there_can_be_no_log_sqlite_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system that processes cannot share memory on."""
    monkeypatch.setattr("crmhost.store.engine.PRAGMAS", ("journal_mode=DELETE", "synchronous=NORMAL"))
    made = open_store(f"sqlite:///{tmp_path / 'other'}")

    with made.write() as tx:
        assert tx.info[disk.LOG] is None
        assert run(tx, "PRAGMA synchronous").fetchone()[0] == 2
    made.close()
