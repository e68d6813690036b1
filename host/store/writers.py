"""SQLite's writers of one process: they take turns, and who waits commits together with whoever is before.

SQLite has one writer at a time, and a commit waits for the disk. Whoever has written hands the open
transaction on to the thread that waits next; the last one commits it for all, and none goes on before.
While it is waited for the disk, other processes write.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ..floor import aside
from .disk import LOG, keep, move, opened
from .prepared import run
from .turnstile import Turnstile

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MOST = 16
"""Writers whose work is committed together: nobody is to wait for all that others ever do."""


class Writers:
    """Lets one thread write at a time, in the order in which they came.

    Who has written waits for those behind: a lock that others take while they write is not to be held.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._line = Turnstile(Path(engine.url.database or ""))
        self._lock = threading.Lock()
        self._busy = False
        self._has_failed = False
        """Whether the disk has not taken what was committed."""
        self._waiting: deque[threading.Lock] = deque()
        """Threads that wait for their turn: it comes when the lock is released."""
        self._handed: Shared | None = None
        """The open transaction that is handed on to the next."""
        self._kept: Connection | None = None
        """The connection that writes: to have one of the pool each time takes as long as a statement."""

    @contextmanager
    def write(self, *, durable: bool) -> Iterator[Connection]:
        """Yield a transaction; when the block has ended well it is committed, with others' work or alone.

        What is ``durable`` survives a power cut from then on, all else the process's death only.
        """
        with aside():  # whoever has the turn is not to wait for one that computes, or asks Redis
            shared = self._enter()
            try:
                yield shared.tx
                shared.stand()
                shared.durable = shared.durable or durable
            except BaseException as error:
                shared.take_back(error)
                raise
            finally:
                self._leave(shared)
            shared.wait()

    def close(self) -> None:
        """Close the connection, and the file at which other processes' writers wait."""
        self._let_go()
        self._line.close()

    def _enter(self) -> Shared:
        """Wait for this thread's turn; return the transaction to write in."""
        waiting = None
        with self._lock:
            if self._busy:
                waiting = threading.Lock()
                waiting.acquire()
                self._waiting.append(waiting)
            self._busy = True
        if waiting:
            self._wait(waiting)
        handed, self._handed = self._handed, None
        try:
            if handed is None:
                return Shared(self._transaction)
            handed.join()
        except BaseException:
            self._leave(handed)
            raise
        return handed

    @contextmanager
    def _transaction(self, shared: Shared) -> Iterator[Connection]:
        """Begin a transaction in SQLite's words, and commit it: its write lock is taken when it begins.

        Python's driver would begin a transaction at the first write only, and then fail at once where
        another process wrote in between (see SQLAlchemy's notes on pysqlite and transactions).
        """
        tx = self._kept = self._kept or self._engine.connect()
        try:
            if self._has_failed:
                move(tx)
                self._has_failed = False
            with ExitStack() as stack:
                with self._line, tx.begin():
                    run(tx, "BEGIN IMMEDIATE")
                    log = stack.enter_context(opened(tx.info[LOG]))
                    yield tx
                if shared.durable and log is not None:
                    self._has_failed = True
                    keep(log)
                    self._has_failed = False
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        """Give the connection back to the pool, which knows what to do with one that has failed."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _wait(self, waiting: threading.Lock) -> None:
        try:
            waiting.acquire()
        except BaseException:  # a person interrupts; the turn comes all the same, and is to be passed on
            with self._lock:
                came = waiting not in self._waiting
            if not came:
                waiting.acquire()
            self._leave(self._handed)
            raise

    def _leave(self, shared: Shared | None) -> None:
        """End this thread's turn; what the next one cannot go on with is committed."""
        with self._lock:
            waited_for = bool(self._waiting)
        if shared and waited_for and shared.takes_more():
            shared.goes_on()
        elif shared:
            shared.end()
            shared = None
        with self._lock:
            self._handed = shared
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False


class Shared:
    """A transaction of one writer, or of several that come one after the other."""

    def __init__(self, transaction: Callable[[Shared], AbstractContextManager[Connection]]) -> None:
        self.durable = False
        """Whether one of them needs the disk."""
        self._writers = 1
        self._failure: BaseException | None = None
        self._ended: threading.Event | None = None
        self._open = transaction(self)
        self.tx = self._open.__enter__()

    def takes_more(self) -> bool:
        """Whether one more may write in it."""
        return self._failure is None and self._writers < MOST

    def join(self) -> None:
        """Let one more writer do its part."""
        run(self.tx, "SAVEPOINT part")
        self._writers += 1

    def stand(self) -> None:
        """Raise an error where SQLite has taken all back by itself, as it does where the disk is full."""
        if not self._stands():
            run(self.tx, "COMMIT")  # which SQLite then refuses

    def take_back(self, error: BaseException) -> None:
        """Leave out the last writer's part; where SQLite has left out more than that, all have failed."""
        # The others are told of the database; what is the matter with this one it raises itself.
        is_its = isinstance(error, SQLAlchemyError)
        self._failure = error if is_its or self._writers == 1 else OperationalError(None, None, error)
        if self._writers > 1 and self._stands():
            with suppress(SQLAlchemyError):
                run(self.tx, "ROLLBACK TO part")
                self._failure = None

    def _stands(self) -> bool:
        driver = self.tx.connection.driver_connection
        return driver is not None and bool(driver.in_transaction)

    def goes_on(self) -> None:
        """Have those who wrote wait for the one who ends it."""
        self._ended = self._ended or threading.Event()

    def end(self) -> None:
        """Commit for all who wrote."""
        failure = self._failure
        try:
            if failure is not None:
                self._open.__exit__(type(failure), failure, failure.__traceback__)
            else:
                self._open.__exit__(None, None, None)
        except BaseException as error:  # noqa: BLE001 - it is raised where its writers wait
            self._failure = error
        if self._ended:
            self._ended.set()

    def wait(self) -> None:
        """Return when it is committed; raise what kept it from that."""
        if self._ended:
            self._ended.wait()
        if self._failure is not None:
            raise self._failure
