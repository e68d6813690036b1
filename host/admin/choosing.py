"""Choosing a connection among many: by its number, its account, its CRM's name or address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import naming
from ..store import connections, outlines
from .standing import FEW, names, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from ..house import House
    from ..store.outlines import Outline

NONE = 0
"""A number that no connection has."""


@dataclass(frozen=True)
class Chosen:
    """Which connection was asked for."""

    id: int | None = None
    """Its number, or one that none has; None: nobody asked for one."""
    named: Named | None = None
    """What it is called, where that is not plain from a list."""
    which: Sequence[Named] = ()
    """Those of which one may be meant."""


@dataclass(frozen=True)
class Named:
    """What a person tells a connection from others by."""

    id: int
    name: str
    where: str
    account_id: int


def offered(tx: Connection, house: House) -> list[tuple[int, str]]:
    """Return number and name of all connections; of none where they are too many for a list."""
    return sorted(names(tx, house, ()).items()) if outlines.count(tx) <= FEW else []


def chosen(tx: Connection, house: House, typed: str) -> Chosen:
    """Return the connection that was asked for, by its number; among many by whatever tells it as well."""
    number = int(typed) if typed.isdecimal() and len(typed) < 19 else None
    if outlines.count(tx) <= FEW or not typed:
        return Chosen(number)
    if number is not None and (known := _named(tx, house, [number])):
        return Chosen(number, known[0])
    ids = [one.id for one in like(tx, house, outlines.some(tx), typed)[:FEW]]
    found = _named(tx, house, ids)
    return Chosen(found[0].id, found[0]) if len(found) == 1 else Chosen(NONE, which=found)


def _named(tx: Connection, house: House, connection_ids: Sequence[int]) -> list[Named]:
    some = connections.some(tx, house.vault, connection_ids)
    each = sorted(some.values(), key=lambda one: one.id)
    return [
        Named(one.id, title(house, one), naming.address(house.plugins, one), one.account_id) for one in each
    ]


def like(tx: Connection, house: House, every: Sequence[Outline], typed: str) -> list[Outline]:
    """Return those that may be meant: a number is a connection's own, or its account's."""
    typed = typed.strip().lstrip("#").casefold()
    if typed.isdecimal():
        return [one for one in every if typed in {str(one.id), str(one.account_id)}]
    given = outlines.given(tx)
    found = []
    for one in every:
        where = naming.address_in(house.plugins, one.plugin, given.get(one.id, {}))
        if any(typed in name.casefold() for name in (title(house, one), one.plugin, where)):
            found.append(one)
    return found
