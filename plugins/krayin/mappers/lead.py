"""A Chatwoot contact as a lead in Krayin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmhost import Contact

from .contact import contact_to_fields


def contact_to_lead(
    contact: Contact,
    *,
    stage_id: int | None,
    source_id: int | None = None,
    type_id: int | None = None,
    person: Mapping[str, Any] | None = None,
    person_id: int | None = None,
    organizations: bool = True,
) -> dict[str, Any]:
    """Return the payload that makes a lead, with its person made along, known, or none at all."""
    fields = contact_to_fields(contact, organizations=organizations)
    lead: dict[str, Any] = {
        "title": fields["name"],
        "lead_value": 0,
        "lead_source_id": source_id,
        "lead_type_id": type_id,
        "lead_pipeline_stage_id": stage_id,
        "person": dict(person) if person else None,
        "person_id": person_id,
    }
    if not person and person_id is None:
        lead["description"] = _reach(fields)
    return {name: value for name, value in lead.items() if value is not None}


def _reach(fields: Mapping[str, str]) -> str:
    """Return how to reach a customer whom only the lead tells of."""
    return ", ".join(fields[name] for name in ("email", "phone", "organization") if name in fields)
