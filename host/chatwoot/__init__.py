"""Chatwoot's own API: what its webhooks leave out, and what crmhost sets up there."""

from .account import Agents, Profile
from .api import ChatwootAPI
from .joining import Access
from .transport import address_of
from .webhooks import SUBSCRIPTIONS, Webhook

__all__ = ["SUBSCRIPTIONS", "Access", "Agents", "ChatwootAPI", "Profile", "Webhook", "address_of"]
