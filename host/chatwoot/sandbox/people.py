"""What can be done to contacts, and the events it raises."""

from __future__ import annotations

import re
import uuid
from typing import Any

from .failures import invalid, not_found
from .state import Contact, Json, State

E164 = re.compile(r"\+[1-9]\d{1,14}")
JSONB = ("additional_attributes", "custom_attributes")
COLUMNS = ("name", "email", "phone_number", "identifier", "blocked", *JSONB)
UNIQUE = ("email", "phone_number", "identifier")


class People:
    """The account's contacts."""

    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, contact_id: int) -> Contact:
        """Return a contact, or refuse as Chatwoot does."""
        if contact_id not in self._state.contacts:
            raise not_found()
        return self._state.contacts[contact_id]

    def create(self, *, inbox_id: int = 12, source_id: str | None = None, **values: Any) -> Contact:
        """Make a contact; a visitor of the widget has a name that was made up, and nothing else."""
        with self._state.lock:
            clean = self._clean(0, values)
            row = Contact(self._state.new_id("contacts"), clean.pop("name", None) or "snowy-sun-611")
            for name, value in clean.items():
                setattr(row, name, value)
            row.source_ids[inbox_id] = source_id or str(uuid.uuid4())
            row.created_at = row.updated_at = self._state.clock()
            self._state.contacts[row.id] = row
            self._state.raise_event("contact_created", "contacts", row.id)
            return row

    def update(self, contact_id: int, **values: Any) -> Contact:
        """Change a contact; both attribute columns are merged, one level deep."""
        with self._state.lock:
            row = self.get(contact_id)
            clean = self._clean(contact_id, values)
            for name in set(JSONB) & clean.keys():
                clean[name] = {**getattr(row, name), **clean[name]}
            return self._write(row, clean)

    def touch(self, contact_id: int) -> None:
        """Note that the customer was heard of: each of his messages does that (chatwoot#11973)."""
        self._write(self.get(contact_id), {"last_activity_at": self._state.clock()})

    def label(self, contact_id: int, labels: list[str]) -> None:
        """Replace a contact's labels; no webhook tells."""
        self.get(contact_id).labels = list(labels)

    def merge(self, base_id: int, mergee_id: int) -> Contact:
        """Make one contact of two: the mergee is destroyed, and no webhook says so.

        What the base has wins (actions/contact_merge_action.rb); conversations move without an event.
        """
        with self._state.lock:
            base, mergee = self.get(base_id), self.get(mergee_id)
            for talk in self._state.conversations.values():
                if talk.contact_id == mergee_id:
                    talk.contact_id = base_id
            del self._state.contacts[mergee_id]
            merged: Json = {}
            for name in COLUMNS:
                ours, theirs = getattr(base, name), getattr(mergee, name)
                merged[name] = _deep({**theirs}, ours) if isinstance(ours, dict) else ours or theirs
            return self._write(base, merged)

    def delete(self, contact_id: int) -> None:
        """Delete a contact with its conversations; no webhook says so."""
        with self._state.lock:
            self.get(contact_id)
            del self._state.contacts[contact_id]
            gone = [one.id for one in self._state.conversations.values() if one.contact_id == contact_id]
            for conversation_id in gone:
                del self._state.conversations[conversation_id]

    def _write(self, row: Contact, values: Json) -> Contact:
        changed = {}
        for name, new in values.items():
            old = getattr(row, name)
            if old != new:
                setattr(row, name, new)
                changed[name] = (old, new)
        if changed:
            before, row.updated_at = row.updated_at, self._state.clock()
            changed["updated_at"] = (before, row.updated_at)
            self._state.raise_event("contact_updated", "contacts", row.id, changed)
        return row

    def _clean(self, contact_id: int, values: Json) -> Json:
        """Return the columns among the values as Chatwoot keeps them; refuse what it refuses."""
        clean = {name: value for name, value in values.items() if name in COLUMNS}
        for name in UNIQUE:
            if name in clean:
                clean[name] = clean[name] or None
        if clean.get("email"):
            clean["email"] = clean["email"].lower()
        if clean.get("phone_number") and not E164.fullmatch(clean["phone_number"]):
            raise invalid("phone_number", "Phone number should be in e164 format")
        others = [one for one in self._state.contacts.values() if one.id != contact_id]
        for name in UNIQUE:
            if clean.get(name) and any(getattr(one, name) == clean[name] for one in others):
                raise invalid(name, f"{name.replace('_', ' ').capitalize()} has already been taken")
        return clean


def _deep(under: Json, over: Json) -> Json:
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(under.get(key), dict)
        under[key] = _deep(dict(under[key]), value) if both else value
    return under
