"""What happened when, in a file that is kept with the round: for whoever looks why something went wrong."""

from __future__ import annotations

import time
from pathlib import Path


class Journal:
    """Writes a line for each thing, with the seconds since the round began."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", buffering=1)
        self._began = time.monotonic()

    def __call__(self, line: str) -> None:
        self._file.write(f"{time.monotonic() - self._began:8.3f} {line}\n")

    def close(self) -> None:
        """Write no more."""
        self._file.close()
