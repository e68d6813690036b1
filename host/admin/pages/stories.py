"""Everything about one contact or conversation: what came, what was decided and why, what the CRM has now."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...store import browse, connections, contacts, links
from ...store.browse import Wanted
from ...store.contacts import Face
from .. import finding, happenings, heard
from ..happenings import record_name, urls_of
from ..masking import MASK, news
from ..rendering import plain
from ..standing import called, names
from ..visits import NotThere, Page, Place, Visit
from ..words import gettext as _
from .connection import found

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Row

    from ...context import Key, Link
    from ...store.connections import CRMConnection
    from ..happenings import Urls

LENGTH = 30
COMPARED = {"said", "seen"}
"""What plugins compare with the next time: what Chatwoot said, and what the CRM had. Nobody wrote it."""
DIGEST = re.compile(r"[0-9a-f]{32,}")


@dataclass(frozen=True)
class Kept:
    """A record of the CRM that belongs to somebody: where it is, and what was written there last."""

    name: str
    url: str | None
    written: tuple[tuple[str, str], ...]


def search(visit: Visit) -> Page:
    """Find somebody; with nothing typed those who were heard of last."""
    typed = visit.asked("q")
    if typed:
        finding.catch_up(visit.house.store)
    with visit.house.store.read() as tx:
        rows = finding.find(tx, visit.house, typed) if typed else finding.newest(tx)
        called_by = names(tx, visit.house, {one.face.connection_id for one in rows})
        several = connections.several(tx)
    return Page("contacts.html", {"typed": typed, "rows": rows, "names": called_by, "several": several})


def of_contact(visit: Visit) -> Page:
    """Tell a contact's story."""
    one, contact_id = found(visit, visit.number("id")), visit.number("contact_id")
    wanted = Wanted((one.id,), contact_id=contact_id)
    return _story(visit, one, wanted, contact_id)


def of_conversation(visit: Visit) -> Page:
    """Tell a conversation's story."""
    one, number = found(visit, visit.number("id")), visit.number("conversation_id")
    wanted = Wanted((one.id,), conversation_id=number)
    with visit.house.store.read() as tx:
        contact_id = finding.contact_of(tx, one.id, f"conversation:{number}")
    if contact_id is None:
        fix = _("Look for the customer among the contacts.")
        raise NotThere(_("Nothing was heard of conversation %(id)s.", id=number), fix=fix)
    return _story(visit, one, wanted, contact_id)


def _story(visit: Visit, one: CRMConnection, wanted: Wanted, contact_id: int) -> Page:
    urls, before = urls_of(visit.house, one), visit.asked("before")
    with visit.house.store.read() as tx:
        rows = browse.page(tx, wanted, LENGTH + 1, int(before) if before.isdecimal() else None)
        face = contacts.faces(tx, [(one.id, contact_id)]).get((one.id, contact_id))
        told = happenings.happenings(tx, rows[:LENGTH], {one.id: urls}, _news(tx, rows[:LENGTH], visit))
        tried = happenings.tried(tx, [each.id for each in told])
        records = _records(wanted, contact_id, rows)
        linked = links.load(tx, one.id, records)
    kept = _kept(sorted(linked.items(), key=_in_turn(visit, one)), urls, mask=not visit.changes)
    if not rows and not kept and face is None:
        fix = _("They come with their next message.")
        raise NotThere(_("Nothing was heard of contact %(id)s.", id=contact_id), fix=fix)
    return Page(
        "story.html",
        {
            "one": one,
            "name": called(visit.house, one),
            "face": face or Face(one.id, contact_id, None, None, None),
            "conversation_id": wanted.conversation_id,
            "told": told,
            "tried": tried,
            "kept": kept,
            "chatwoot": _in_chatwoot(one, contact_id, wanted.conversation_id),
            "older": rows[LENGTH - 1].id if len(rows) > LENGTH else None,
        },
    )


def _news(tx: Connection, rows: list[Row[Any]], visit: Visit) -> dict[int, list[tuple[str, str, str]]]:
    """Return what each delivery says is new."""
    bodies = browse.bodies(tx, [row.id for row in rows])
    mask = not visit.changes
    return {number: list(news(json.loads(body), mask=mask)) for number, body in bodies.items()}


def _records(wanted: Wanted, contact_id: int, rows: list[Row[Any]]) -> list[str]:
    """Return the names of the records that the story is about."""
    talks = {row.conversation_id for row in rows if row.conversation_id is not None}
    own = [] if wanted.conversation_id is not None else [f"contact:{contact_id}"]
    return own + [f"conversation:{number}" for number in sorted(talks)]


def _in_turn(visit: Visit, one: CRMConnection) -> Callable[[tuple[Key, Link]], Any]:
    """Return what sorts the contact's own records first, each kind as the plugin names them."""
    plugin = visit.house.plugins.found.get(one.plugin)
    kinds = plugin.info.kinds if plugin else ()
    return lambda item: (item[0][0], kinds.index(item[0][1]) if item[0][1] in kinds else len(kinds))


def _kept(linked: list[tuple[Key, Link]], urls: Urls, *, mask: bool) -> list[Kept]:
    return [
        Kept(
            record_name(kind, link.remote_id),
            urls(kind, link.remote_id),
            tuple(fields_of(link.written, mask=mask)),
        )
        for (_record, kind), link in linked
    ]


def fields_of(written: Mapping[str, Any], *, mask: bool) -> list[tuple[str, str]]:
    """Return the fields that were written, those of a part of the record with its name before them."""
    rows: list[tuple[str, str]] = []
    for name, value in written.items():
        if isinstance(value, Mapping):
            parts = {} if name in COMPARED else value
            rows += [(f"{heard.called(name)} {key}", said) for key, said in fields_of(parts, mask=mask)]
        elif not _is_a_note(value):
            said = MASK if mask and isinstance(value, str) else plain(value)[:300]
            rows.append((heard.called(name), said))
    return rows


def _is_a_note(value: Any) -> bool:
    """Whether it says nothing to a person: nothing at all, a mark, a digest, or what was made into a text."""
    if isinstance(value, list):
        return not value or isinstance(value[0], Mapping)
    return value in (None, "") or isinstance(value, bool) or bool(DIGEST.fullmatch(str(value)))


def _in_chatwoot(one: CRMConnection, contact_id: int, conversation_id: int | None) -> str | None:
    if one.chatwoot_url is None:
        return None
    what = f"contacts/{contact_id}" if conversation_id is None else f"conversations/{conversation_id}"
    return f"{one.chatwoot_url}/app/accounts/{one.account_id}/{what}"


PLACES = (
    Place("/contacts", search),
    Place("/connections/{id:id}/contacts/{contact_id:id}", of_contact),
    Place("/connections/{id:id}/conversations/{conversation_id:id}", of_conversation),
)
