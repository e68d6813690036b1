"""What is put into the sentences that the host says, and is none itself: to be translated with them."""

from __future__ import annotations

PARTS = (
    "A delivery",
    "Delivery %(id)d",
    "Go on with: crmhost resume %(id)d",
    "connection %(id)d",
    "contact %(id)d",
    "conversation %(id)d",
    "administrator",
    "agent",
    "made, %(len)d events, its secret is kept: %(url)s",
    "there already, %(len)d events, its secret is kept: %(url)s",
    "not signed",
    "none",
)
