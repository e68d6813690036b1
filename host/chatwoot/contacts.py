"""Chatwoot's contacts: one with its labels, all of them, and what crmhost notes at one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..models import Contact
from .pages import Page, page_of, rows_of_pages
from .transport import Row, read

if TYPE_CHECKING:
    from .transport import Transport

OLDEST_FIRST = "created_at"
"""The order in which new contacts come last, so that pages do not shift while they are read."""


class Contacts:
    """The resource ``contacts`` of an account."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def one(self, contact_id: int) -> Contact | None:
        """Return a contact with its labels; None where it is gone."""
        row = self._row(contact_id)
        if row is None:
            return None
        # No version seen shows them with the contact (chatwoot#10434); one that does is asked once.
        labels = row["labels"] if "labels" in row else self._labels(contact_id)
        return read(Contact, {**row, "labels": labels}, f"contact {contact_id}")

    def exists(self, contact_id: int) -> bool:
        """Whether the contact is there."""
        return self._row(contact_id) is not None

    def rows(self, sort: str = OLDEST_FIRST, *, inboxes: bool = False) -> Iterator[Row]:
        """Yield all contacts that have an e-mail, a phone or an identifier, 15 a request, each once.

        ``inboxes`` brings ``contact_inboxes`` along.
        """
        return rows_of_pages(lambda number: self.page(number, sort, inboxes=inboxes))

    def page(self, number: int, sort: str = OLDEST_FIRST, *, inboxes: bool = False) -> Page:
        """Return a page of those contacts."""
        asked = {"page": number, "sort": sort, "include_contact_inboxes": str(inboxes).lower()}
        return page_of(self._transport.get("/contacts", asked), "meta", "count")

    def mirror(self, contact_id: int, ids: Mapping[str, str]) -> bool:
        """Add ids to ``additional_attributes.external``; return whether anything was written.

        The server merges one level of the attributes: ``external`` is replaced whole, so it is read first.
        """
        row = self._row(contact_id)
        if row is None:
            return False
        known = (row.get("additional_attributes") or {}).get("external")
        known = known if isinstance(known, dict) else {}
        if all(known.get(name) == value for name, value in ids.items()):
            return False
        body = {"additional_attributes": {"external": {**known, **ids}}}
        return self._transport.send("PUT", f"/contacts/{contact_id}", body) is not None

    def _row(self, contact_id: int) -> Row | None:
        found = self._transport.get(f"/contacts/{contact_id}")
        if found is None:
            return None
        payload: Row = found.get("payload", found)
        return payload

    def _labels(self, contact_id: int) -> list[Any]:
        found = self._transport.get(f"/contacts/{contact_id}/labels") or {}
        return list(found.get("payload") or ())
