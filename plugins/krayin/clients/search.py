"""How to put words from outside into Krayin's search, which reads some characters as its own.

A term is matched against the stored JSON, upper and lower case told apart. In it ``_`` stands for
any character and ``%`` for any number of them, so whatever can't be said itself is said by these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LIMIT = 50
"""Rows to ask for; Krayin gives ten unless told."""


def any_of(**columns: str) -> dict[str, str | int]:
    """Return the parameters that find rows with any of these whole values; {} if there are none."""
    terms = {column: f'"{pattern(value)}"' for column, value in columns.items() if tells(value)}
    return _query(terms)


def exactly(**columns: str) -> dict[str, str | int]:
    """Return the parameters that find rows by plain text columns; {} if there is nothing to search for."""
    return _query({column: pattern(value) for column, value in columns.items() if tells(value)})


def pattern(value: str) -> str:
    """Return a pattern that matches the value as MariaDB or MySQL store it, and perhaps others."""
    return re.sub("%+", "%", "".join(_patterns(value)))


def tells(value: str) -> bool:
    """Whether enough of a value can be searched for: a pattern of wildcards finds everybody."""
    return any(char.isalnum() for char in pattern(value))


def _query(terms: dict[str, str]) -> dict[str, str | int]:
    if not terms:
        return {}
    search = ";".join(f"{column}:{term}" for column, term in terms.items())
    fields = ";".join(f"{column}:like" for column in terms)
    return {"search": search, "searchFields": fields, "limit": LIMIT}


def _patterns(value: str) -> Iterator[str]:
    for char in value:
        if char in ";:":  # they end a term
            yield "_"
        elif char in '\\/"' or not (char.isascii() and char.isprintable()):  # stored as \\, \/, \u0159
            yield "%"
        else:
            yield char
