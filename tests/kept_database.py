"""A database as a release leaves it, kept as text: `python -m tests.kept_database` keeps that of the demo."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from crmhost.demo.run import running_demo
from crmhost.store.schema import HEAD
from crmhost.wiring import DATABASE

FOLDER = Path(__file__).parent / "data" / "databases"
KEY = "secret.key"


def keep() -> None:
    """Write the demo's database and the key of its secrets, which are as public as the demo."""
    with tempfile.TemporaryDirectory() as folder:
        with running_demo(Path(folder)):
            pass
        with closing(sqlite3.connect(Path(folder) / DATABASE)) as made:
            (FOLDER / f"{HEAD}.sql").write_text("\n".join(made.iterdump()) + "\n")
        (FOLDER / f"{HEAD}.key").write_text((Path(folder) / KEY).read_text())


def restore(name: str, folder: Path) -> None:
    """Put the database that was kept under this name into an empty data folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / DATABASE)) as made:
        made.executescript((FOLDER / f"{name}.sql").read_text())
    (folder / KEY).write_text((FOLDER / f"{name}.key").read_text())


if __name__ == "__main__":
    keep()
