"""Leads: the chances to sell.

A lead is ``{"id", "title", "lead_pipeline_id", "lead_pipeline_stage_id", "closed_at", "person": {…} or
null}``, a person inside it as in ``persons``. What is written names the stage, and the person either as
``person_id`` or as ``person`` with its fields, which then is made along with its organization.

There are three ways to change one, each losing something that is left out (mappers.lead, edits).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmhost import SetUpAgain

from .errors import Invalid, Missing
from .search import any_of, holding, with_text, words
from .transport import Transport

LEADS = "/leads"
STAGE = "lead_pipeline_stage_id"
CHOSEN = {"stage": STAGE, "source": "lead_source_id", "type": "lead_type_id"}
"""What the settings choose for new leads, and what Krayin calls it."""


class Leads:
    """The leads of one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, lead_id: int) -> dict[str, Any] | None:
        """Return the lead, or None."""
        return self._transport.one(LEADS, lead_id)

    def of_person(self, person_id: int) -> list[dict[str, Any]]:
        """Return a person's leads, the newest first; some Krayins ignore a filter and list anybody's."""
        rows = self._transport.get(LEADS, {"person_id": person_id, "limit": 100})
        return [row for row in rows if (row.get("person") or {}).get("id") == person_id]

    def titled(self, title: str) -> list[dict[str, Any]]:
        """Return the leads that may have this title, the newest first; look again, wildcards bring others."""
        query = any_of(title=words(title))
        newest = {"orderBy": "id", "sortedBy": "desc"}
        return self._transport.get(f"{LEADS}/search", query | newest) if query else []

    def referred_to(self, reference: str) -> list[dict[str, Any]]:
        """Return the leads with a text attribute that is this reference; no answer shows which one."""
        return self._transport.get(f"{LEADS}/search", with_text(reference)) if reference else []

    def holds(self, lead_id: int, column: str, value: object) -> bool:
        """Whether any attribute of the lead has this value in this column (``boolean_value`` …)."""
        rows = self._transport.get(f"{LEADS}/search", holding(lead_id, column, value))
        return any(row.get("id") == lead_id for row in rows)

    def create(self, lead: Mapping[str, Any]) -> dict[str, Any]:
        """Make a lead, and the person nested in it. Without a stage Krayin fails.

        Of all that a lead names, only an unknown stage is a 404.
        """
        try:
            return self._transport.write("POST", LEADS, lead)
        except (Missing, Invalid) as error:
            raise _explained(error, lead) from error

    def update(self, lead_id: int, lead: Mapping[str, Any]) -> dict[str, Any]:
        """Change a lead; what of stage, close date, products and checkboxes is left out is lost."""
        return self._change(f"{LEADS}/{lead_id}", lead)

    def edit(self, lead_id: int, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Change some fields, unchecked; a close date and checkboxes that are left out are lost."""
        return self._change(f"{LEADS}/attributes/edit/{lead_id}", fields)

    def move(self, lead_id: int, stage_id: int) -> dict[str, Any]:
        """Move a lead within its pipeline; its close date is lost, and nothing else."""
        return self._change(f"{LEADS}/stage/edit/{lead_id}", {STAGE: stage_id})

    def remove(self, lead_id: int) -> None:
        """Delete a lead, and with it its activities."""
        self._transport.do("DELETE", f"{LEADS}/{lead_id}")

    def _change(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._transport.write("PUT", path, body)
        except Invalid as error:
            raise _explained(error, body) from error


def _explained(error: Missing | Invalid, lead: Mapping[str, Any]) -> Exception:
    """Return what has the host look again where Krayin lacks what setup chose; else the error."""
    if isinstance(error, Missing):
        return _chosen_gone("stage", lead)
    wrong = next((name for name, field in CHOSEN.items() if field in error.errors), None)
    return _chosen_gone(wrong, lead) if wrong else error


def _chosen_gone(name: str, lead: Mapping[str, Any]) -> SetUpAgain:
    """Return the error that has the settings looked at again."""
    chosen = lead.get(CHOSEN[name], "none")
    return SetUpAgain(
        f"Krayin does not take the {name} that new leads are to have ({chosen}).",
        fix=f"Was it deleted in Krayin? Set {name}_id to one that is there.",
    )
