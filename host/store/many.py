"""Writing many rows by one statement, past SQLAlchemy, which would look at each parameter of each row.

What is received and what is ended is written so, and nothing else needs it: there it is most of the time.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain, count
from typing import Any

from sqlalchemy import Connection, Insert, Select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

MOST = 30_000
"""Parameters that a statement may have: SQLite takes 32,766, PostgreSQL 65,535."""
DIALECTS: dict[str, Any] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}
Rows = Sequence[tuple[Any, ...]]


def write(tx: Connection, insert: Insert, names: tuple[str, ...], rows: Rows) -> list[Any]:
    """Insert rows of these columns, named in the table's order; return what the statement returns of them.

    The statement must be one object for ever (its text is kept), and hold no parameters of its own.
    """
    fit = max(MOST // len(names), 1)
    found: list[Any] = []
    for first in range(0, len(rows), fit):
        part = rows[first : first + fit]
        text, returns = _text(insert, names, tx.dialect.name, len(part))
        found += _run(tx, text, tuple(chain.from_iterable(part)), returns=returns)
    return found


def read(tx: Connection, query: Select[Any], **given: Sequence[Any]) -> list[Any]:
    """Return what a query finds whose parameters are all lists, by name; it must be one object for ever."""
    lengths = tuple((name, len(values)) for name, values in given.items())
    text, order = _question(query, lengths, tx.dialect.name)
    return _run(tx, text, tuple(value for name in order for value in given[name]), returns=True)


def _run(tx: Connection, text: str, values: tuple[Any, ...], *, returns: bool) -> list[Any]:
    """Run a statement, and say what goes wrong in SQLAlchemy's words."""
    raw: Any = tx.connection.driver_connection
    wrong = tx.dialect.loaded_dbapi.Error
    try:
        cursor = _cursor(tx.dialect.name)(raw).execute(text, values)
        return cursor.fetchall() if returns else []
    except wrong as error:
        if lost := tx.dialect.is_disconnect(error, raw, None):
            tx.invalidate(error)
        hidden = tx.engine.hide_parameters
        raise DBAPIError.instance(
            text, None, error, wrong, hide_parameters=hidden, connection_invalidated=lost, dialect=tx.dialect
        ) from error


@cache
def _cursor(dialect: str) -> Any:
    """Return a cursor that takes a statement as it is; psycopg's own looks for the marks in it each time."""
    if dialect == "sqlite":
        return sqlite3.Cursor
    from psycopg import RawCursor

    return RawCursor


@lru_cache(maxsize=256)
def _text(insert: Insert, names: tuple[str, ...], dialect: str, rows: int) -> tuple[str, bool]:
    """Return the statement for so many rows, and whether it returns any."""
    before, each, after = _parts(insert, names, dialect)
    return _numbered(before + ", ".join([each] * rows) + after, dialect), " RETURNING " in after


@lru_cache(maxsize=256)
def _question(
    query: Select[Any], lengths: tuple[tuple[str, int], ...], dialect: str
) -> tuple[str, tuple[str, ...]]:
    """Return a query for lists of these lengths, and the lists' names in the order in which it has them."""
    made = query.params({name: [0] * length for name, length in lengths})
    compiled: Any = made.compile(dialect=DIALECTS[dialect], compile_kwargs={"render_postcompile": True})
    order = dict.fromkeys(name.rpartition("_")[0] for name in compiled.positiontup)
    return _numbered(compiled.string, dialect), tuple(order)


def _numbered(text: str, dialect: str) -> str:
    """Return a statement with its marks as the driver takes them."""
    number = count(1)
    return re.sub("%s", lambda _: f"${next(number)}", text) if dialect == "postgresql" else text


@lru_cache(maxsize=64)
def _parts(insert: Insert, names: tuple[str, ...], dialect: str) -> tuple[str, ...]:
    """Return a statement's text before its row, that of one row, and what follows."""
    compiled: Any = insert.compile(dialect=DIALECTS[dialect], column_keys=names)
    parts = re.fullmatch(r"(.*? VALUES )(\([^()]*\))(.*)", compiled.string, re.DOTALL)
    if not parts or tuple(compiled.positiontup) != names:
        raise ValueError(f"This is no insert of the columns {names}.")
    return parts.groups()
