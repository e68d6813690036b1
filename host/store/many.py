"""Writing many rows by one statement, past SQLAlchemy, which would look at each parameter of each row.

What is received and what is ended is written so, and nothing else needs it: there it is most of the time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Insert

from .prepared import marked, run, writer

MOST = 64
"""Rows of a statement: each number of them has a text of its own, which is kept, as is what is made of it."""
Rows = Sequence[tuple[Any, ...]]


def write(tx: Connection, insert: Insert, names: tuple[str, ...], rows: Rows) -> list[Any]:
    """Insert rows of these columns, named in the table's order; return what the statement returns of them.

    The statement must be one object for ever (its text is kept), and hold no parameters of its own.
    """
    found: list[Any] = []
    for first in range(0, len(rows), MOST):
        part = rows[first : first + MOST]
        text, returns = _text(insert, names, tx.dialect.name, len(part))
        cursor = run(tx, text, tuple(chain.from_iterable(part)))
        found += cursor.fetchall() if returns else []
    return found


@lru_cache(maxsize=256)
def _text(insert: Insert, names: tuple[str, ...], dialect: str, rows: int) -> tuple[str, bool]:
    """Return the statement for so many rows, and whether it returns any."""
    before, each, after = _parts(insert, names, dialect)
    return marked(before + ", ".join([each] * rows) + after, dialect), " RETURNING " in after


@lru_cache(maxsize=64)
def _parts(insert: Insert, names: tuple[str, ...], dialect: str) -> tuple[str, ...]:
    """Return a statement's text before its row, that of one row, and what follows."""
    compiled: Any = insert.compile(dialect=writer(dialect), column_keys=names)
    parts = re.fullmatch(r"(.*? VALUES )(\([^()]*\))(.*)", compiled.string, re.DOTALL)
    if not parts or tuple(compiled.positiontup) != names:
        raise ValueError(f"This is no insert of the columns {names}.")
    return parts.groups()
