"""Going from one connection to the next that has any of something, by an index that has them in order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select


def connections_in(column: ColumnElement[int], some: ColumnElement[bool]) -> Select[int]:
    """Return the connections, as this column names them, of the rows that fulfil a condition.

    It looks as often as there are such connections, however many rows each of them has.
    """
    first: Select[Any] = select(func.min(column).label("id")).where(some)
    each = first.cte(f"in_{column.table.name}", recursive=True)
    following = first.where(column > each.c.id).correlate(each).scalar_subquery()
    each = each.union_all(select(following).where(each.c.id.is_not(None)))
    return select(each.c.id).where(each.c.id.is_not(None))
