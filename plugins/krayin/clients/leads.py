"""Leads: the chances to sell.

A lead is ``{"id", "title", "lead_pipeline_id", "lead_pipeline_stage_id", "closed_at", "person": {…} or
null}``, a person inside it as in ``persons``. What is written names the stage, and the person either as
``person_id`` or as ``person`` with its fields, which then is made along with its organization.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .search import exactly
from .transport import Transport

LEADS = "/leads"


class Leads:
    """The leads of one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, lead_id: int) -> dict[str, Any] | None:
        """Return the lead, or None; asked as a list, so that an unknown one is no error."""
        rows = self._transport.get(LEADS, {"id": lead_id})
        return next((row for row in rows if row.get("id") == lead_id), None)

    def of_person(self, person_id: int) -> list[dict[str, Any]]:
        """Return a person's leads, the newest first."""
        return self._transport.get(LEADS, {"person_id": person_id, "limit": 100})

    def titled(self, title: str) -> list[dict[str, Any]]:
        """Return the leads that may have this title; look again, wildcards bring others."""
        query = exactly(title=title)
        return self._transport.get(f"{LEADS}/search", query) if query else []

    def create(self, lead: Mapping[str, Any]) -> dict[str, Any]:
        """Make a lead, and the person nested in it. Without a stage Krayin fails."""
        return self._transport.write("POST", LEADS, lead)
