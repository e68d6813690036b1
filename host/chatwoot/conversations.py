"""Chatwoot's conversations and their messages. Ids are display ids: an account's own, as its people see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..models import Conversation, Message
from .pages import Page, page_of, rows_of_pages
from .transport import Row, read, rows_of

if TYPE_CHECKING:
    from .transport import Transport

LAST_USED_FIRST = "last_activity_at_desc"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Conversations:
    """The resource ``conversations`` of an account."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def one(self, conversation_id: int) -> Conversation | None:
        """Return a conversation; None where it is gone."""
        row = self.row(conversation_id)
        return None if row is None else read(Conversation, row, f"conversation {conversation_id}")

    def row(self, conversation_id: int) -> Row | None:
        """Return a conversation as Chatwoot shows it; None where it is gone."""
        found: Row | None = self._transport.get(f"/conversations/{conversation_id}")
        return found

    def updated_within(self, seconds: int) -> list[Row]:
        """Return all conversations that changed in the last seconds, whatever their status; not paged."""
        return self._list({"status": "all", "updated_within": seconds}).rows

    def rows(self) -> Iterator[Row]:
        """Yield all conversations, the last used first, 25 a request (a setting of the server), each once."""
        return rows_of_pages(self.page)

    def page(self, number: int, sort: str = LAST_USED_FIRST) -> Page:
        """Return a page of all conversations, whatever their status."""
        return self._list({"status": "all", "sort_by": sort, "page": number})

    def messages(self, conversation_id: int) -> tuple[Message, ...]:
        """Return all messages, the oldest first, private ones and Chatwoot's own notes included.

        ``after=id`` brings a hundred at once; without it there are the newest twenty only.
        """
        messages: dict[int, Message] = {}
        last = 0
        while rows := self._messages(conversation_id, {"after": last}):
            what = f"conversation {conversation_id}"
            page = [read(Message, row, f"message {row.get('id')} of {what}") for row in rows]
            messages |= {message.id: message for message in page}
            newest = max(message.id for message in page)
            if newest <= last:
                break
            last = newest
        return tuple(sorted(messages.values(), key=lambda one: (one.created_at or _LONG_AGO, one.id)))

    def _messages(self, conversation_id: int, asked: Mapping[str, Any]) -> list[Row]:
        return rows_of(self._transport.get(f"/conversations/{conversation_id}/messages", asked), "payload")

    def _list(self, asked: Mapping[str, Any]) -> Page:
        said = self._transport.get("/conversations", asked)
        return page_of(said.get("data") if isinstance(said, dict) else None, "meta", "all_count")
