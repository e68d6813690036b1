"""Finding a conversation's activity by its reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..clients.activities import Activities


def find_activity(activities: Activities, reference: str) -> dict[str, Any] | None:
    """Find a conversation's activity by its reference, whatever type it was made as.

    Some Krayins ignore what they don't know in a search and list anything, so each row is looked at.
    """
    return next((row for row in activities.titled(reference) if _refers(row, reference)), None)


def _refers(activity: Mapping[str, Any], reference: str) -> bool:
    """Compare the title exactly, and our own activity's reference where it has one."""
    additional = activity.get("additional")
    ref = additional.get("ref", reference) if isinstance(additional, Mapping) else reference
    return activity.get("title") == reference and ref == reference
