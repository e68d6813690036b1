"""Chatwoot's long lists, a page a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .transport import Row, rows_of


@dataclass(frozen=True)
class Page:
    """The rows of a page, and how many there are on all pages."""

    rows: list[Row]
    count: int


def page_of(said: Any, *count: str) -> Page:
    """Return the page that an answer shows in its ``payload``; ``count`` leads to the number of all."""
    number = said
    for key in count:
        number = number.get(key) if isinstance(number, dict) else None
    rows = [row for row in rows_of(said, "payload") if isinstance(row.get("id"), int)]
    return Page(rows, number if isinstance(number, int) else 0)


def rows_of_pages(page: Callable[[int], Page]) -> Iterator[Row]:
    """Yield the rows of all pages, each once. There is no end mark: a page without a new row is it."""
    seen: set[int] = set()
    number = 1
    while new := [row for row in page(number).rows if row["id"] not in seen]:
        yield from new
        seen |= {row["id"] for row in new}
        number += 1
