"""Activities: what happened with a lead or person; ours are notes.

A note is ``{"id", "type": "note", "title", "comment", "additional": {…} or null}``. ``comment`` is shown
as HTML. What is written has ``additional`` as a JSON string, and ``lead_id`` or ``person_id``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .transport import Transport

ACTIVITIES = "/activities"


class Activities:
    """The activities of one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def titled(self, title: str) -> list[dict[str, Any]]:
        """Return the notes of this title, upper and lower case alike; a comma in it would mean «or»."""
        return self._transport.get(ACTIVITIES, {"title": title, "type": "note"})

    def create(self, activity: Mapping[str, Any]) -> dict[str, Any]:
        """Make a note for lead_id or else person_id; with an unknown one Krayin fails, yet makes it."""
        return self._transport.write("POST", ACTIVITIES, activity)

    def update(self, activity_id: int, activity: Mapping[str, Any]) -> dict[str, Any]:
        """Change what is named and leave the rest; lead_id and person_id add a link and never remove one."""
        return self._transport.write("PUT", f"{ACTIVITIES}/{activity_id}", activity)
