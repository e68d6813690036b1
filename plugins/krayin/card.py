"""The card beside a conversation: lead, person and organization as Krayin has them now, in two calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from html import unescape
from re import sub
from typing import Any

from crmhost import Card, CardAction, CardEvent, CardRecord, Choice

from .clients.leads import STAGE
from .desk import Desk
from .finders.leads import is_open
from .lead_making import lead_link
from .links import LEAD, ORGANIZATION, PERSON, ContactLinks
from .mappers.markup import one_line, shortened
from .settings import KrayinSettings

CREATE, MOVE = "create_lead", "move_lead"
"""The actions of the card."""
EVENTS = 5
"""Activities that are shown."""
LOG = "system"
"""The type of Krayin's own log of changes (recording 190)."""
TYPES: Mapping[str, str] = {
    "note": "Note",
    "call": "Call",
    "meeting": "Meeting",
    "lunch": "Lunch",
    "task": "Task",
    "email": "E-mail",
    "file": "File",
}
WORDS = 160
"""Bytes of an activity's text that are shown."""
SAID = (
    "Stage", "Value", "Owner", "Closes on", "E-mail", "Phone", "Job title",
    "Make a lead", "Stage of the lead",
    *TYPES.values(),
)  # fmt: skip
"""The names on the card, to be found in each language's sentences."""


def shown(desk: Desk, contact_id: int, conversation_id: int | None) -> Card | None:
    """Return the card; None where Krayin has neither person nor lead of the contact."""
    known, lead = ContactLinks(desk.links, contact_id), _lead(desk, contact_id, conversation_id)
    person = (lead or {}).get("person") or _person(desk, known)
    if lead:
        subject = (LEAD, lead["id"])
    elif person:
        subject = (PERSON, person["id"])
    else:
        return None
    return Card(
        tuple(_records(desk.settings, lead, person)),
        tuple(_events(desk.activities.of(*subject))),
        tuple(actions(desk.settings, lead)),
    )


def _lead(desk: Desk, contact_id: int, conversation_id: int | None) -> dict[str, Any] | None:
    link = lead_link(desk, contact_id, conversation_id)
    return desk.leads.get(link.id) if link.id is not None and not link.gone else None


def _person(desk: Desk, known: ContactLinks) -> dict[str, Any] | None:
    person = known.person
    return desk.persons.get(person.id) if person.id is not None and not person.gone else None


def actions(settings: KrayinSettings, lead: Mapping[str, Any] | None) -> Iterator[CardAction]:
    """Yield what the settings let agents do with this lead, or where there is none."""
    if settings.card_creates_leads and (lead is None or not is_open(lead, settings.closed_stage_ids)):
        yield CardAction(CREATE, "Make a lead")
    if settings.card_moves_leads and lead is not None:
        stages = [one for one in settings.facts.stages if one.pipeline_id == lead.get("lead_pipeline_id")]
        ordered = sorted(stages, key=lambda stage: stage.position)
        choices = tuple(Choice(str(stage.id), stage.name) for stage in ordered)
        if choices:
            yield CardAction(MOVE, "Stage of the lead", choices, str(lead.get(STAGE)))


def _records(
    settings: KrayinSettings, lead: Mapping[str, Any] | None, person: Mapping[str, Any] | None
) -> Iterator[CardRecord]:
    if lead:
        stages = {stage.id: stage.name for stage in settings.facts.stages}
        fields = {
            "Stage": stages.get(lead.get(STAGE) or 0),
            "Value": _number(lead.get("lead_value")),
            "Owner": (lead.get("user") or {}).get("name"),
            "Closes on": _moment(lead.get("expected_close_date")),
        }
        yield CardRecord(LEAD, str(lead["id"]), str(lead.get("title")), _there(fields))
    if person:
        fields = {
            "E-mail": _values(person.get("emails")),
            "Phone": _values(person.get("contact_numbers")),
            "Job title": person.get("job_title"),
        }
        yield CardRecord(PERSON, str(person["id"]), str(person.get("name")), _there(fields))
        if organization := person.get("organization"):
            yield CardRecord(ORGANIZATION, str(organization["id"]), str(organization.get("name")))


def _there(fields: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value) for name, value in fields.items() if value not in (None, ""))


def _values(rows: Any) -> str:
    return ", ".join(str(row["value"]) for row in rows or () if isinstance(row, dict) and row.get("value"))


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _events(rows: Iterable[Mapping[str, Any]]) -> Iterator[CardEvent]:
    """Yield the newest activities; what Krayin notes of changes by itself is left out."""
    told = [row for row in rows if row.get("type") != LOG]
    for row in sorted(told, key=lambda one: int(one["id"]), reverse=True)[:EVENTS]:
        kind = TYPES.get(str(row.get("type")), str(row.get("type")))
        words = one_line(row.get("title")) or _text(row.get("comment"))
        yield CardEvent(kind, _moment(row.get("created_at")), shortened(words, WORDS))


def _text(comment: object) -> str:
    """Return the words of a comment, which Krayin keeps as HTML; the page escapes them."""
    return one_line(unescape(sub(r"<[^>]*>", " ", str(comment or ""))))
