"""Chatwoot's conversations and their messages. Ids are display ids: an account's own, as its people see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..models import Conversation, Message
from .transport import Row, read, rows_of

if TYPE_CHECKING:
    from .transport import Transport

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Conversations:
    """The resource ``conversations`` of an account."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def one(self, conversation_id: int) -> Conversation | None:
        """Return a conversation; None where it is gone."""
        row = self._transport.get(f"/conversations/{conversation_id}")
        return None if row is None else read(Conversation, row, f"conversation {conversation_id}")

    def updated_within(self, seconds: int) -> list[Row]:
        """Return all conversations that changed in the last seconds, whatever their status; not paged."""
        return self._list({"status": "all", "updated_within": seconds})

    def rows(self) -> Iterator[Row]:
        """Yield all conversations, the last used first, 25 a request (a setting of the server), each once."""
        seen: set[Any] = set()
        page = 1
        while True:
            asked = {"status": "all", "sort_by": "last_activity_at_desc", "page": page}
            new = [row for row in self._list(asked) if row.get("id") not in seen]
            if not new:
                return
            yield from new
            seen |= {row.get("id") for row in new}
            page += 1

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

    def _list(self, asked: Mapping[str, Any]) -> list[Row]:
        return rows_of(self._transport.get("/conversations", asked), "data", "payload")
