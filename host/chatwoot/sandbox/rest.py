"""Rows as Chatwoot's REST API shows them (``tests/data/chatwoot-payloads/rest``)."""

from __future__ import annotations

from .shapes import (
    AVATAR,
    channel,
    contact_as_sender,
    iso,
    last_message,
    pushed,
    seconds,
    sender,
    unread,
    user_as_sender,
)
from .shapes import contact as columns
from .state import Contact, Conversation, Json, Message, State, User, Webhook


def contact(state: State, row: Contact, *, inboxes: bool = True) -> Json:
    """Return a contact; its labels are asked for apart."""
    shown = {
        **columns(row),
        "availability_status": "offline",
        "last_activity_at": seconds(row.last_activity_at),
        "created_at": int(row.created_at),
    }
    if inboxes:
        shown["contact_inboxes"] = [
            {"source_id": source_id, "inbox": _slim_inbox(state, inbox_id)}
            for inbox_id, source_id in row.source_ids.items()
        ]
    return shown


def _slim_inbox(state: State, inbox_id: int) -> Json:
    row = inbox(state, inbox_id)
    slim = ("id", "avatar_url", "channel_id", "name", "channel_type", "provider")
    return {name: row[name] for name in slim}


def inbox(state: State, inbox_id: int) -> Json:
    """Return an inbox."""
    known = state.inboxes[inbox_id]
    return {
        "id": inbox_id,
        "avatar_url": "",
        "channel_id": inbox_id,
        "name": known["name"],
        "channel_type": known["channel_type"],
        "greeting_enabled": False,
        "greeting_message": None,
        "working_hours_enabled": False,
        "timezone": "UTC",
        "callback_webhook_url": None,
        "website_url": "https://shop.example.com",
        "website_token": "EXAMPLEwebsiteTOKEN00001",
        "phone_number": None,
        "provider": None,
    }


def conversation(state: State, row: Conversation) -> Json:
    """Return a conversation: like its webhook, with the assignee's address and a few keys more."""
    last = last_message(state, row)
    customer = state.contacts.get(row.contact_id)
    assignee = state.users.get(row.assignee_id or 0)
    shown = pushed(state, last) if last else None
    return {
        "meta": {
            "sender": contact(state, customer, inboxes=False) if customer else None,
            "channel": channel(state, row),
            "assignee": agent(state, assignee) if assignee else None,
            "assignee_type": "User" if assignee else None,
            "team": None,
            "hmac_verified": False,
        },
        "id": row.id,
        "messages": [shown] if shown else [],
        "account_id": state.account["id"],
        "uuid": f"8e2b3f53-0f0c-4b1e-8f1d-{row.id:012d}",
        "additional_attributes": row.additional_attributes,
        "agent_last_seen_at": 0,
        "assignee_last_seen_at": 0,
        "can_reply": True,
        "contact_last_seen_at": 0,
        "custom_attributes": row.custom_attributes,
        "inbox_id": row.inbox_id,
        "labels": row.labels,
        "muted": False,
        "snoozed_until": None,
        "status": row.status,
        "created_at": int(row.created_at),
        "updated_at": row.updated_at,
        "timestamp": int(row.last_activity_at),
        "first_reply_created_at": seconds(row.first_reply_at) or 0,
        "unread_count": unread(state, row),
        "last_non_activity_message": shown,
        "last_activity_at": int(row.last_activity_at),
        "priority": row.priority,
        "waiting_since": seconds(row.waiting_since) or 0,
        "sla_policy_id": None,
    }


def message(state: State, row: Message) -> Json:
    """Return a message of a list; its type is a number."""
    shown: Json = {
        "id": row.id,
        "content": row.content,
        "inbox_id": state.conversations[row.conversation_id].inbox_id,
        "conversation_id": row.conversation_id,
        "message_type": row.kind,
        "content_type": "text",
        "status": "sent",
        "content_attributes": {},
        "created_at": int(row.created_at),
        "private": row.private,
        "source_id": None,
        "sender": sender(state, row, "online"),
    }
    return {**shown, "attachments": row.attachments} if row.attachments else shown


def messages_meta(state: State, row: Conversation) -> Json:
    """Return what a list of messages says of their conversation."""
    seen = iso(row.updated_at)
    return {
        "labels": row.labels,
        "additional_attributes": row.additional_attributes,
        "contact": contact_as_sender(state.contacts.get(row.contact_id)),
        "assignee": user_as_sender(state.users.get(row.assignee_id or 0), "online"),
        "agent_last_seen_at": seen,
        "assignee_last_seen_at": seen,
    }


def agent(state: State, row: User) -> Json:
    """Return an agent of the account."""
    return {
        "id": row.id,
        "account_id": state.account["id"],
        "availability_status": "online",
        "auto_offline": True,
        "confirmed": True,
        "email": row.email,
        "provider": "email",
        "available_name": row.name.split()[0],
        "name": row.name,
        "role": row.role,
        "thumbnail": AVATAR,
        "custom_role_id": None,
    }


def profile(state: State, row: User, token: str) -> Json:
    """Return the token's user."""
    account_id = state.account["id"]
    return {
        "access_token": token,
        "account_id": account_id,
        "available_name": row.name,
        "avatar_url": "",
        "confirmed": True,
        "display_name": None,
        "message_signature": None,
        "email": row.email,
        "id": row.id,
        "inviter_id": 1,
        "name": row.name,
        "provider": "email",
        "pubsub_token": "EXAMPLEpubsubTOKEN000009",
        "role": row.role,
        "ui_settings": {},
        "uid": row.email,
        "type": None,
        "accounts": [
            {
                **account,
                "status": "active",
                "onboarding_step": None,
                "active_at": "2026-06-18T09:11:01.305Z",
                "role": row.role,
                "permissions": [row.role],
                "availability": "online",
                "availability_status": "offline",
                "auto_offline": True,
            }
            for account in (*state.others, state.account)
        ],
    }


def webhook(state: State, row: Webhook) -> Json:
    """Return a webhook; before 4.11.2 there was no secret to show."""
    shown = {
        "id": row.id,
        "name": row.name,
        "url": row.url,
        "account_id": state.account["id"],
        "subscriptions": row.subscriptions,
    }
    return shown if row.secret is None else {**shown, "secret": row.secret}
