"""Deliveries in words: what came, what became of it and why, with which calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import CRMHostError
from ..store import attempts, contacts
from ..validation import validated
from .heard import translated
from .words import N_
from .words import gettext as _

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from ..house import House
    from ..store.connections import CRMConnection
    from ..store.contacts import Face

EVENTS = {
    "contact_created": N_("New contact"),
    "contact_updated": N_("Contact changed"),
    "conversation_created": N_("Conversation began"),
    "conversation_resolved": N_("Conversation resolved"),
    "conversation_changed": N_("Conversation changed"),
}
STATES = {
    "pending": (N_("waiting"), "wait"),
    "applied": (N_("applied"), "good"),
    "unchanged": (N_("nothing new"), "idle"),
    "superseded": (N_("superseded"), "idle"),
    "ignored": (N_("ignored"), "idle"),
    "dead": (N_("failed"), "bad"),
}
"""What a state is called, and how it is drawn."""
ACTIONS = {
    "created": N_("%(record)s was made"),
    "updated": N_("%(record)s was changed"),
    "linked": N_("%(record)s was found and linked"),
    "left": N_("%(record)s is as it should be"),
}
RECORDS = {
    "person": N_("Person %(id)s"),
    "lead": N_("Lead %(id)s"),
    "organization": N_("Organization %(id)s"),
    "activity": N_("Activity %(id)s"),
    "customer": N_("Customer %(id)s"),
    "note": N_("Note %(id)s"),
}
"""What a plugin's kinds of records are called."""


@dataclass(frozen=True)
class Touched:
    """A record of the CRM that a delivery touched: in words, with what the plugin noted, and where it is."""

    told: str
    note: str
    url: str | None


@dataclass(frozen=True)
class Happening:
    """A delivery, as a person reads it."""

    id: int
    connection_id: int
    contact_id: int
    conversation_id: int | None
    face: Face | None
    title: str
    state: str
    state_name: str
    mark: str
    reason: str
    fix: str
    touched: tuple[Touched, ...]
    calls: tuple[Mapping[str, Any], ...]
    attempts: int
    received_at: float
    finished_at: float | None
    by_reconcile: bool
    changes: tuple[tuple[str, str, str], ...] = field(default=())
    """What Chatwoot says is new: the field, its value before, and now."""

    @property
    def who(self) -> str:
        """What the contact is called."""
        named = self.face and (self.face.name or self.face.email or self.face.phone)
        return named or _("contact %(id)s", id=self.contact_id)


Urls = Callable[[str, str], str | None]


def urls_of(house: House, one: CRMConnection | None) -> Urls:
    """Return what says where a record of the CRM is opened; nowhere where the plugin cannot say."""
    try:
        plugin = house.plugins[one.plugin] if one else None
        settings = validated(plugin, one.settings) if plugin and one else None
    except CRMHostError:
        plugin = settings = None
    if plugin is None or settings is None:
        return lambda _kind, _id: None
    return lambda kind, remote_id: plugin.record_url(settings, kind, remote_id)


def happenings(
    tx: Connection,
    rows: Sequence[Row[Any]],
    urls: Mapping[int, Urls],
    changes: Mapping[int, Any] | None = None,
) -> list[Happening]:
    """Return these deliveries in words; ``changes`` by id where they were read."""
    faces = contacts.faces(tx, ((row.connection_id, row.contact_id) for row in rows))
    return [
        _happening(row, faces.get((row.connection_id, row.contact_id)), urls, (changes or {}).get(row.id, ()))
        for row in rows
    ]


def _happening(
    row: Row[Any], face: Face | None, urls: Mapping[int, Urls], changes: Iterable[Any]
) -> Happening:
    name, mark = STATES.get(row.state, (row.state, "idle"))
    outcome = row.outcome or {}
    return Happening(
        id=row.id,
        connection_id=row.connection_id,
        contact_id=row.contact_id,
        conversation_id=row.conversation_id,
        face=face,
        title=_(EVENTS.get(row.kind, row.kind)),
        state=row.state,
        state_name=_(name),
        mark=mark,
        reason=row.reason or "",
        fix=row.fix or "",
        touched=tuple(_touched(change, urls.get(row.connection_id)) for change in outcome.get("changes", ())),
        calls=tuple(outcome.get("calls", ())),
        attempts=row.attempts,
        received_at=row.received_at,
        finished_at=row.finished_at,
        by_reconcile=row.event == "reconcile",
        changes=tuple(changes),
    )


@dataclass(frozen=True)
class Tried:
    """An attempt that failed: when, why, and with which calls."""

    at: float
    reason: str
    fix: str
    calls: tuple[Mapping[str, Any], ...]


def tried(tx: Connection, delivery_ids: Iterable[int]) -> dict[int, list[Tried]]:
    """Return the last attempts that failed of each delivery, the newest first, by its id."""
    found: dict[int, list[Tried]] = {number: [] for number in delivery_ids}
    for row in attempts.kept(tx, *found):
        calls = tuple((row.outcome or {}).get("calls", ()))
        found[row.delivery_id].append(Tried(row.at, row.reason or "", row.fix or "", calls))
    return found


def count_of(told: Happening, failed: Sequence[Tried]) -> int:
    """Return how often a delivery was tried: one that is tried anew counts from its last beginning only."""
    ended = told.state not in {"pending", "superseded"}
    return max(told.attempts, len(failed) + ended)


def _touched(change: Mapping[str, Any], urls: Urls | None) -> Touched:
    record = record_name(change["kind"], change["remote_id"])
    told = _(ACTIONS.get(change["action"], "%(record)s"), record=record)
    return Touched(
        told, change.get("note") or "", urls(change["kind"], change["remote_id"]) if urls else None
    )


def record_name(kind: str, remote_id: str) -> str:
    """Return such as ``Person 7``."""
    return _(RECORDS[kind], id=remote_id) if kind in RECORDS else f"{translated(kind)} {remote_id}"
