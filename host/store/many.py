"""Writing many rows by one statement, past SQLAlchemy, which would look at each parameter of each row.

What is received and what is ended is written so, and nothing else needs it: there it is most of the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Insert

from .prepared import marked, run, writer

MOST = 64
"""Rows of a statement: each number of them has a text of its own, which is kept, as is what is made of it."""
Rows = Sequence[tuple[Any, ...]]


def write(
    tx: Connection, insert: Insert, names: tuple[str, ...], rows: Rows, *, returning: bool = True
) -> list[Any]:
    """Insert rows of these columns, named in the table's order; return what the statement returns of them.

    The statement must be one object for ever (its text is kept), and hold no parameters of its own.
    Where nobody wants what it returns, it is spared that.
    """
    found: list[Any] = []
    for part in _parted(rows):
        text, returns = _text(insert, names, tx.dialect.name, len(part), returning=returning)
        cursor = run(tx, text, tuple(chain.from_iterable(part)))
        found += cursor.fetchall() if returns else []
    return found


def new(
    tx: Connection, insert: Insert, names: tuple[str, ...], rows: Rows, key: tuple[str, ...]
) -> list[Any]:
    """Insert rows of which some may be known; return the key of each that was written: what it returns.

    SQLite hands rows back one by one, and Python's lock is let go and waited for with each. So it is asked
    which were written only where not all were.
    """
    if tx.dialect.name != "sqlite":
        return write(tx, insert, names, rows)
    found: list[Any] = []
    place = [names.index(name) for name in key]
    for part in _parted(rows):
        run(tx, "SAVEPOINT many")
        text, _ = _text(insert, names, tx.dialect.name, len(part), returning=False)
        if run(tx, text, tuple(chain.from_iterable(part))).rowcount == len(part):
            found += [tuple([row[at] for at in place]) for row in part]
        else:
            run(tx, "ROLLBACK TO many")
            found += write(tx, insert, names, part)
        run(tx, "RELEASE many")
    return found


def _parted(rows: Rows) -> Iterator[Rows]:
    return (rows[first : first + MOST] for first in range(0, len(rows), MOST))


@lru_cache(maxsize=256)
def _text(
    insert: Insert, names: tuple[str, ...], dialect: str, rows: int, *, returning: bool
) -> tuple[str, bool]:
    """Return the statement for so many rows, and whether it returns any."""
    before, each, after, returned = _parts(insert, names, dialect)
    returned = returned if returning else ""
    return marked(before + ", ".join([each] * rows) + after + returned, dialect), bool(returned)


@lru_cache(maxsize=64)
def _parts(insert: Insert, names: tuple[str, ...], dialect: str) -> tuple[str, ...]:
    """Return a statement's text before its row, that of one row, what follows, and what it returns."""
    compiled: Any = insert.compile(dialect=writer(dialect), column_keys=names)
    parts = re.fullmatch(r"(.*? VALUES )(\([^()]*\))(.*?)( RETURNING .*)?", compiled.string, re.DOTALL)
    if not parts or tuple(compiled.positiontup) != names:
        raise ValueError(f"This is no insert of the columns {names}.")
    return parts.groups(default="")
