"""Webhook bodies: a flat object of the record as it is now, the event's name, and what changed."""

from __future__ import annotations

from typing import Any

from .shapes import (
    channel,
    contact,
    contact_as_sender,
    iso,
    last_message,
    pushed,
    seconds,
    source_id,
    unread,
    user_as_sender,
)
from .state import Change, Contact, Conversation, Event, Json, Message, State

COLUMN = {"labels": "label_list", "first_reply_at": "first_reply_created_at"}
"""Columns that Chatwoot calls otherwise."""
TIMES = ("updated_at", "last_activity_at", "first_reply_at", "waiting_since")
KINDS = ("incoming", "outgoing", "activity", "template")


def body_of(state: State, event: Event) -> Json | None:
    """Return the body of an event's webhook; None where its record is gone."""
    row: Any = getattr(state, event.table).get(event.id)
    if row is None or (isinstance(row, Message) and row.conversation_id not in state.conversations):
        return None
    show: Any = {"contacts": hooked_contact, "conversations": conversation, "messages": message}[event.table]
    body: Json = {**show(state, row), "event": event.name}
    if event.name.endswith(("_updated", "_status_changed")):
        body["changed_attributes"] = _changed(event.changed)
    return body


def hooked_contact(state: State, row: Contact) -> Json:
    """Return Contact#webhook_data: no labels, no times."""
    return {"account": state.account, **contact(row), "avatar": ""}


def conversation(state: State, row: Conversation) -> Json:
    """Return Conversations::EventDataPresenter#webhook_data."""
    last = last_message(state, row)
    assignee = user_as_sender(state.users.get(row.assignee_id or 0))
    return {
        "additional_attributes": row.additional_attributes,
        "can_reply": True,
        "channel": channel(state, row),
        "contact_inbox": {
            "id": 9000 + row.id,
            "contact_id": row.contact_id,
            "inbox_id": row.inbox_id,
            "source_id": source_id(state, row),
            "created_at": iso(row.created_at),
            "updated_at": iso(row.created_at),
            "hmac_verified": False,
            "pubsub_token": "EXAMPLEpubsubTOKEN000001",
        },
        "id": row.id,
        "inbox_id": row.inbox_id,
        "messages": [pushed(state, last)] if last else [],
        "labels": row.labels,
        "meta": {
            "sender": contact_as_sender(state.contacts.get(row.contact_id)),
            "assignee": assignee,
            "assignee_type": "User" if assignee else None,
            "team": None,
            "hmac_verified": False,
        },
        "status": row.status,
        "custom_attributes": row.custom_attributes,
        "snoozed_until": None,
        "unread_count": unread(state, row),
        "first_reply_created_at": iso(row.first_reply_at),
        "priority": row.priority,
        "waiting_since": seconds(row.waiting_since) or 0,
        "agent_last_seen_at": 0,
        "contact_last_seen_at": 0,
        "last_activity_at": int(row.last_activity_at),
        "timestamp": int(row.last_activity_at),
        "created_at": int(row.created_at),
        "updated_at": row.updated_at,
        "account": state.account,
    }


def message(state: State, row: Message) -> Json:
    """Return Message#webhook_data: its type as a word, its sender with an address."""
    talk = state.conversations[row.conversation_id]
    body: Json = {
        "account": state.account,
        "additional_attributes": {},
        "content_attributes": {"in_reply_to": None},
        "content_type": "text",
        "content": row.content,
        "conversation": conversation(state, talk),
        "created_at": iso(row.created_at),
        "id": row.id,
        "inbox": {"id": talk.inbox_id, "name": state.inboxes[talk.inbox_id]["name"]},
        "message_type": KINDS[row.kind],
        "private": row.private,
        "sender": _sender(state, row),
        "source_id": None,
    }
    return {**body, "attachments": row.attachments} if row.attachments else body


def _sender(state: State, row: Message) -> Json | None:
    if row.kind == 0:
        customer = state.contacts.get(row.sender_id or 0)
        return hooked_contact(state, customer) if customer else None
    user = state.users.get(row.sender_id or 0)
    return {"id": user.id, "name": user.name, "email": user.email, "type": "user"} if user else None


def _changed(changed: dict[str, Change] | None) -> list[Json] | None:
    """Return the list of objects with one key each; null where the event does not say."""
    if changed is None:
        return None
    return [
        {COLUMN.get(name, name): {"previous_value": _value(name, old), "current_value": _value(name, new)}}
        for name, (old, new) in changed.items()
    ]


def _value(name: str, value: Any) -> Any:
    return iso(value) if name in TIMES else value
