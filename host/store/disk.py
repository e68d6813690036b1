"""Waiting until what SQLite has committed is on its disk, while others may write already.

With ``synchronous=FULL`` SQLite waits while it holds the lock of its only writer. With NORMAL a commit
ends in the write-ahead log (https://sqlite.org/wal.html), and that is waited for here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

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


def keep(log: Path) -> None:
    """Return when all that was committed survives a power cut; OperationalError where it may not.

    Somebody must have the database open: the log goes with the last who has. What has been moved from
    there into the database meanwhile was waited for by SQLite.
    """
    try:
        file = os.open(log, os.O_RDWR)
        try:
            _wait(file)
        finally:
            os.close(file)
    except OSError as error:
        raise OperationalError(None, None, error) from error
