"""The API's calls about contacts."""

from __future__ import annotations

from collections.abc import Iterable

from . import rest
from .call import Call
from .state import Contact, Json

CONTACTS_A_PAGE = 15


def list_contacts(call: Call) -> Json:
    """Return a page of the contacts that have an e-mail, a phone or an identifier."""
    rows = [row for row in call.chatwoot.state.contacts.values() if _resolved(row)]
    return _contact_page(call, rows)


def search_contacts(call: Call) -> Json:
    """Return the contacts with this text in name, e-mail, phone or identifier."""
    wanted = call.params.get("q", "").lower()
    rows = [
        row
        for row in call.chatwoot.state.contacts.values()
        if any(wanted in (text or "").lower() for text in _searched(row))
    ]
    found = _contact_page(call, rows)
    found["meta"]["has_more"] = len(rows) > call.number("page", 1) * CONTACTS_A_PAGE
    return found


def _contact_page(call: Call, rows: list[Contact]) -> Json:
    sort = call.params.get("sort", "")
    column = sort.removeprefix("-")
    if column in {"email", "name", "phone_number", "last_activity_at", "created_at"}:
        known = [row for row in rows if getattr(row, column) is not None]
        known.sort(key=lambda row: getattr(row, column), reverse=sort.startswith("-"))
        rows = known + [row for row in rows if getattr(row, column) is None]
    inboxes = call.params.get("include_contact_inboxes", "true") == "true"
    shown = [
        rest.contact(call.chatwoot.state, row, inboxes=inboxes) for row in call.page(rows, CONTACTS_A_PAGE)
    ]
    return {
        "meta": {"count": len(rows), "current_page": call.params.get("page", 1)},
        "payload": shown,
    }


def _resolved(row: Contact) -> bool:
    return bool(row.email or row.phone_number or row.identifier)


def _searched(row: Contact) -> Iterable[str | None]:
    return (row.name, row.email, row.phone_number, row.identifier)


def show_contact(call: Call, contact_id: int) -> Json:
    """Return one contact."""
    return {"payload": rest.contact(call.chatwoot.state, call.chatwoot.contacts.get(contact_id))}


def make_contact(call: Call) -> Json:
    """Create a contact."""
    row = call.chatwoot.contacts.create(**call.body)
    shown = rest.contact(call.chatwoot.state, row)
    return {"payload": {"contact": shown, "contact_inbox": shown["contact_inboxes"][0]}}


def update_contact(call: Call, contact_id: int) -> Json:
    """Change a contact."""
    row = call.chatwoot.contacts.update(contact_id, **call.body)
    return {"payload": rest.contact(call.chatwoot.state, row)}


def delete_contact(call: Call, contact_id: int) -> Json:
    """Delete a contact."""
    call.administrators_only()
    call.chatwoot.contacts.delete(contact_id)
    return {}


def contact_labels(call: Call, contact_id: int) -> Json:
    """Return a contact's labels, replaced first where some are sent."""
    if "labels" in call.body:
        call.chatwoot.contacts.label(contact_id, call.body["labels"])
    return {"payload": call.chatwoot.contacts.get(contact_id).labels}


def merge_contacts(call: Call) -> Json:
    """Make one contact of two."""
    row = call.chatwoot.contacts.merge(call.body["base_contact_id"], call.body["mergee_contact_id"])
    return rest.contact(call.chatwoot.state, row)


def contact_conversations(call: Call, contact_id: int) -> Json:
    """Return the last twenty conversations of a contact."""
    state = call.chatwoot.state
    rows = [row for row in state.conversations.values() if row.contact_id == contact_id]
    return {"payload": [rest.conversation(state, row) for row in rows[-20:]]}
