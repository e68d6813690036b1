"""Waiting until what SQLite has committed is on its disk, while others may write already.

With ``synchronous=FULL`` SQLite waits while it holds the lock of its only writer. With NORMAL a commit
ends in the write-ahead log (https://sqlite.org/wal.html), and that is waited for here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from .prepared import run

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOG = "write-ahead log"
"""Under which name a pooled connection's ``info`` has what ``log_of`` says of it."""
# macOS has the second only.
_wait = getattr(os, "fdatasync", os.fsync)


def log_of(connection: Any) -> Path | None:
    """Return where the write-ahead log of a driver's connection is; None where the file system allows none.

    There SQLite is told to wait by itself.
    """
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        connection.execute("PRAGMA synchronous=FULL")
        return None
    _, _, database = connection.execute("PRAGMA database_list").fetchone()
    return Path(f"{database}-wal")


@contextmanager
def opened(log: Path | None) -> Iterator[int | None]:
    """Open a log while the block lasts. Linux tells each file that is open when a disk fails of it, once.

    Somebody must have the database open: the log goes with the last who has.
    """
    if log is None:
        yield None
        return
    try:
        file = os.open(log, os.O_RDWR)
    except OSError as error:
        raise OperationalError(None, None, error) from error
    try:
        yield file
    finally:
        os.close(file)


def keep(log: int) -> None:
    """Return when all that was committed survives a power cut; OperationalError where it may not.

    What has been moved from the log into the database meanwhile was waited for by SQLite.
    """
    try:
        _wait(log)
    except OSError as error:
        raise OperationalError(None, None, error) from error


def move(tx: Connection) -> None:
    """Bring all that the log holds into the database, and that to its disk; OperationalError where it is not.

    For a log that the disk has failed to take: what is missing there nobody can read past after a power
    cut, and no second wait tells of it.
    """
    busy, _, _ = run(tx, "PRAGMA wal_checkpoint=TRUNCATE").fetchone()
    if busy:
        raise OperationalError(None, None, TimeoutError())
