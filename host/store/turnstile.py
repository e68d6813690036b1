"""Waiting for SQLite's only writer: in one line, with the other threads and the other processes."""

from __future__ import annotations

import fcntl
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO


class Turnstile:
    """Lets one writer of a database's file in at a time.

    SQLite would let whoever waits look again, and more and more seldom. Here the system wakes whoever is
    next. Who cannot open the file beside the database waits in SQLite's own way: it only makes that quick.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-line")
        self._threads = threading.Lock()
        self._file: IO[bytes] | None = None

    def __enter__(self) -> None:
        """Wait until nobody else is in."""
        self._threads.acquire()
        try:
            if self._file is None:
                with suppress(OSError):
                    self._file = self._path.open("ab")
            if self._file is not None:
                fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let the next one in."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def close(self) -> None:
        """Close the file."""
        with self._threads:
            if self._file is not None:
                self._file.close()
                self._file = None
