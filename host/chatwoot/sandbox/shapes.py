"""How Chatwoot shows its rows: shared by its REST answers (rest.py) and its webhooks (hooks.py)."""

from __future__ import annotations

from datetime import UTC, datetime

from .state import Contact, Conversation, Json, Message, State, User

AVATAR = "https://chat.example.com/rails/active_storage/representations/redirect/EXAMPLE/agent.png"
RECENT = 60.0


def seconds(moment: float | None) -> int | None:
    """Return a time as whole unix seconds."""
    return None if moment is None else int(moment)


def iso(moment: float | None) -> str | None:
    """Return a time as ISO 8601 with milliseconds."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def contact(row: Contact) -> Json:
    """Return the columns that every view of a contact has."""
    return {
        "additional_attributes": row.additional_attributes,
        "custom_attributes": row.custom_attributes,
        "email": row.email,
        "id": row.id,
        "identifier": row.identifier,
        "name": row.name,
        "phone_number": row.phone_number,
        "thumbnail": "",
        "blocked": row.blocked,
    }


def contact_as_sender(row: Contact | None) -> Json | None:
    """Return a contact as the sender of a message or a conversation."""
    return None if row is None else {**contact(row), "type": "contact"}


def user_as_sender(row: User | None, availability: str | None = None) -> Json | None:
    """Return an agent as the sender of a message; its address is not shown."""
    if row is None:
        return None
    return {
        "id": row.id,
        "name": row.name,
        "available_name": row.name.split()[0],
        "avatar_url": AVATAR,
        "type": "user",
        "availability_status": availability,
        "thumbnail": AVATAR,
    }


def sender(state: State, row: Message, availability: str | None = None) -> Json | None:
    """Return who wrote a message."""
    if row.kind == 0:
        return contact_as_sender(state.contacts.get(row.sender_id or 0))
    return user_as_sender(state.users.get(row.sender_id or 0), availability)


def pushed(state: State, row: Message) -> Json:
    """Return a message as a conversation carries it: all its columns, its type as a number."""
    talk = state.conversations[row.conversation_id]
    shown: Json = {
        "id": row.id,
        "content": row.content,
        "account_id": state.account["id"],
        "inbox_id": talk.inbox_id,
        "conversation_id": row.conversation_id,
        "message_type": row.kind,
        "created_at": int(row.created_at),
        "updated_at": iso(row.created_at),
        "private": row.private,
        "status": "sent",
        "source_id": None,
        "content_type": "text",
        "content_attributes": {"in_reply_to": None},
        "sender_type": None if row.sender_id is None else ("User" if row.kind else "Contact"),
        "sender_id": row.sender_id,
        "external_source_ids": {},
        "additional_attributes": {},
        "processed_message_content": row.content,
        "sentiment": {},
        "conversation": {
            "assignee_id": talk.assignee_id,
            "unread_count": unread(state, talk),
            "last_activity_at": int(talk.last_activity_at),
            "contact_inbox": {"source_id": source_id(state, talk)},
        },
        "sender": sender(state, row),
    }
    return {**shown, "attachments": row.attachments} if row.attachments else shown


def last_message(state: State, talk: Conversation) -> Message | None:
    """Return the last public message that is no note of Chatwoot's own."""
    said = [one for one in state.messages_of(talk.id) if one.kind != 2 and not one.private]
    return said[-1] if said else None


def unread(state: State, talk: Conversation) -> int:
    """Return how many messages of the customer's came after the last answer; ten at the most."""
    count = 0
    for one in reversed(state.messages_of(talk.id)):
        if one.kind == 1 and not one.private:
            break
        count += one.kind == 0
    return min(count, 10)


def source_id(state: State, talk: Conversation) -> str:
    """Return the customer's id in the conversation's channel."""
    row = state.contacts.get(talk.contact_id)
    return row.source_ids.get(talk.inbox_id, "") if row else ""


def channel(state: State, talk: Conversation) -> str | None:
    """Return such as ``Channel::WebWidget``."""
    kind: str | None = state.inboxes.get(talk.inbox_id, {}).get("channel_type")
    return kind
