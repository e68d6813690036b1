"""Finding a contact by what somebody types: words are made of each, soon after it was received."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, and_, select, update

from . import many
from .contacts import FACE, FORGET_WORDS, Face, by_connection, faces, of_these
from .page_tables import contact_words, contacts
from .upsert import upsert_in

WORDS = 12
"""How many words of a contact are kept at most."""
CODES, ENDS = (1, 2, 3), (-9, -8, -7)
"""How many digits a country's code can have, and a phone without the area's: people leave both out."""
EACH = WORDS + 2 + 1 + len(CODES) + len(ENDS)
"""How many words of a contact there can be: of name, e-mail address and phone."""
BATCH = 500
"""How many contacts' words are made in one transaction."""
_WITHOUT = (
    select(*FACE)
    .where(contacts.c.findable.is_(False))
    .order_by(
        contacts.c.connection_id, contacts.c.contact_id
    )  # as they are received: nobody waits in a circle
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)
_BEHIND = select(contacts.c.contact_id).where(contacts.c.findable.is_(False)).limit(1)
_FINDABLE = update(contacts).where(of_these(contacts)).values(findable=True)


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


def is_behind(tx: Connection) -> bool:
    """Whether there are contacts whose words have not been made."""
    return tx.execute(_BEHIND).first() is not None


def index(tx: Connection) -> bool:
    """Make the words of contacts that have changed, at most BATCH; return whether there may be more."""
    changed = [Face(*row) for row in tx.execute(_WITHOUT)]
    for given in by_connection(face.key for face in changed):
        tx.execute(FORGET_WORDS, given)
        tx.execute(_FINDABLE, given)
    rows = [(word, *face.key) for face in changed for word in sorted(words_of(face))]
    many.write(tx, _keep_words(tx.dialect.name), ("word", "connection_id", "contact_id"), rows)
    return len(changed) == BATCH


@cache
def _keep_words(dialect: str) -> Insert:
    return upsert_in(dialect, contact_words).on_conflict_do_nothing()


def find(tx: Connection, typed: str, limit: int) -> list[Face]:
    """Return contacts of whom each word typed begins a name, an e-mail address or a phone.

    Those count whose words have been made (``index``).
    """
    words = _typed_words(typed)
    if not words:
        return []
    first, *others = words
    own = contact_words.c.connection_id, contact_words.c.contact_id
    query = select(*own).where(_begins(contact_words, first))
    for word in others:
        also = contact_words.alias()
        same = and_(also.c.connection_id == own[0], also.c.contact_id == own[1], _begins(also, word))
        query = query.where(select(also.c.word).where(same).exists())
    # A contact may be among them with each of its words: so many are read, and no more.
    found = tx.execute(query.order_by(contact_words.c.word).limit(limit * EACH))
    keys = list(dict.fromkeys((row[0], row[1]) for row in found))[:limit]
    known = faces(tx, keys)
    return [known[key] for key in keys if key in known]


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
