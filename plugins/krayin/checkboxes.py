"""Attributes of the yes-or-no kind, which each write resets and no answer shows."""

from __future__ import annotations

from .desk import Desk
from .settings import Entity


def protect(desk: Desk, entity: Entity, record_id: int) -> dict[str, int] | None:
    """Return what must be resent with a write of this record; None where the write is to be withheld."""
    del record_id
    settings = desk.settings
    if not settings.protect_checkboxes or not settings.facts.checkboxes.get(entity):
        return {}
    return None
