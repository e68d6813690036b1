"""The commonest reasons that a person reads of Krayin, with holes where something stands in them.

The host finds their translations by them (``locales``); they are written where they arise, in English.
"""

from __future__ import annotations

SAYINGS = (
    "Contact %(id)s has neither an e-mail address nor a phone number.",
    "The settings say not to note conversations.",
    "Conversation %(conversation)s is with contact %(contact)s, not in Krayin.",
    "Contact %(id)s is not in Krayin, and the settings say to make nothing.",
    "It was deleted in Krayin, and the settings say to leave it so.",
    "Krayin refuses the API token (%(answer)s).",
    "Krayin does not accept %(asked)s: %(why)s",
    "Krayin failed with %(status)s at %(asked)s.",
    "Krayin has not got what %(asked)s names.",
    "Krayin allows no more requests this minute (at %(asked)s).",
    "Correct it in Chatwoot, or the person who has it already in Krayin; then replay the delivery.",
    "It was deleted in Krayin, or a setting names what is no longer there: crmhost check.",
    "The reason is in Krayin's storage/logs/laravel.log.",
    "Look at the address, and at any proxy or log-in page in front of Krayin.",
    "It is tried again by itself.",
    "It goes on by itself.",
    "This is not offered for this customer now.",
    "Moved from the card in Chatwoot.",
)
