"""SQLite's readers of one process: a connection that was read with is kept for whoever reads next.

To have one of SQLAlchemy's pool each time takes as long as several statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .prepared import run

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MOST = 12
"""Connections that are kept; where more read at once, theirs go back to the pool."""


class Readers:
    """Lets any number of threads read, each with a connection of its own meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: list[Connection] = []

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a transaction; all of it sees the database as its first statement does."""
        tx = self._take()
        try:
            run(tx, "BEGIN")
            yield tx
            _end(tx)
        except BaseException:
            tx.close()  # the pool knows what to do with one that has failed
            raise
        if len(self._kept) < MOST:
            self._kept.append(tx)
        else:
            tx.close()

    def close(self) -> None:
        """Close the connections that nobody reads with."""
        while self._kept:
            self._kept.pop().close()

    def _take(self) -> Connection:
        try:
            return self._kept.pop()  # the last one has most of the pages and statements at hand
        except IndexError:
            return self._engine.connect()


def _end(tx: Connection) -> None:
    """End the transaction: SQLAlchemy's, where a statement was run by it, and the driver's."""
    driver: Any = tx.connection.driver_connection
    tx.rollback()
    driver.rollback()
