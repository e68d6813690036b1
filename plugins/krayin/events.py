"""What each event of a conversation does, one step after another: its lead, its note, its lead's stage."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from crmhost import Conversation, Outcome

from .conversations import note_created, note_resolved
from .desk import Desk


def conversation_created(desk: Desk, conversation: Conversation) -> Outcome:
    """A conversation began."""
    return note_created(desk, conversation)


def conversation_resolved(desk: Desk, conversation: Conversation) -> Outcome:
    """A conversation was resolved."""
    return note_resolved(desk, conversation)


def conversation_changed(desk: Desk, conversation: Conversation, changed: AbstractSet[str]) -> Outcome:
    """Something of a conversation changed that the settings have a rule for."""
    del desk, changed
    return Outcome(ignored=f"No rule is about conversation {conversation.id}.")
