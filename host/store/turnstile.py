"""Waiting for SQLite's only writer where several processes have the database open: in one line."""

from __future__ import annotations

import fcntl
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO


class Turnstile:
    """Lets one process write to a database's file at a time, in one of its threads.

    SQLite would let whoever waits look again, and more and more seldom. Here the system wakes whoever is
    next. Who cannot open the file beside the database waits in SQLite's own way: it only makes that quick.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-line")
        self._file: IO[bytes] | None = None

    def __enter__(self) -> None:
        """Wait until nobody else is in."""
        if self._file is None:
            with suppress(OSError):
                self._file = self._path.open("ab")
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let the next one in."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
