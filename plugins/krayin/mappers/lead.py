"""A customer's lead in Krayin's words: made, followed, and resent without losing what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..settings import KrayinSettings
from .markup import one_line, shortened
from .merge import merge
from .template import amount, description, filled, title

FOLLOWED = {"title": "title", "description": "description", "value": "lead_value"}
"""What of a lead follows Chatwoot, by our names: Krayin's."""
SHOWN = 100
"""Bytes that are shown of what is no value."""


@dataclass(frozen=True)
class Place:
    """Where a new lead goes."""

    stage_id: int | None
    source_id: int | None
    type_id: int | None


@dataclass(frozen=True)
class Following:
    """What is to be written into a lead, what is agreed on without a write, and what a person should know."""

    changes: dict[str, Any]
    agreed: dict[str, str]
    notes: tuple[str, ...]


def place_of(settings: KrayinSettings, inbox_id: int | None) -> Place:
    """Return where a lead goes that comes from this inbox; of a pipeline alone, its first open stage."""
    own = settings.leads_by_inbox.get(inbox_id) if inbox_id is not None else None
    if own is None:
        return Place(settings.stage_id, settings.source_id, settings.type_id)
    stage_id = own.stage_id or first_stage(settings, own.pipeline_id) or settings.stage_id
    return Place(stage_id, own.source_id or settings.source_id, own.type_id or settings.type_id)


def first_stage(settings: KrayinSettings, pipeline_id: int | None) -> int | None:
    """Return a pipeline's first stage that is not won or lost, as far as setup knows them."""
    stages = [
        stage
        for stage in settings.facts.stages
        if stage.pipeline_id == pipeline_id and not settings.is_closed(stage)
    ]
    return min(stages, key=lambda stage: stage.position).id if stages else None


def texts_of(settings: KrayinSettings, known: Mapping[str, str], name: str) -> dict[str, str]:
    """Return a lead's title, which it must have, and its description and value, where they are brought."""
    brings = {field: settings.rule(f"lead_{field}") != "never" for field in FOLLOWED}
    return {
        "title": title(settings.lead_title, known, name),
        "description": description(settings.lead_description, known) if brings["description"] else "",
        "value": (amount(filled(settings.lead_value, known)) or "0") if brings["value"] else "0",
    }


def value_problem(settings: KrayinSettings, known: Mapping[str, str]) -> str:
    """Return in a clause why a lead's value can't be brought; "" where it can, or is not to be."""
    said = filled(settings.lead_value, known)
    if amount(said) is not None or settings.rule("lead_value") == "never":
        return ""
    return f"«{one_line(shortened(said, SHOWN))}» is no value for a lead in Krayin"


def texts_to_lead(
    texts: Mapping[str, str],
    *,
    stage_id: int | None,
    source_id: int | None = None,
    type_id: int | None = None,
    person: Mapping[str, Any] | None = None,
    person_id: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the payload that makes a lead, with its person made along, known, or none at all.

    ``texts`` are title, description and value; ``more`` is an owner and attributes.
    """
    lead: dict[str, Any] = {
        "title": texts["title"],
        "description": texts["description"] or None,
        "lead_value": as_number(texts["value"]),
        "lead_source_id": source_id,
        "lead_type_id": type_id,
        "lead_pipeline_stage_id": stage_id,
        "person": dict(person) if person else None,
        "person_id": person_id,
        **(more or {}),
    }
    return {name: value for name, value in lead.items() if value is not None}


def reach_of(said: Mapping[str, str], *, company: bool) -> str:
    """Return how to reach a customer whom only the lead tells of, with the company or without."""
    names = ("email", "phone", "company") if company else ("email", "phone")
    return ", ".join(filter(None, (said.get(name, "") for name in names)))


def as_number(value: str) -> int | str:
    """Return a value as Krayin takes it; a fraction as text, which stays exact (recording 291)."""
    return int(value) if value.isdigit() else value


def follow(
    settings: KrayinSettings, written: Mapping[str, Any], ours: Mapping[str, str], lead: Mapping[str, Any]
) -> Following:
    """Compare what the lead is to say with what we last wrote and with what it says in Krayin.

    A value of 0 counts as none: Krayin wants one where nobody has thought of it yet.
    """
    changes: dict[str, Any] = {}
    agreed: dict[str, str] = {}
    notes = []
    seen = written.get("seen", {})
    for name, column in FOLLOWED.items():
        theirs = _theirs(name, lead.get(column))
        if theirs == ours[name]:
            agreed[name] = ours[name]
        rule = settings.rule(f"lead_{name}")
        if name in seen and seen[name] == ours[name] and rule != "chatwoot_wins":
            continue
        base = written.get(name)
        verdict = merge(
            rule,
            base=None if base is None else _weighed(name, base),
            ours=_weighed(name, ours[name]),
            theirs=_weighed(name, theirs),
        )
        if verdict == "write":
            changes[column] = as_number(ours[name]) if name == "value" else ours[name]
        elif verdict == "theirs" and base is not None:
            notes.append(f"The lead's {name} stays: it was changed in Krayin.")
    return Following(changes, agreed, tuple(notes))


def lead_to_resend(lead: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a PUT of a lead must repeat for it to stay, without its dates.

    Products that are left out are deleted (recording 593); they are kept when keyed by their row (546).
    On rest-api 2.2.0 a lead without its stage jumps to the first one.
    """
    owner, person = lead.get("user"), lead.get("person")
    body = {
        "title": lead.get("title"),
        "description": lead.get("description"),
        "lead_value": lead.get("lead_value"),
        "lead_source_id": lead.get("lead_source_id"),
        "lead_type_id": lead.get("lead_type_id"),
        "lead_pipeline_stage_id": lead.get("lead_pipeline_stage_id"),
        "user_id": owner.get("id") if isinstance(owner, Mapping) else None,
        "person_id": person.get("id") if isinstance(person, Mapping) else None,
        "products": _products(lead.get("lead_products")),
    }
    # What is null is left out, and stays: said, it would be refused (recordings 275-281).
    return {name: value for name, value in body.items() if value not in (None, {})}


def _products(rows: object) -> dict[str, dict[str, Any]]:
    products = {}
    for row in rows if isinstance(rows, list) else []:
        product = row.get("product") or {}
        said = {"product_id": product.get("id"), "name": product.get("name")}
        said |= {"price": row.get("price"), "quantity": row.get("quantity")}
        products[str(row["id"])] = {name: value for name, value in said.items() if value is not None}
    return products


def _theirs(name: str, value: object) -> str:
    if name == "value":
        return amount(value) or "0"
    return str(value or "").replace("\r\n", "\n").strip()


def _weighed(name: str, text: str) -> str:
    """Return a text as it counts: nothing, where it is the value that a lead has for want of one."""
    return "" if name == "value" and text == "0" else text
