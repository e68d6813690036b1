"""Finding somebody by whatever is at hand: a name, an address, a phone, an id here or in the CRM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..store import browse, contacts, links, outlines, search
from ..store.browse import Wanted
from ..store.contacts import Face
from .happenings import record_name
from .words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from ..house import House
    from ..store import Store
    from ..store.contacts import Key

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
    by_id = sorted(_by_id(tx, house, typed.strip().lstrip("#")), key=lambda one: one[0][0])
    because: dict[Key, str] = {}
    for key, why in by_id:
        because.setdefault(key, why)
    faces = contacts.faces(tx, list(because)[:MANY])
    found = [Found(faces.get(key) or Face(*key, None, None, None), why) for key, why in because.items()]
    found += [Found(face) for face in search.find(tx, typed, MANY) if face.key not in because]
    return found[:MANY]


def newest(tx: Connection) -> list[Found]:
    """Return who was heard of last."""
    return [Found(face) for face in contacts.newest(tx, MANY)]


def _by_id(tx: Connection, house: House, typed: str) -> Iterator[tuple[Key, str]]:
    """Yield who has this id, and as what: as a contact, by a conversation, by a record of the CRM."""
    if typed.isdecimal() and len(typed) < 19:
        number = int(typed)
        for connection_id in browse.of_contact(tx, number, MANY):
            yield (connection_id, number), _("contact %(id)s", id=number)
        for connection_id in browse.of_conversation(tx, number, MANY):
            contact_id = contact_of(tx, connection_id, f"conversation:{number}")
            if contact_id is not None:
                yield (connection_id, contact_id), _("conversation %(id)s", id=number)
    for connection_id, kind, record in _records(tx, house, typed) if 0 < len(typed) < 256 else ():
        contact_id = contact_of(tx, connection_id, record)
        if contact_id is not None:
            yield (connection_id, contact_id), record_name(kind, typed)


def _records(tx: Connection, house: House, typed: str) -> list[tuple[int, str, str]]:
    """Return connection, kind and record of what has this id in a CRM, of the kinds that its plugin has."""
    found = links.with_remote_id(tx, typed, MANY)
    plugins = outlines.plugins_of(tx, {row[0] for row in found})
    kinds = {name: plugin.info.kinds for name, plugin in house.plugins.found.items()}
    return [row for row in found if row[1] in kinds.get(plugins.get(row[0], ""), ())]


def contact_of(tx: Connection, connection_id: int, record: str) -> int | None:
    """Return whose record this is: ``contact:5821`` says it, of a conversation the deliveries do."""
    kind, _colon, number = record.partition(":")
    if kind == "contact":
        return int(number)
    rows = browse.page(tx, Wanted((connection_id,), conversation_id=int(number)), 1)
    return rows[0].contact_id if rows else None
