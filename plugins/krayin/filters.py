"""Which customers and conversations are brought to Krayin: not every inbox is sales."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmhost import Contact, Conversation

from .mappers.reading import NO, YES
from .mappers.sources import source_value
from .settings import KrayinSettings


def unwanted(settings: KrayinSettings, contact: Contact, conversation: Conversation | None) -> str:
    """Return why a customer who is not in Krayin yet is not brought there; "" where they are.

    Without a conversation, one that qualifies is waited for, if it takes one.
    """
    for name, wanted in settings.only_attributes.items():
        if not _is(source_value(f"contact.{name}", contact, None), wanted):
            return f"Contact {contact.id} has not the attribute {name}={wanted}."
    if conversation is not None:
        return unwanted_conversation(settings, conversation, contact.labels)
    wait = f"Contact {contact.id} waits for a conversation"
    if settings.only_inboxes:
        return f"{wait} in inbox {_one_of(settings.only_inboxes)}."
    if settings.only_labels and not _labelled(settings, contact.labels):
        return f"{wait} with the label {_one_of(settings.only_labels)}."
    return ""


def unwanted_conversation(
    settings: KrayinSettings, conversation: Conversation, customer_labels: Iterable[str] = ()
) -> str:
    """Return why a conversation is none of Krayin's business; "" where it is."""
    if settings.only_inboxes and conversation.inbox_id not in settings.only_inboxes:
        inboxes = _one_of(settings.only_inboxes)
        return f"Conversation {conversation.id} is in inbox {conversation.inbox_id}, not in {inboxes}."
    if settings.only_labels and not _labelled(settings, (*conversation.labels, *customer_labels)):
        return f"Conversation {conversation.id} has not the label {_one_of(settings.only_labels)}."
    return ""


def _labelled(settings: KrayinSettings, labels: Iterable[str]) -> bool:
    return not {_folded(label) for label in settings.only_labels}.isdisjoint(map(_folded, labels))


def _is(value: object, wanted: str) -> bool:
    """Whether an attribute has this value, in any case; of a list, whether an entry has."""
    if isinstance(value, list | tuple):
        return any(_is(one, wanted) for one in value)
    if isinstance(value, bool):
        return _folded(wanted) in (YES if value else NO)
    return _folded(value) == _folded(wanted)


def _folded(value: object) -> str:
    return "" if value is None else str(value).strip().casefold()


def _one_of(values: Sequence[object]) -> str:
    """Return ``7``, ``7 or 8``, ``7, 8 or 9``."""
    *others, last = map(str, values)
    return f"{', '.join(others)} or {last}" if others else last
