"""Chatwoot's attributes as Krayin's, by the mapping in the settings."""

from __future__ import annotations

from typing import Any

from crmhost import Contact, Conversation

from ..settings import Entity, KrayinSettings


def attribute_values(
    settings: KrayinSettings, entity: Entity, contact: Contact, conversation: Conversation | None = None
) -> dict[str, Any]:
    """Return what the mapped attributes of a person or lead are to be, by Krayin's code."""
    del settings, entity, contact, conversation
    return {}
