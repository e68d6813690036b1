"""What the settings can name of Chatwoot's records: a few things that are no attributes, and attributes.

``contact.KEY`` and ``conversation.KEY`` are what is listed here, else a custom attribute, else an
additional one, which Chatwoot or the channel wrote. ``additional.KEY`` is an additional one only: the
contact's, else the conversation's. So it is for mapped attributes, places in templates and filters alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmhost import Contact, Conversation

from .reading import is_empty

OF_CONTACT: Mapping[str, Callable[[Contact], Any]] = {
    "id": lambda contact: contact.id,
    "name": lambda contact: contact.name,
    "email": lambda contact: contact.email,
    "phone": lambda contact: contact.phone,
    "identifier": lambda contact: contact.identifier,
    "company": lambda contact: contact.company,
    "labels": lambda contact: contact.labels,
}
OF_CONVERSATION: Mapping[str, Callable[[Conversation], Any]] = {
    "id": lambda conversation: conversation.id,
    "channel": lambda conversation: (conversation.channel or "").rpartition("::")[2],
    "inbox_id": lambda conversation: conversation.inbox_id,
    "status": lambda conversation: conversation.status,
    "priority": lambda conversation: conversation.priority,
    "team": lambda conversation: conversation.team,
    "assignee": lambda conversation: conversation.assignee,
    "labels": lambda conversation: conversation.labels,
    "created_at": lambda conversation: conversation.created_at,
    "first_reply_at": lambda conversation: conversation.first_reply_at,
}


def is_at_hand(source: str, contact: Contact, conversation: Conversation | None) -> bool:
    """Whether there is a record to read from: a contact's own event brings no conversation along."""
    scope, _, key = source.partition(".")
    if conversation is not None or scope == "contact":
        return True
    return scope == "additional" and _under(contact.additional_attributes, key) is not None


def source_value(source: str, contact: Contact, conversation: Conversation | None) -> Any:
    """Return what Chatwoot holds there; None where it holds nothing."""
    scope, _, key = source.partition(".")
    if scope == "additional":
        value = _under(contact.additional_attributes, key)
        return value if value is not None or conversation is None else _additional(conversation, key)
    if scope == "contact":
        return OF_CONTACT[key](contact) if key in OF_CONTACT else attribute_of(contact, key)
    if conversation is None:
        return None
    return OF_CONVERSATION[key](conversation) if key in OF_CONVERSATION else attribute_of(conversation, key)


def attribute_of(record: Contact | Conversation, key: str) -> Any:
    """Return the custom attribute of this key, or the additional one where that says nothing."""
    value = _under(record.custom_attributes, key)
    return _additional(record, key) if is_empty(value) else value


def _additional(record: Contact | Conversation, key: str) -> Any:
    return _under(record.additional_attributes, key)


def _under(attributes: Mapping[str, Any], key: str) -> Any:
    """Return the value of a key, or of ``social_profiles.twitter`` the one inside."""
    if key in attributes:
        return attributes[key]
    name, dot, rest = key.partition(".")
    inner = attributes.get(name) if dot else None
    return _under(inner, rest) if isinstance(inner, Mapping) else None
