"""The references that make Krayin refuse a double: written into a unique attribute of our records.

They are searched for, so they have none of the characters that Krayin's search reads as its own; and
among all texts of a record, so they look like nothing else.
"""

from __future__ import annotations

import re

from ..settings import KrayinSettings


def contact_reference(settings: KrayinSettings, account_id: int, contact_id: int) -> str:
    """Return a contact's reference, such as ``Chatwoot-3-contact-5821``."""
    return f"{_slug(settings.chatwoot_name)}-{account_id}-contact-{contact_id}"


def conversation_reference_for_lead(settings: KrayinSettings, account_id: int, conversation_id: int) -> str:
    """Return the reference of a conversation's own lead, such as ``Chatwoot-3-conversation-731``."""
    return f"{_slug(settings.chatwoot_name)}-{account_id}-conversation-{conversation_id}"


def _slug(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name).strip("-") or "Chatwoot"
