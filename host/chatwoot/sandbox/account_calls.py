"""The API's calls about the account: webhooks, inboxes, agents."""

from __future__ import annotations

import secrets

from . import rest
from .call import Call
from .failures import Failure, invalid, not_found
from .state import Json, Webhook

RECORDS = {
    "contact": ("created", "updated"),
    "conversation": ("created", "updated", "status_changed", "typing_on", "typing_off"),
    "inbox": ("created", "updated"),
    "message": ("created", "updated"),
    "webwidget": ("triggered",),
}
EVENTS = frozenset(f"{record}_{what}" for record, all_of in RECORDS.items() for what in all_of)


def list_webhooks(call: Call) -> Json:
    """Return the account's webhooks with their secrets."""
    call.administrators_only()
    state = call.chatwoot.state
    return {"payload": {"webhooks": [rest.webhook(state, row) for row in state.webhooks.values()]}}


def make_webhook(call: Call) -> Json:
    """Make a webhook; Chatwoot makes its secret."""
    given = _webhook_given(call, 0)
    state = call.chatwoot.state
    secret = secrets.token_urlsafe(18) if call.chatwoot.signs else None
    row = Webhook(state.new_id("webhooks"), secret=secret, **given)
    state.webhooks[row.id] = row
    return {"payload": {"webhook": rest.webhook(state, row)}}


def update_webhook(call: Call, webhook_id: int) -> Json:
    """Change a webhook."""
    row = _webhook(call, webhook_id)
    for name, value in _webhook_given(call, webhook_id).items():
        setattr(row, name, value)
    return {"payload": {"webhook": rest.webhook(call.chatwoot.state, row)}}


def delete_webhook(call: Call, webhook_id: int) -> Json:
    """Remove a webhook."""
    _webhook(call, webhook_id)
    del call.chatwoot.state.webhooks[webhook_id]
    return {}


def _webhook(call: Call, webhook_id: int) -> Webhook:
    call.administrators_only()
    if webhook_id not in call.chatwoot.state.webhooks:
        raise not_found()
    return call.chatwoot.state.webhooks[webhook_id]


def _webhook_given(call: Call, webhook_id: int) -> Json:
    call.administrators_only()
    given = call.body.get("webhook")
    if not given:
        raise Failure(422, {"error": "param is missing or the value is empty: webhook"})
    others = [row.url for row in call.chatwoot.state.webhooks.values() if row.id != webhook_id]
    if given.get("url") in others:
        raise invalid("url", "Url has already been taken")
    if not given.get("subscriptions") or not EVENTS.issuperset(given["subscriptions"]):
        raise invalid("subscriptions", "Subscriptions Invalid events")
    return {name: given[name] for name in ("name", "url", "subscriptions") if name in given}


def list_inboxes(call: Call) -> Json:
    """Return the inboxes, not paged."""
    state = call.chatwoot.state
    return {"payload": [rest.inbox(state, inbox_id) for inbox_id in state.inboxes]}


def list_agents(call: Call) -> list[Json]:
    """Return the agents, in no envelope."""
    state = call.chatwoot.state
    return [rest.agent(state, row) for row in state.users.values()]
