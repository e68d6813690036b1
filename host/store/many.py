"""Writing many rows by one statement, in its own words: SQLAlchemy would look at each parameter of each row.

What is received and what is ended is written so, and nothing else needs it: there it is most of the time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Insert
from sqlalchemy.dialects import postgresql, sqlite

MOST = 30_000
"""Parameters that a statement may have: SQLite takes 32,766, PostgreSQL 65,535."""
DIALECTS: dict[str, Any] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}


def write(tx: Connection, insert: Insert, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Insert the rows, which all have the same columns; return what the statement returns of them.

    The statement must be one object for ever (its text is kept), and hold no parameters of its own.
    """
    if not rows:
        return []
    words = _words(insert, tuple(rows[0]), tx.dialect.name)
    fit = max(MOST // len(words.names), 1)
    found: list[Any] = []
    for first in range(0, len(rows), fit):
        part = rows[first : first + fit]
        values = tuple(row[name] for row in part for name in words.names)
        result = tx.exec_driver_sql(words.of(len(part)), values)
        found += result.all() if result.returns_rows else []
    return found


class _Words(NamedTuple):
    """A statement's text before its row, that of one row, what follows, and the columns in its order."""

    before: str
    each: str
    after: str
    names: tuple[str, ...]

    def of(self, count: int) -> str:
        """Return the statement for so many rows."""
        return self.before + ", ".join([self.each] * count) + self.after


@lru_cache(maxsize=64)
def _words(insert: Insert, names: tuple[str, ...], dialect: str) -> _Words:
    compiled: Any = insert.compile(dialect=DIALECTS[dialect], column_keys=names)
    parts = re.fullmatch(r"(.*? VALUES )(\([^()]*\))(.*)", compiled.string, re.DOTALL)
    if not parts or {*compiled.positiontup} != {*names}:
        raise ValueError(f"This is no insert of the columns {names}.")
    before, each, after = parts.groups()
    return _Words(before, each, after, tuple(compiled.positiontup))
