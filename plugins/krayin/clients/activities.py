"""Activities: what happened with a lead or person; ours are notes, unless the settings say otherwise.

An activity is ``{"id", "type", "title", "comment", "additional": {…} or null, "is_done": 0|1, …}``.
``comment`` is shown as HTML. What is written has ``additional`` as a JSON string, ``lead_id`` or
``person_id``, and for all types but note ``schedule_from`` and ``schedule_to``.
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
        """Return the activities of this title, of any type, upper and lower case alike.

        A comma in it would mean «or».
        """
        return self._transport.get(ACTIVITIES, {"title": title})

    def of(self, kind: str, record_id: int) -> list[dict[str, Any]]:
        """Return what happened with a ``lead`` or ``person``, Krayin's own log of changes among it."""
        path = "/leads" if kind == "lead" else "/contacts/persons"
        return self._transport.get(f"{path}/{record_id}/activities")

    def create(self, activity: Mapping[str, Any]) -> dict[str, Any]:
        """Make an activity for lead_id or else person_id; with an unknown one Krayin fails, yet makes it.

        A meeting at a time that is taken is refused; it is made as done only where it is a note.
        """
        return self._transport.write("POST", ACTIVITIES, activity)

    def update(self, activity_id: int, activity: Mapping[str, Any]) -> dict[str, Any]:
        """Change what is named and leave the rest; lead_id and person_id add a link and never remove one."""
        return self._transport.write("PUT", f"{ACTIVITIES}/{activity_id}", activity)

    def remove(self, activity_id: int) -> None:
        """Delete an activity."""
        self._transport.do("DELETE", f"{ACTIVITIES}/{activity_id}")
