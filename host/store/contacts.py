"""Who the contacts are, as last received, and finding them by what somebody types."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Insert,
    Table,
    and_,
    bindparam,
    delete,
    select,
)

from . import many
from .page_tables import contact_words, contacts
from .upsert import upsert_in

WORDS = 12
"""How many words of a contact are kept at most."""
CODES, ENDS = (1, 2, 3), (-9, -8, -7)
"""How many digits a country's code can have, and a phone without the area's: people leave both out."""
Key = tuple[int, int]
"""(connection id, contact id)"""
_FACE = (contacts.c.connection_id, contacts.c.contact_id, contacts.c.name, contacts.c.email, contacts.c.phone)


def _of_these(table: Table) -> ColumnElement[bool]:
    ids: BindParameter[list[int]] = bindparam("ids", expanding=True)
    return and_(table.c.connection_id == bindparam("connection"), table.c.contact_id.in_(ids))


_KNOWN = select(*_FACE).where(_of_these(contacts))
_FORGET = delete(contacts).where(_of_these(contacts))
_FORGET_WORDS = delete(contact_words).where(_of_these(contact_words))


@dataclass(frozen=True)
class Face:
    """What a person would call a contact by."""

    connection_id: int
    contact_id: int
    name: str | None
    email: str | None
    phone: str | None

    @property
    def key(self) -> Key:
        """Which contact it is."""
        return self.connection_id, self.contact_id


def plain(text: str) -> str:
    """Return the text in small letters without accents: as it is looked for."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))


def words_of(face: Face) -> set[str]:
    """Return the words that a contact is found by."""
    words = re.findall(r"\w+", plain(face.name or ""))[:WORDS]
    if face.email:
        words += [face.email.casefold(), face.email.casefold().partition("@")[2]]
    if digits := re.sub(r"\D", "", face.phone or ""):
        words += [digits, *(digits[cut:] for cut in (*CODES, *ENDS))]
    return {word[:100] for word in words if len(word) > 1}


def note(tx: Connection, faces: Iterable[Face], now: float) -> None:
    """Keep who these are, as known now; words are written only of those who changed."""
    newest = {face.key: face for face in faces}
    if not newest:
        return
    ordered = [newest[key] for key in sorted(newest)]
    known = _known(tx, list(newest))
    changed = [face for face in ordered if known.get(face.key) != face]
    many.write(tx, _keep(tx.dialect.name), [vars(face) | {"seen_at": now} for face in ordered])
    if changed:
        _index(tx, changed, known)


@cache
def _keep(dialect: str) -> Insert:
    insert = upsert_in(dialect, contacts)
    fresh = {name: insert.excluded[name] for name in ("name", "email", "phone", "seen_at")}
    return insert.on_conflict_do_update(index_elements=["connection_id", "contact_id"], set_=fresh)


def _known(tx: Connection, keys: Sequence[Key]) -> dict[Key, Face]:
    rows = [row for given in _by_connection(keys) for row in tx.execute(_KNOWN, given)]
    return {face.key: face for face in (Face(*row) for row in rows)}


def _by_connection(keys: Iterable[Key]) -> list[dict[str, Any]]:
    """Return the parameters of a statement about these contacts, for each connection: so an index is used."""
    by_connection: dict[int, list[int]] = {}
    for connection_id, contact_id in keys:
        by_connection.setdefault(connection_id, []).append(contact_id)
    return [{"connection": one, "ids": ids} for one, ids in by_connection.items()]


def _index(tx: Connection, faces: Sequence[Face], known: Collection[Key]) -> None:
    """Replace the words that these are found by."""
    for given in _by_connection(face.key for face in faces if face.key in known):
        tx.execute(_FORGET_WORDS, given)
    rows = [
        {"word": word, "connection_id": face.connection_id, "contact_id": face.contact_id}
        for face in faces
        for word in sorted(words_of(face))
    ]
    many.write(tx, _keep_words(tx.dialect.name), rows)


@cache
def _keep_words(dialect: str) -> Insert:
    return upsert_in(dialect, contact_words).on_conflict_do_nothing()


def find(tx: Connection, typed: str, limit: int) -> list[Face]:
    """Return contacts of whom each word typed begins a name, an e-mail address or a phone."""
    words = _typed_words(typed)
    if not words:
        return []
    first, *others = words
    own = contact_words.c.connection_id, contact_words.c.contact_id
    query = select(*own).distinct().where(_begins(contact_words, first))
    for word in others:
        also = contact_words.alias()
        same = and_(also.c.connection_id == own[0], also.c.contact_id == own[1], _begins(also, word))
        query = query.where(select(also.c.word).where(same).exists())
    keys = [(row[0], row[1]) for row in tx.execute(query.limit(limit))]
    faces = _known(tx, keys) if keys else {}
    return [faces[key] for key in keys if key in faces]


def _typed_words(typed: str) -> list[str]:
    """Return what was typed as words, the longest first: it narrows most."""
    typed = typed.strip()[:200]
    if re.fullmatch(r"[\d\s()+./-]{3,}", typed):
        return [re.sub(r"\D", "", typed)] if re.search(r"\d", typed) else []
    words = [part.casefold() if "@" in part else plain(part) for part in typed.split()]
    parts = [piece for word in words for piece in ([word] if "@" in word else re.findall(r"\w+", word))]
    return sorted({part for part in parts if part}, key=len, reverse=True)[:5]


def _begins(table: Any, word: str) -> Any:
    """Return that a word begins so, as a range that an index answers."""
    return and_(table.c.word >= word, table.c.word < word[:-1] + chr(ord(word[-1]) + 1))


def faces(tx: Connection, keys: Iterable[Key]) -> dict[Key, Face]:
    """Return who these contacts are, of those who are known."""
    wanted = sorted(set(keys))
    return _known(tx, wanted) if wanted else {}


def forget(tx: Connection, before: float, limit: int = 1000) -> int:
    """Forget who was not heard of since then (unix seconds); return how many were forgotten."""
    old = select(contacts.c.connection_id, contacts.c.contact_id).where(contacts.c.seen_at < before)
    keys = [(row[0], row[1]) for row in tx.execute(old.limit(limit))]
    if keys:
        for given in _by_connection(keys):
            tx.execute(_FORGET_WORDS, given)
            tx.execute(_FORGET, given)
    return len(keys)


def newest(tx: Connection, limit: int, connection_id: int | None = None) -> list[Face]:
    """Return who was heard of last."""
    query = select(*_FACE)
    if connection_id is not None:
        query = query.where(contacts.c.connection_id == connection_id)
    return [Face(*row) for row in tx.execute(query.order_by(contacts.c.seen_at.desc()).limit(limit))]
