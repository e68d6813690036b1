"""Chatwoot's own API: what its webhooks leave out, and what crmhost sets up there."""

from .account import Agents, Membership, Profile
from .api import ChatwootAPI
from .joining import Access
from .transport import address_of
from .webhooks import SUBSCRIPTIONS, Webhook

__all__ = [
    "SUBSCRIPTIONS",
    "Access",
    "Agents",
    "ChatwootAPI",
    "Membership",
    "Profile",
    "Webhook",
    "address_of",
]
