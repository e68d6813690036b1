"""What is put into the sentences that a person reads of LeadSquared, and is no sentence itself.

The host finds the translations of both in the plugin's catalogues (``locales``); the sentences are written
where they arise, in English.
"""

from __future__ import annotations

SAYINGS = (
    "code %(code)d, found",
    "code %(code)d, made with score %(score)d",
    "lead",
    "note",
    "transcript",
)
