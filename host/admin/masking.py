"""Showing what a webhook said: with personal data masked, and what it says is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..webhooks import NOISE
from .heard import called

MASK = "•••"
SHOWN = frozenset(
    (
        "event", "type", "channel", "status", "priority", "message_type", "content_type", "sender_type",
        "created_at", "updated_at", "last_activity_at", "timestamp", "waiting_since", "snoozed_until",
        "first_reply_created_at", "assignee_type", "availability_status", "labels", "file_type",
    )
)  # fmt: skip
"""The texts that say nothing of a person. All other texts are masked; numbers and yes or no are not."""
LONGEST = 200


def masked(value: Any, name: str = "") -> Any:
    """Return a payload with each text masked that could be somebody's."""
    if isinstance(value, Mapping):
        return {key: masked(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [masked(one, name) for one in value]
    return MASK if isinstance(value, str) and value and name not in SHOWN else value


def news(payload: Mapping[str, Any], *, mask: bool) -> Iterator[tuple[str, str, str]]:
    """Yield what a webhook says is new, field by field: name, value before, value now."""
    for item in payload.get("changed_attributes") or ():
        for name, change in item.items():
            before, now = change.get("previous_value"), change.get("current_value")
            yield from _field(name, before, now, mask=mask)


def _field(name: str, before: Any, now: Any, *, mask: bool) -> Iterator[tuple[str, str, str]]:
    """Yield a field; of one that has fields itself, those that differ."""
    if name in NOISE or before == now:
        return
    if isinstance(before, Mapping | None) and isinstance(now, Mapping | None) and (before or now):
        old, new = before or {}, now or {}
        for key in dict.fromkeys((*old, *new)):
            yield from _field(key, old.get(key), new.get(key), mask=mask)
        return
    shown = (masked(one, name) if mask else one for one in (before, now))
    yield (called(name), *(_short(one) for one in shown))  # type: ignore[misc]


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))[:LONGEST]
    return "" if value is None else str(value)[:LONGEST]
