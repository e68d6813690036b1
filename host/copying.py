"""Copies of all that is kept: beside the running host as a backup, or into another database to move there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, func, insert, select

from .embedded import answers
from .errors import CRMHostError, SettingsError
from .store import open_store, upgrade
from .store.engine import reachable
from .store.tables import metadata

if TYPE_CHECKING:
    from .house import House

BATCH = 1000


def backup(house: House, folder: Path) -> list[Path]:
    """Copy the data folder's database, and its key, into a folder; the host may run meanwhile.

    The copy is one moment's: what is committed while it is made is in it wholly or not at all.
    """
    url = house.store.engine.url
    if url.get_backend_name() != "sqlite":
        raise CRMHostError(
            "The database is a PostgreSQL server's, which has a program for that.",
            fix="Use pg_dump, and keep CRMHOST_SECRET_KEY beside the dump.",
        )
    source = Path(str(url.database))
    files = [folder / source.name, folder / "secret.key"]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in files:
            if file.exists():
                raise CRMHostError(f"{file} is there already.", fix="Name a new folder.")
        for file, content in zip(files, (b"", house.vault.keys.encode()), strict=True):
            file.touch(mode=0o600)
            file.write_bytes(content)
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(files[0])) as there:
            here.backup(there)
    except (OSError, sqlite3.Error) as error:
        fix = "Name a folder on a disk with room, in which this user may write."
        raise CRMHostError(f"The backup in {folder} cannot be made: {error}.", fix=fix) from error
    return files


def copy_to(house: House, url: str) -> dict[str, int]:
    """Copy every row into another, empty database; return how many there are, by table.

    Secrets stay encrypted with the key that they have. Nothing may be at work meanwhile.
    """
    if answers(house.redis_url):
        raise CRMHostError(
            "Something may be at work: Redis answers.",
            fix="Stop crmhost serve, and with a Redis of its own that one too, until all is copied.",
        )
    other = open_store(url)
    try:
        reachable(other)
        upgrade(other)
        with house.store.read() as source, other.write() as target:
            for table in metadata.sorted_tables:
                if target.scalar(select(func.count()).select_from(table)):
                    raise SettingsError(
                        f"The database that is to be copied to is not empty: {table.name}.",
                        fix="Name one that nothing was kept in.",
                    )
            return {table.name: _copied(source, target, table) for table in metadata.sorted_tables}
    finally:
        other.close()


def _copied(source: Connection, target: Connection, table: Table) -> int:
    """Copy the rows of one table; return how many there were."""
    count = 0
    for rows in source.execute(select(table)).mappings().partitions(BATCH):
        target.execute(insert(table), [dict(row) for row in rows])
        count += len(rows)
    if target.dialect.name == "postgresql" and table.autoincrement_column is not None and count:
        column = table.autoincrement_column
        target.execute(
            select(func.setval(func.pg_get_serial_sequence(table.name, column.name), func.max(column)))
        )
    return count
