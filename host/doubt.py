"""Which records a CRM may have got from us although a restored store knows nothing of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from .models import Conversation
from .webhooks import conversation_in

if TYPE_CHECKING:
    from .store.deliveries import Delivery

SLACK = 300.0
"""Seconds: Chatwoot's clock is another than ours."""


def doubtful(delivery: Delivery, doubt_at: float | None) -> frozenset[str]:
    """Return the names of the delivery's records that may have been made before then."""
    if doubt_at is None:
        return frozenset()
    contact = f"contact:{delivery.contact_id}"
    is_new = delivery.kind == "contact_created" and delivery.due_since > doubt_at
    records = set() if is_new else {contact}
    if delivery.conversation_id is not None and not _began_after(delivery, doubt_at + SLACK):
        records.add(delivery.record)
    return frozenset(records)


def _began_after(delivery: Delivery, moment: float) -> bool:
    try:
        began = Conversation.model_validate(conversation_in(delivery.payload)).created_at
    except ValidationError:
        return False
    return began is not None and began.timestamp() > moment
