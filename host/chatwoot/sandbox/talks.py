"""What can be done to conversations, and the events it raises: noise and doubles as the real one has them."""

from __future__ import annotations

from typing import Any

from .failures import not_found
from .people import People
from .state import Conversation, Json, Message, State

INCOMING, OUTGOING, ACTIVITY, TEMPLATE = range(4)


class Talks:
    """The account's conversations."""

    def __init__(self, state: State, people: People) -> None:
        self._state = state
        self._people = people

    def get(self, conversation_id: int) -> Conversation:
        """Return a conversation, or refuse as Chatwoot does."""
        if conversation_id not in self._state.conversations:
            raise not_found()
        return self._state.conversations[conversation_id]

    def open(
        self, contact_id: int, said: str | None = None, *, inbox_id: int = 12, **values: Any
    ) -> Conversation:
        """Open a conversation, with the customer's first message if there is one."""
        with self._state.lock:
            self._people.get(contact_id)
            now = self._state.clock()
            row = Conversation(self._state.new_id("conversations"), contact_id, inbox_id, **values)
            row.created_at = row.updated_at = row.last_activity_at = now
            row.waiting_since = now if said is not None else None
            self._state.conversations[row.id] = row
            self._state.raise_event("conversation_created", "conversations", row.id)
            if said is not None:
                self.say(row.id, said)
            return row

    def say(self, conversation_id: int, content: str | None, **values: Any) -> Message:
        """Add a message of the customer's."""
        with self._state.lock:
            row = self.get(conversation_id)
            message = self._add(row, content, INCOMING, sender_id=row.contact_id, **values)
            if row.status in {"resolved", "snoozed"}:
                self.set_status(row.id, "open")
            if row.waiting_since is None:
                self._write(row, {"waiting_since": message.created_at})
            self._people.touch(row.contact_id)
            return message

    def answer(
        self, conversation_id: int, content: str | None, *, user_id: int = 7, private: bool = False
    ) -> Message:
        """Add a message of an agent's; a private one is a note that the customer does not see."""
        with self._state.lock:
            row = self.get(conversation_id)
            message = self._add(row, content, OUTGOING, sender_id=user_id, private=private)
            if not private:
                first = row.first_reply_at or message.created_at
                self._write(row, {"first_reply_at": first, "waiting_since": None})
            return message

    def set_status(self, conversation_id: int, status: str) -> Conversation:
        """Set the status; two events tell, and only the second one what it was before."""
        with self._state.lock:
            row = self.get(conversation_id)
            if row.status != status:
                self._write(row, {"status": status}, first="conversation_status_changed")
                self._add(row, f"Conversation was marked {status} by Sam Rivera", ACTIVITY)
            return row

    def resolve(self, conversation_id: int) -> Conversation:
        """Resolve a conversation."""
        return self.set_status(conversation_id, "resolved")

    def assign(self, conversation_id: int, user_id: int | None) -> None:
        """Give the conversation to an agent, or to nobody."""
        self._write(self.get(conversation_id), {"assignee_id": user_id})

    def label(self, conversation_id: int, labels: list[str]) -> None:
        """Replace the labels; the event comes twice (chatwoot#7402)."""
        self._write(self.get(conversation_id), {"labels": list(labels)}, times=2)

    def change(self, conversation_id: int, **values: Any) -> None:
        """Set priority, or replace ``custom_attributes`` whole."""
        self._write(self.get(conversation_id), values)

    def _add(self, row: Conversation, content: str | None, kind: int, **values: Any) -> Message:
        message = Message(self._state.new_id("messages"), row.id, content, kind, **values)
        message.created_at = row.last_activity_at = self._state.clock()
        self._state.add_message(message)
        if kind != ACTIVITY:
            self._state.raise_event("message_created", "messages", message.id)
        return message

    def _write(self, row: Conversation, values: Json, *, first: str = "", times: int = 1) -> None:
        with self._state.lock:
            changed = {name: (getattr(row, name), new) for name, new in values.items()}
            changed = {name: (old, new) for name, (old, new) in changed.items() if old != new}
            if not changed:
                return
            for name, (_, new) in changed.items():
                setattr(row, name, new)
            before, row.updated_at = row.updated_at, self._state.clock()
            changed["updated_at"] = (before, row.updated_at)
            if first:
                self._state.raise_event(first, "conversations", row.id)
            for _ in range(times):
                self._state.raise_event("conversation_updated", "conversations", row.id, changed)
