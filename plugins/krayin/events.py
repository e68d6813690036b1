"""What each event of a conversation does, one step after another: its lead, its note, its lead's stage."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from crmhost import Conversation, Outcome

from .conversations import note_created, note_resolved
from .desk import Desk
from .settings import KrayinSettings
from .tags import tag_conversation


def wanted(settings: KrayinSettings) -> frozenset[str]:
    """Return the changes of a conversation that these settings have a rule for."""
    return frozenset({"labels"}) if settings.sync_tags != "none" else frozenset()


def conversation_created(desk: Desk, conversation: Conversation) -> Outcome:
    """A conversation began."""
    return note_created(desk, conversation) + tag_conversation(desk, conversation)


def conversation_resolved(desk: Desk, conversation: Conversation) -> Outcome:
    """A conversation was resolved."""
    return note_resolved(desk, conversation) + tag_conversation(desk, conversation)


def conversation_changed(desk: Desk, conversation: Conversation, changed: AbstractSet[str]) -> Outcome:
    """Something of a conversation changed that the settings have a rule for."""
    if "labels" in changed and (tagged := tag_conversation(desk, conversation)).changes:
        return tagged
    return Outcome(ignored=f"No rule is about conversation {conversation.id}.")
