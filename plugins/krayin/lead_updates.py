"""A lead brought in step with Chatwoot: what is new there is written, and what the sales team changed stays.

With the lead's id we remember what of each field we last wrote (``title``, ``attributes`` …), what we
last wanted there (``seen``), what that was made of (``said``), and what of it had to wait (``owed``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .checkboxes import is_withheld
from .desk import Desk
from .edits import LeadEdit
from .links import ExternalId
from .mapped import due_attributes
from .mappers.lead import FOLLOWED, follow
from .mappers.wanted import Wanted

WITHHELD = "withheld"
"""That what was seen last was not written, since it would have reset checkboxes."""
OWED = "owed"
"""Which fields were not written, since Krayin takes none until the sales team moves the close date."""


def is_settled(desk: Desk, link: ExternalId, wanted: Wanted, *, lone: bool) -> bool:
    """Whether the lead has all that is wanted, or would not get it again."""
    written = link.written
    if written.get(OWED) or (written.get(WITHHELD) and not is_withheld(desk.settings, "leads")):
        return False
    return bool(written.get("seen") == wanted.all(lone=lone))


def settle(desk: Desk, link: ExternalId, wanted: Wanted, edit: LeadEdit, *, lone: bool) -> None:
    """Write what is new along with the edit's own changes, and remember what the lead says now."""
    now, written = wanted.all(lone=lone), dict(link.written)
    if written.pop(WITHHELD, False):
        written.pop("seen", None)
    owed = written.pop(OWED, ())
    written["seen"] = {name: text for name, text in written.get("seen", {}).items() if name not in owed}
    following = follow(desk.settings, written, now, edit.lead)
    attributes = _due_attributes(desk, written, wanted, edit)
    edit.changes = following.changes | attributes | edit.changes
    for sentence in following.notes:
        edit.note(sentence)
    made = edit.write()
    agreed = {name: now[name] for name, column in FOLLOWED.items() if column in made}
    ours = written.get("attributes", {}) | {code: attributes[code] for code in attributes if code in made}
    known = {"seen": now, "said": wanted.said, "attributes": ours}
    still = [name for name, column in FOLLOWED.items() if column in edit.overdue]
    waits = ({WITHHELD: True} if edit.withheld else {}) | ({OWED: still} if still else {})
    link.keep(edit.id, {**written, **following.agreed, **agreed, **known, **waits})


def _due_attributes(desk: Desk, written: Mapping[str, Any], wanted: Wanted, edit: LeadEdit) -> dict[str, Any]:
    """Return the mapped attributes to write, of those that Chatwoot has changed."""
    seen = written.get("seen", {}).get("attributes", {})
    news = {code: value for code, value in wanted.attributes.items() if seen.get(code) != value}
    due, stays = due_attributes(desk, "leads", edit.id, news, written.get("attributes", {}))
    for code in stays:
        edit.note(f"The lead's {code} stays: it was changed in Krayin.")
    return due
