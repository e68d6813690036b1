"""Reading Chatwoot's webhooks: what is it, does it mean anything. Nothing here does I/O."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .errors import DeliveryRefused
from .models import ADDRESSES, is_identifiable

Kind = Literal[
    "contact_created",
    "contact_updated",
    "conversation_created",
    "conversation_resolved",
    "conversation_changed",
]
EVENTS = (
    "contact_created",
    "contact_updated",
    "conversation_created",
    "conversation_updated",
    "conversation_status_changed",
    "conversation_typing_on",
    "conversation_typing_off",
    "message_created",
    "message_updated",
    "webwidget_triggered",
    "inbox_created",
    "inbox_updated",
)
"""The events that Chatwoot 4.x sends to an account's webhook; any other is counted as "unknown"."""

# Every incoming message moves a contact's last activity, and raises contact_updated (chatwoot#11973).
NOISE = frozenset({"last_activity_at", "updated_at"})
TOLD = ("name", *ADDRESSES, "additional_attributes", "custom_attributes")
"""What both a webhook and the API say of a contact."""
CHANGE_OF = {
    "assignee_agent_bot_id": "assignee",
    "assignee_id": "assignee",
    "cached_label_list": "labels",
    "custom_attributes": "custom_attributes",
    "first_reply_created_at": "first_reply",
    "label_list": "labels",
    "priority": "priority",
    "status": "status",
    "team_id": "team",
}
"""Our name (one of CHANGES) for the attribute of a conversation that Chatwoot says is new."""


@dataclass(frozen=True)
class Event:
    """What a webhook body is: its event, and where it means work, for whom and how new it is."""

    name: str
    """Chatwoot's word, or "unknown"."""
    kind: Kind | None = None
    """None where nothing is to be done: the event is counted, not stored."""
    contact_id: int = 0
    conversation_id: int | None = None
    version: float | None = None
    """When the record was in this state, in unix seconds: 0 at its creation, None where not said."""
    changed: frozenset[str] = frozenset()
    """Of a changed conversation what is new, some of CHANGES: it is stored only where a rule needs that."""
    told: str | None = None
    """Of a contact a digest of what is said of it (``told_of``)."""
    contact: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """The contact, as it is shown here."""


def parse(body: bytes) -> dict[str, Any]:
    """Return the body as a JSON object, or refuse it."""
    try:
        payload = _READER.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise DeliveryRefused("not_json", "The body is not JSON.") from error
    if not isinstance(payload, dict) or not isinstance(payload.get("event"), str):
        raise DeliveryRefused("unreadable", "The body is not a Chatwoot webhook: it names no event.")
    return payload


def _no_number(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(name)


# Made once: made anew for each body they take as long as the reading.
_READER = json.JSONDecoder(parse_constant=_no_number)
_WRITER = json.JSONEncoder(sort_keys=True)


def classify(payload: Mapping[str, Any]) -> Event:
    """Say what a webhook means; refuse one whose record cannot be told."""
    name = payload["event"]
    if name not in EVENTS:
        return Event("unknown")
    try:
        if name in {"contact_created", "contact_updated"}:
            return _contact_event(name, payload)
        if name == "conversation_created":
            return _conversation_event(name, "conversation_created", payload)
        changed = changes(payload)  # of one that is resolved too: they are read when it is applied
        if _resolves(name, payload):
            return _conversation_event(name, "conversation_resolved", payload)
        if changed:
            return _conversation_event(name, "conversation_changed", conversation_in(payload), changed)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise DeliveryRefused("unreadable", f"The {name} does not say which record it is about.") from error
    return Event(name)


def _contact_event(name: Kind, payload: Mapping[str, Any]) -> Event:
    """Read a contact's event; one of an anonymous visitor, or of mere activity, means no work."""
    changed = changed_attributes(payload)
    if not is_identifiable(payload) or (changed and changed.keys() <= NOISE):
        return Event(name)
    created = 0.0 if name == "contact_created" else None
    moment = changed.get("updated_at")
    version = datetime.fromisoformat(moment).timestamp() if isinstance(moment, str) else created
    return Event(name, name, _identity(payload["id"]), None, version, told=told_of(payload), contact=payload)


def told_of(contact: Mapping[str, Any]) -> str:
    """Return a digest of what Chatwoot says of a contact, in a webhook or by its API.

    What was received is compared by it with what there is, long after the payload was forgotten.
    """
    said = [contact.get(name) or None for name in TOLD]
    return hashlib.sha256(_WRITER.encode(said).encode()).hexdigest()


def _conversation_event(
    name: str, kind: Kind, payload: Mapping[str, Any], changed: frozenset[str] = frozenset()
) -> Event:
    sender = payload["meta"]["sender"]
    version = payload.get("updated_at")
    return Event(
        name,
        kind,
        _identity(sender["id"]),
        _identity(payload["id"]),
        _finite(version),
        changed,
        contact=sender,
    )


def _finite(version: object) -> float | None:
    """Return a time that Chatwoot says; 1e999 is infinity to Python, and nothing would be newer."""
    moment = float(version) if isinstance(version, int | float) else math.nan
    return moment if math.isfinite(moment) else None


def _identity(value: object) -> int:
    """Return a record's id; Chatwoot's are positive integers of 8 bytes."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ValueError(value)
    return value


def _resolves(name: str, payload: Mapping[str, Any]) -> bool:
    """Whether this event says that the conversation was resolved.

    conversation_status_changed carries ``changed_attributes: null`` (chatwoot 4.x), so its status
    decides; conversation_updated comes for many reasons, so there the status must have changed.
    """
    if payload.get("status") != "resolved":
        return False
    return name == "conversation_status_changed" or (
        name == "conversation_updated" and "status" in changed_attributes(payload)
    )


def changes(payload: Mapping[str, Any]) -> frozenset[str]:
    """Return what an event says is new of a conversation, some of CHANGES; nothing for any other event.

    A message is new whoever wrote it, also a private note: what of them is wanted is the plugin's to say.
    """
    match payload.get("event"):
        case "message_created":
            return frozenset({"message"})
        case "conversation_status_changed":  # whose changed_attributes is null
            named = {"status"}
        case "conversation_updated":
            named = set()
        case _:
            return frozenset()
    return frozenset(named | {CHANGE_OF[key] for key in changed_attributes(payload) if key in CHANGE_OF})


def as_changed(row: Mapping[str, Any], changed: Collection[str]) -> dict[str, Any]:
    """Return a conversation of Chatwoot's API as the webhook that says these are new of it."""
    names: list[dict[str, Any]] = [{name: {}} for name, ours in CHANGE_OF.items() if ours in changed]
    return {**row, "event": "conversation_updated", "changed_attributes": names}


def conversation_in(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conversation that an event is about, in the shape of its own webhooks.

    A message's webhook holds the conversation inside it: the message becomes that one's only one.
    """
    if payload.get("event") != "message_created":
        return dict(payload)
    message = {key: value for key, value in payload.items() if key != "conversation"}
    return {**payload["conversation"], "messages": [message]}


def changed_attributes(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the new value of each changed attribute; {} where the event does not say.

    Chatwoot sends a list of objects with one key each: ``[{"name": {"previous_value": …,
    "current_value": …}}, …]``, or null.
    """
    changed: dict[str, Any] = {}
    for item in payload.get("changed_attributes") or ():
        changed |= {key: value.get("current_value") for key, value in item.items()}
    return changed
