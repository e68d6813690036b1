"""INSERT … ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps by dialect."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(tx: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT into the table that offers ``on_conflict_do_update`` and ``…_do_nothing``."""
    return sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)
