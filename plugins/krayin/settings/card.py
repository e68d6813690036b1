"""What agents may do on the card beside a conversation."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class OnCard(BaseModel):
    """What agents may do from the card beside a conversation in Chatwoot; seeing it they may anyway."""

    model_config = ConfigDict(title="Card in Chatwoot")

    card_creates_leads: bool = Field(
        False,
        title="Agents make leads",
        description="Offer to make a lead for a customer who has none that is open.",
    )
    card_moves_leads: bool = Field(
        False,
        title="Agents move leads",
        description="Offer every stage of the lead's pipeline, those that close it too.",
    )
