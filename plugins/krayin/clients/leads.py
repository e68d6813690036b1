"""Leads: the chances to sell.

A lead is ``{"id", "title", "lead_pipeline_id", "lead_pipeline_stage_id", "closed_at", "person": {…} or
null}``, a person inside it as in ``persons``. What is written names the stage, and the person either as
``person_id`` or as ``person`` with its fields, which then is made along with its organization.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmhost import SettingsError

from .errors import Invalid, Missing
from .search import any_of, holding, words
from .transport import Transport

LEADS = "/leads"
CHOSEN = {"stage": "lead_pipeline_stage_id", "source": "lead_source_id", "type": "lead_type_id"}
"""What the settings choose for new leads, and what Krayin calls it."""


class Leads:
    """The leads of one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, lead_id: int) -> dict[str, Any] | None:
        """Return the lead, or None."""
        return self._transport.one(LEADS, lead_id)

    def of_person(self, person_id: int) -> list[dict[str, Any]]:
        """Return a person's leads, the newest first."""
        return self._transport.get(LEADS, {"person_id": person_id, "limit": 100})

    def titled(self, title: str) -> list[dict[str, Any]]:
        """Return the leads that may have this title, the newest first; look again, wildcards bring others."""
        query = any_of(title=words(title))
        newest = {"orderBy": "id", "sortedBy": "desc"}
        return self._transport.get(f"{LEADS}/search", query | newest) if query else []

    def holds(self, lead_id: int, column: str, value: object) -> bool:
        """Whether any attribute of the lead has this value in this column (``boolean_value`` …)."""
        rows = self._transport.get(f"{LEADS}/search", holding(lead_id, column, value))
        return any(row.get("id") == lead_id for row in rows)

    def create(self, lead: Mapping[str, Any]) -> dict[str, Any]:
        """Make a lead, and the person nested in it. Without a stage Krayin fails.

        A stage, source or type that Krayin no longer has is a setting to be changed; of all that a
        lead names, only an unknown stage is a 404.
        """
        try:
            return self._transport.write("POST", LEADS, lead)
        except Missing as error:
            raise _to_set("stage", lead) from error
        except Invalid as error:
            wrong = next((name for name, field in CHOSEN.items() if error.names(field)), None)
            if wrong is None:
                raise
            raise _to_set(wrong, lead) from error


def _to_set(name: str, lead: Mapping[str, Any]) -> SettingsError:
    """Return the error that sends a person to one of the settings."""
    chosen = lead.get(CHOSEN[name], "none")
    return SettingsError(
        f"Krayin does not take the {name} that new leads are to have ({chosen}).",
        fix=f"Was it deleted in Krayin? Set {name}_id to one that is there.",
    )
