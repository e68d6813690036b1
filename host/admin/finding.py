"""Finding somebody by whatever is at hand: a name, an address, a phone, an id here or in the CRM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..store import browse, connections, contacts, links, search
from ..store.browse import Wanted
from ..store.contacts import Face
from .happenings import record_name
from .words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from ..house import House
    from ..store import Store
    from ..store.connections import CRMConnection

MANY = 25


@dataclass(frozen=True)
class Found:
    """A contact that may be meant, and why it was found where that is not plain to see."""

    face: Face
    because: str = ""


def catch_up(store: Store) -> None:
    """Have those be found who were received a moment ago; no worker may be there who does it by itself."""
    with store.read() as tx:
        behind = search.is_behind(tx)
    if behind:
        with store.write() as tx:
            search.index(tx)


def find(tx: Connection, house: House, typed: str) -> list[Found]:
    """Return who may be meant, those found by an id first."""
    every = connections.every(tx, house.vault)
    found = [one for each in every for one in _by_id(tx, house, each, typed.strip().lstrip("#"))]
    found += [Found(face) for face in search.find(tx, typed, MANY)]
    unlike: dict[tuple[int, int], Found] = {}
    for one in found:
        unlike.setdefault(one.face.key, one)
    return list(unlike.values())[:MANY]


def newest(tx: Connection) -> list[Found]:
    """Return who was heard of last."""
    return [Found(face) for face in contacts.newest(tx, MANY)]


def _by_id(tx: Connection, house: House, one: CRMConnection, typed: str) -> Iterator[Found]:
    """Yield who has this id: as a contact, by a conversation, by a record of the CRM."""
    if typed.isdecimal() and len(typed) < 19:
        number = int(typed)
        if browse.page(tx, Wanted((one.id,), contact_id=number), 1):
            yield Found(_face(tx, one.id, number), _("contact %(id)s", id=number))
        for row in browse.page(tx, Wanted((one.id,), conversation_id=number), 1):
            yield Found(_face(tx, one.id, row.contact_id), _("conversation %(id)s", id=number))
    plugin = house.plugins.found.get(one.plugin)
    for kind in plugin.info.kinds if plugin and 0 < len(typed) < 256 else ():
        for record in links.records_of(tx, one.id, kind, typed):
            contact_id = contact_of(tx, one.id, record)
            if contact_id is not None:
                yield Found(_face(tx, one.id, contact_id), record_name(kind, typed))


def contact_of(tx: Connection, connection_id: int, record: str) -> int | None:
    """Return whose record this is: ``contact:5821`` says it, of a conversation the deliveries do."""
    kind, _colon, number = record.partition(":")
    if kind == "contact":
        return int(number)
    rows = browse.page(tx, Wanted((connection_id,), conversation_id=int(number)), 1)
    return rows[0].contact_id if rows else None


def _face(tx: Connection, connection_id: int, contact_id: int) -> Face:
    key = (connection_id, contact_id)
    return contacts.faces(tx, [key]).get(key) or Face(*key, None, None, None)
