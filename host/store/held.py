"""All rows about one contact, whichever table they are in: to be shown to them, or to be forgotten.

A table is about contacts where it has the column ``contact_id``, or ``record`` (``contact:5821``,
``conversation:731``, ``conversation:731:labels``). New tables are found by that; a test names the others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, or_, select, update

from .tables import deliveries, lanes, metadata

Rows = list[dict[str, Any]]


def conversations(tx: Connection, connection_id: int, contact_id: int) -> tuple[int, ...]:
    """Return the numbers of the contact's conversations that anything is known of."""
    query = select(deliveries.c.conversation_id).distinct().order_by(deliveries.c.conversation_id)
    mine = (deliveries.c.connection_id == connection_id) & (deliveries.c.contact_id == contact_id)
    return tuple(tx.scalars(query.where(mine, deliveries.c.conversation_id.is_not(None))))


def held(tx: Connection, connection_id: int, contact_id: int) -> dict[str, Rows]:
    """Return the rows about a contact by table; tables that have none are left out."""
    found: dict[str, Rows] = {}
    for table, here in _places(tx, connection_id, contact_id).items():
        if rows := [_readable(row) for row in tx.execute(select(table).where(here)).mappings()]:
            found[table.name] = rows
    return found


def interrupt(tx: Connection, connection_id: int, contact_id: int) -> None:
    """Have whoever works the contact's lane write and commit nothing more; its work waits for the next."""
    here = (lanes.c.connection_id == connection_id) & (lanes.c.contact_id == contact_id)
    tx.execute(update(lanes).where(here).values(fence=lanes.c.fence + 1))


def forget(tx: Connection, connection_id: int, contact_id: int) -> dict[str, int]:
    """Remove the rows about a contact; return how many there were, by table.

    The lane's row stays, with a new fencing number: a worker that is at it can commit nothing more.
    """
    counts: dict[str, int] = {}
    for table, here in _places(tx, connection_id, contact_id).items():
        if table is lanes:
            emptied = {"due_at": None, "rung_at": None, "fence": lanes.c.fence + 1}
            tx.execute(update(lanes).where(here).values(emptied))
        elif gone := tx.execute(table.delete().where(here)).rowcount:
            counts[table.name] = gone
    return counts


def _places(tx: Connection, connection_id: int, contact_id: int) -> dict[Table, ColumnElement[bool]]:
    """Return each table that can hold something of the contact, and which of its rows do.

    The lane comes first: its row is what a worker that commits waits for.
    """
    talks = conversations(tx, connection_id, contact_id)
    records = [f"contact:{contact_id}", *(f"conversation:{number}" for number in talks)]
    places: dict[Table, ColumnElement[bool]] = {}
    for table in sorted(metadata.tables.values(), key=lambda table: (table is not lanes, table.name)):
        ours = table.c.connection_id == connection_id if "connection_id" in table.c else None
        if ours is None:
            continue
        if "contact_id" in table.c:
            places[table] = ours & (table.c.contact_id == contact_id)
        elif "record" in table.c:
            column = table.c.record
            below = (column.startswith(f"{record}:", autoescape=True) for record in records)
            places[table] = ours & or_(column.in_(records), *below)
    return places


def _readable(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row with the webhook in it as JSON."""
    values = {str(name): value for name, value in row.items()}
    if isinstance(values.get("body"), str) and values["body"]:
        values["body"] = json.loads(values["body"])
    return values
