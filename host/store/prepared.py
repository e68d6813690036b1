"""Statements that are compiled once and handed to the driver: those that each delivery costs.

SQLAlchemy writes them, and knows each column's type. To run one it takes several times as long as the
database does, so it is left out there; an error is still one of its own.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.visitors import iterate, replacement_traverse

MOST = 64
"""Texts that are kept of a statement: several INs may have any numbers of values."""
Convert = Callable[[Any], Any]
Take = Callable[[Mapping[str, Any]], Any]


class Prepared:
    """A statement whose text is kept for each dialect, and each number of values that an IN has.

    Few numbers are used: the last value stands in an IN as often as makes its number a round one. Each
    text is kept by each connection as well, read. ``columns`` are those that an INSERT without values of
    its own is given.
    """

    def __init__(self, statement: Executable, columns: Iterable[str] | None = None) -> None:
        self._statement: Any = _written_out(statement)
        self._columns = columns
        self._ins = _ins_of(statement)
        self._words: dict[tuple[Any, ...], _Words] = {}

    def rows(self, tx: Connection, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run it with these values, by its parameters' names; return its rows."""
        given = self._filled(values or {})
        words = self._for(tx, given)
        found = run(tx, words.text, words.values(given)).fetchall()
        return [words.row(one) for one in found] if words.results else found

    def first(self, tx: Connection, values: Mapping[str, Any] | None = None) -> tuple[Any, ...] | None:
        """Run it; return its first row, if there is any."""
        return next(iter(self.rows(tx, values)), None)

    def count(self, tx: Connection, values: Mapping[str, Any] | None = None) -> int:
        """Run what changes rows; return how many it changed."""
        given = self._filled(values or {})
        words = self._for(tx, given)
        changed: int = run(tx, words.text, words.values(given)).rowcount
        return changed

    def _filled(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the values with a round number of them in each IN."""
        return {**given, **{name: _rounded(given[name]) for name in self._ins}} if self._ins else given

    def _for(self, tx: Connection, given: Mapping[str, Any]) -> _Words:
        key = (tx.dialect.name, *[len(given[name]) for name in self._ins])
        found = self._words.get(key)
        if found is None:
            if len(self._words) >= MOST:
                self._words.clear()
            found = self._words[key] = self._compiled(writer(tx.dialect.name), given)
        return found

    def _compiled(self, dialect: Any, given: Mapping[str, Any]) -> _Words:
        compiled = self._statement.compile(dialect=dialect, column_keys=self._columns)
        return _expanded(compiled, dialect, given)


def _written_out(statement: Any) -> Any:
    """Return the statement with what the code itself says, a state's name, written into its text.

    SQLite prepares a statement anew where a parameter is bound whose value had a part in the choice of its
    plan (https://sqlite.org/c3ref/prepare.html), as of a partial index. PostgreSQL's generic plans use none.
    """

    def written(element: Any, **_: Any) -> Any:
        said = isinstance(element, BindParameter) and isinstance(element.value, str | int)
        return element.render_literal_execute() if said else None

    return replacement_traverse(statement, {}, written)


def _ins_of(statement: Any) -> list[str]:
    """Return the names of the parameters that are an IN's values."""
    parameters = (one for one in iterate(statement) if isinstance(one, BindParameter))
    return [one.key for one in parameters if one.expanding]


def _rounded(values: Sequence[Any]) -> Sequence[Any]:
    """Return the values, the last one repeated until they are 1, 2, 3, 4, 6, 8, 12, 16, 24 … or none."""
    step = max(1 << len(values).bit_length() >> 2, 1)
    return [*values, *[values[-1]] * (-len(values) % step)] if values else values


class _Words(NamedTuple):
    """A statement as the driver takes it."""

    text: str
    takes: tuple[Take, ...]
    """How each parameter is taken from what is given."""
    results: tuple[Convert | None, ...]
    """How each column is read, where any is not taken as it comes."""

    def values(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the parameters in their order."""
        return tuple([take(given) for take in self.takes])

    def row(self, found: Sequence[Any]) -> tuple[Any, ...]:
        """Return a row, its columns read."""
        return tuple(read(value) if read else value for read, value in zip(self.results, found, strict=True))


def run(tx: Connection, text: str, values: Sequence[Any] = ()) -> Any:
    """Have the driver run a statement; return its cursor. What it raises becomes an error of SQLAlchemy's."""
    driver: Any = tx.connection.driver_connection
    try:
        return _cursor(tx.dialect.name)(driver).execute(text, values)
    except tx.dialect.loaded_dbapi.Error as error:
        raise _translated(tx, driver, text, error) from error


def _translated(tx: Connection, driver: Any, text: str, error: Exception) -> BaseException:
    """Return the error as SQLAlchemy names it; a connection that has ended is not kept."""
    gone = tx.dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]
    if gone:
        tx.invalidate(error)
    return DBAPIError.instance(
        text,
        None,
        error,
        tx.dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=gone,
        dialect=tx.dialect,
    )


@cache
def _cursor(dialect: str) -> Any:
    """Return a cursor that takes a statement as it is; psycopg's own looks for the marks in it each time.

    SQLite's is asked of its connection, which keeps a note of each cursor and clears them up only then.
    """
    if dialect == "sqlite":
        return sqlite3.Connection.cursor
    from psycopg import RawCursor

    return RawCursor


def marked(text: str, dialect: str) -> str:
    """Return what ``writer`` wrote, its marks as the driver takes them: ? of SQLite, $1 of PostgreSQL."""
    if dialect == "sqlite":
        return text
    number = count(1)
    return re.sub("%[s%]", lambda mark: f"${next(number)}" if mark[0] == "%s" else "%", text)


@cache
def writer(name: str) -> Any:
    """Return the dialect that writes a parameter as its driver counts them: by its place."""
    if name == "sqlite":
        return sqlite.dialect(dbapi=sqlite.dialect.import_dbapi())
    made: Any = postgresql.psycopg.dialect
    return made(paramstyle="format", dbapi=made.import_dbapi())


def _expanded(compiled: Any, dialect: Any, given: Mapping[str, Any]) -> _Words:
    """Write the statement for as many values as are given in each IN."""
    state = compiled.construct_expanded_state(given)
    # Of which parameter each of the expanded ones is, and at which place.
    source = {
        name: (whole, *divmod(at, max(len(names) // len(given[whole]), 1)))
        for whole, names in state.parameter_expansion.items()
        for at, name in enumerate(names)
    }
    convert = {**compiled._bind_processors, **state.processors}
    takes = tuple(_taking(name, source, given, state.parameters, convert) for name in state.positiontup)
    return _Words(marked(state.statement, dialect.name), takes, _results(compiled, dialect))


def _taking(
    name: str,
    source: Mapping[str, tuple[str, int, int]],
    given: Mapping[str, Any],
    always: Mapping[str, Any],
    convert: Mapping[str, Convert],
) -> Take:
    """Return what takes one parameter: by its name, from its place in an IN, or it is always the same."""
    if name in source:
        take = _within(*source[name], several=isinstance(given[source[name][0]][source[name][1]], tuple))
    elif name in given:
        take = itemgetter(name)
    else:
        same = always[name]
        take = lambda _given: same  # noqa: E731
    read = convert.get(name)
    return (lambda given: read(take(given))) if read else take


def _within(whole: str, place: int, within: int, *, several: bool) -> Take:
    """Return what takes one of an IN; where these are several columns together, one of those."""
    if several:
        return lambda given: given[whole][place][within]
    return lambda given: given[whole][place]


def _results(compiled: Any, dialect: Any) -> tuple[Convert | None, ...]:
    """Return how each column is read; psycopg does that itself."""
    if dialect.name != "sqlite":
        return ()
    types = (column.type.dialect_impl(dialect) for column in compiled.statement.exported_columns)
    reads = tuple(each.result_processor(dialect, None) for each in types)
    return reads if any(reads) else ()
