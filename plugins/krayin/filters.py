"""Which customers and conversations are brought to Krayin: not every inbox is sales."""

from __future__ import annotations

from crmhost import Contact, Conversation

from .settings import KrayinSettings


def unwanted(settings: KrayinSettings, contact: Contact, conversation: Conversation | None) -> str:
    """Return why a customer who is not in Krayin yet is not brought there; "" where they are."""
    del settings, contact, conversation
    return ""
