"""Whether the database can be written to: told cheaply as long as nothing speaks against it."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, func, literal, select, text
from sqlalchemy.exc import SQLAlchemyError

from ..errors import SettingsError
from .engine import Store

LITTLE = 64 * 1024 * 1024
"""Bytes left on the disk below which nobody takes it on trust that a commit finds room."""
# What means nothing, and is committed to the disk: a transaction without a change would not be.
SQLITE = "PRAGMA user_version"
POSTGRESQL = select(func.pg_logical_emit_message(literal(value=True), "crmhost", ""))


def file_of(store: Store) -> Path | None:
    """Return where SQLite's file is; None where the database is on a server."""
    url = store.engine.url
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def require_writable(store: Store) -> None:
    """Commit something that means nothing; say in one sentence why that is impossible, where it is."""
    try:
        with store.write() as tx:
            if file_of(store) is not None:
                kept = tx.exec_driver_sql(SQLITE).scalar_one()
                tx.exec_driver_sql(f"{SQLITE} = {int(kept)}")
            elif _is_read_only(tx):
                raise _unwritable("it is read-only")
            else:
                tx.execute(POSTGRESQL)
    except SQLAlchemyError as error:
        raise _unwritable(str(getattr(error, "orig", None) or error).strip().splitlines()[0]) from error


def _unwritable(why: str) -> SettingsError:
    fix = "Make room on its disk, or see who may write there: until then webhooks are answered 503."
    return SettingsError(f"The database cannot be written to: {why}.", fix=fix)


def _is_read_only(tx: Connection) -> bool:
    """Whether a PostgreSQL takes no writes: a replica, or one that an operator closed."""
    return str(tx.scalar(text("SHOW transaction_read_only"))) == "on"


def is_doubtful(store: Store) -> bool:
    """Whether a commit may fail, as far as can be told without one: the last one did, or there is no room."""
    if store.failed:
        return True
    file = file_of(store)
    if file is None:
        with store.read() as tx:
            return _is_read_only(tx)
    disk = os.statvfs(file.parent)
    return disk.f_bavail * disk.f_frsize < LITTLE or bool(disk.f_flag & os.ST_RDONLY)
