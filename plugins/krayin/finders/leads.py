"""Finding a customer's lead: the person's newest open one, or one without a person that says the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..clients.leads import Leads

TELLING = ("title", "description", "lead_source_id")
"""What tells a lead without a person from another customer's."""


def find_open_lead(leads: Leads, person_id: int, closed_stage_ids: Collection[int]) -> dict[str, Any] | None:
    """Find the newest lead of a person that is neither won nor lost."""
    return next((row for row in leads.of_person(person_id) if is_open(row, closed_stage_ids)), None)


def find_referred_lead(leads: Leads, reference: str) -> dict[str, Any] | None:
    """Find the lead that has our reference, open or closed; None where there is none to look for."""
    return next(iter(leads.referred_to(reference)), None) if reference else None


def find_lone_lead(leads: Leads, ours: Mapping[str, Any]) -> dict[str, Any] | None:
    """Find the newest lead without a person that says what ours would; its stage may have changed."""
    said = {key: ours[key] for key in TELLING if key in ours}
    rows = (row for row in leads.titled(ours["title"]) if not row.get("person"))
    return next((row for row in rows if said.items() <= row.items()), None)


def find_own_lead(
    leads: Leads, ours: Mapping[str, Any], reference: str, is_nobodys: Callable[[int], bool]
) -> dict[str, Any] | None:
    """Find the lead that was made for one conversation: by its reference, or as one that nobody has.

    Where there is no reference it is a lead of the person's that is called as ours would be, and that
    no other record of ours is linked to.
    """
    if reference:
        return find_referred_lead(leads, reference)
    person_id = ours.get("person_id")
    if person_id is None:
        return find_lone_lead(leads, ours)
    rows = (row for row in leads.of_person(person_id) if row.get("title") == ours["title"])
    return next((row for row in rows if is_nobodys(row["id"])), None)


def is_open(lead: Mapping[str, Any], closed_stage_ids: Collection[int]) -> bool:
    """Whether a lead is neither won nor lost.

    Both are looked at: a lead that was moved in bulk is closed by its stage only.
    """
    return not lead.get("closed_at") and lead.get("lead_pipeline_stage_id") not in closed_stage_ids
