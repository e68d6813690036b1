"""What is put into the sentences that the host says, and is none itself; what Chatwoot calls its fields."""

from __future__ import annotations

PARTS = (
    "A delivery",
    "Delivery %(id)d",
    "contact %(id)d",
    "conversation %(id)d",
    "contact",
    "conversation",
    "administrator",
    "agent",
    "made",
    "none",
    "nothing",
    "and",
    "or",
    "%(at_once)d at once",
    *(
        f"{method} %(path)s for {record} %(id)d"
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        for record in ("contact", "conversation")
    ),
    *("additional attributes", "assignee", "assignee id", "blocked", "channel", "city", "company"),
    *("company name", "country", "country code", "created at", "custom attributes", "description", "email"),
    *("first reply at", "first reply created at", "id", "identifier", "inbox id", "label list", "labels"),
    *("name", "phone", "phone number", "priority", "referer", "snoozed until", "status", "team", "team id"),
    *("waiting since",),
    "crmhost needs you",
    "See: crmhost status",
)
