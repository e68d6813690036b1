"""Which path and method lead where. Paths are those below the account's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import account_calls, contact_calls, conversation_calls, dashboard_calls
from .failures import not_found

Endpoint = Callable[..., Any]
ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/contacts", contact_calls.list_contacts),
    ("POST", "/contacts", contact_calls.make_contact),
    ("GET", "/contacts/search", contact_calls.search_contacts),
    ("GET", r"/contacts/(\d+)", contact_calls.show_contact),
    ("PUT", r"/contacts/(\d+)", contact_calls.update_contact),
    ("PATCH", r"/contacts/(\d+)", contact_calls.update_contact),
    ("DELETE", r"/contacts/(\d+)", contact_calls.delete_contact),
    ("GET", r"/contacts/(\d+)/labels", contact_calls.contact_labels),
    ("POST", r"/contacts/(\d+)/labels", contact_calls.contact_labels),
    ("GET", r"/contacts/(\d+)/conversations", contact_calls.contact_conversations),
    ("POST", "/actions/contact_merge", contact_calls.merge_contacts),
    ("GET", "/conversations", conversation_calls.list_conversations),
    ("POST", "/conversations", conversation_calls.make_conversation),
    ("GET", r"/conversations/(\d+)", conversation_calls.show_conversation),
    ("GET", r"/conversations/(\d+)/messages", conversation_calls.list_messages),
    ("POST", r"/conversations/(\d+)/messages", conversation_calls.make_message),
    ("POST", r"/conversations/(\d+)/toggle_status", conversation_calls.toggle_status),
    ("GET", "/webhooks", account_calls.list_webhooks),
    ("POST", "/webhooks", account_calls.make_webhook),
    ("PATCH", r"/webhooks/(\d+)", account_calls.update_webhook),
    ("DELETE", r"/webhooks/(\d+)", account_calls.delete_webhook),
    ("GET", "/dashboard_apps", dashboard_calls.list_apps),
    ("POST", "/dashboard_apps", dashboard_calls.make_app),
    ("PATCH", r"/dashboard_apps/(\d+)", dashboard_calls.update_app),
    ("DELETE", r"/dashboard_apps/(\d+)", dashboard_calls.delete_app),
    ("GET", "/inboxes", account_calls.list_inboxes),
    ("GET", "/agents", account_calls.list_agents),
)


def found(method: str, path: str) -> tuple[Endpoint, list[int]]:
    """Return the endpoint of a path below the account's, and the ids in it."""
    for verb, pattern, endpoint in ROUTES:
        if verb == method and (match := re.fullmatch(pattern, path)):
            return endpoint, [int(part) for part in match.groups()]
    raise not_found()
