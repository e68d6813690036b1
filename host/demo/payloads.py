"""Webhook bodies in Chatwoot's shape (4.15), made from a few words each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Payload = dict[str, Any]
BEGAN = datetime(2026, 6, 18, 9, 12, 41, tzinfo=UTC).timestamp()
"""When the demo's first event happened; later ones are given in seconds after it."""


def contact(contact_id: int, name: str, *, account: int = 3, **known: Any) -> Payload:
    """Return a contact; ``known`` holds email, phone_number, company_name, city, custom_attributes …"""
    columns = {key: known.pop(key, None) for key in ("email", "phone_number", "identifier")}
    custom = known.pop("custom_attributes", {})
    return {
        "account": {"id": account, "name": "Acme Support"},
        "additional_attributes": {**known, "created_at_ip": "203.0.113.24"},
        "avatar": "",
        "custom_attributes": custom,
        **columns,
        "id": contact_id,
        "name": name,
        "thumbnail": "",
        "blocked": False,
    }


def contact_created(person: Payload) -> Payload:
    """Return the webhook of a contact that was made."""
    return {**person, "event": "contact_created"}


def contact_updated(person: Payload, after: float, **before: Any) -> Payload:
    """Return the webhook of a contact that changed; ``before`` holds the old value of what changed."""
    changed = [_change(key, old, person.get(key)) for key, old in before.items()]
    changed.append(_change("updated_at", _iso(after - 1), _iso(after)))
    return {**person, "event": "contact_updated", "changed_attributes": changed}


def activity_only(person: Payload, after: float) -> Payload:
    """Return the contact_updated that Chatwoot sends after every incoming message."""
    update = contact_updated(person, after)
    update["changed_attributes"].insert(0, _change("last_activity_at", _iso(after - 60), _iso(after)))
    return update


def conversation(
    conversation_id: int, person: Payload, after: float, *, status: str = "open", said: str = "", **more: Any
) -> Payload:
    """Return a conversation in the widget, with its last message; ``after`` says when it changed."""
    moment = BEGAN + after
    sender = {key: value for key, value in person.items() if key not in {"account", "avatar"}}
    return {
        "additional_attributes": {"referer": "https://shop.example.com/pricing"},
        "can_reply": True,
        "channel": "Channel::WebWidget",
        "contact_inbox": {"id": 9_000 + conversation_id, "contact_id": person["id"], "inbox_id": 12},
        "id": conversation_id,
        "inbox_id": 12,
        "messages": [_message(conversation_id, person["account"], sender, after, said)] if said else [],
        "labels": [],
        "meta": {
            "sender": {**sender, "type": "contact"},
            "assignee": None,
            "assignee_type": None,
            "team": None,
            "hmac_verified": False,
        },
        "status": status,
        "custom_attributes": {},
        "snoozed_until": None,
        "unread_count": 1,
        "first_reply_created_at": None,
        "priority": None,
        "waiting_since": int(moment),
        "last_activity_at": int(moment),
        "timestamp": int(moment),
        "created_at": int(BEGAN),
        "updated_at": moment,
        "account": person["account"],
        **more,
    }


def _message(conversation_id: int, account: Payload, sender: Payload, after: float, said: str) -> Payload:
    """Return an incoming message as conversation webhooks show it."""
    return {
        "id": 40_000 + conversation_id,
        "content": said,
        "account_id": account["id"],
        "inbox_id": 12,
        "conversation_id": conversation_id,
        "message_type": 0,
        "created_at": int(BEGAN + after),
        "updated_at": _iso(after),
        "private": False,
        "status": "sent",
        "content_type": "text",
        "sender_type": "Contact",
        "sender_id": sender["id"],
        "sender": {**sender, "type": "contact"},
    }


def conversation_created(of: Payload) -> Payload:
    """Return the webhook of a conversation that began."""
    return {**of, "event": "conversation_created"}


def status_changed(of: Payload) -> Payload:
    """Return the webhook of a status that changed; Chatwoot does not say from what."""
    return {**of, "event": "conversation_status_changed", "changed_attributes": None}


def conversation_updated(of: Payload, **before: Any) -> Payload:
    """Return the webhook of a conversation that changed."""
    changed = [_change(key, old, of.get(key)) for key, old in before.items()]
    return {**of, "event": "conversation_updated", "changed_attributes": changed}


def message_created(of: Payload, message_id: int, said: str | None, **more: Any) -> Payload:
    """Return the webhook of a customer's message, which holds its conversation; ``more`` replaces parts."""
    sender = {key: value for key, value in of["meta"]["sender"].items() if key != "type"}
    return {
        "account": of["account"],
        "content": said,
        "content_type": "text",
        "conversation": of,
        "created_at": datetime.fromtimestamp(of["updated_at"], UTC).isoformat(),
        "id": message_id,
        "inbox": {"id": of["inbox_id"], "name": "Website"},
        "message_type": "incoming",
        "private": False,
        "sender": sender,
        "source_id": None,
        **more,
        "event": "message_created",
    }


def _change(key: str, old: Any, new: Any) -> Mapping[str, Any]:
    return {key: {"previous_value": old, "current_value": new}}


def _iso(after: float) -> str:
    return (
        datetime.fromtimestamp(BEGAN + after, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
