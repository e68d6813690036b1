"""What is put into the sentences that a person reads of Krayin, and is no sentence itself.

The host finds the translations of both in the plugin's catalogues (``locales``); the sentences are written
where they arise, in English.
"""

from __future__ import annotations

SAYINGS = (
    "Contact %(id)d waits for a conversation",
    "Set server_timezone to Krayin's APP_TIMEZONE",
    "%(api_url)s, %(limit)d requests a minute",
    "%(api_url)s, no limit of requests; we keep to %(limit)d a minute",
    "Krayin %(krayin)s with REST package %(rest)s",
    "%(winter)s in January, %(summer)s in July",
    "%(zone)s, as found before",
    "%(code)s; %(made)s. To do without, set reference_attribute to nothing.",
    "%(code)s. To do without, set reference_attribute to nothing.",
    "made for persons, made for leads",
    "made for persons",
    "made for leads",
    "it checks the filters of a list",
    "it limits requests",
    "it no longer limits requests",
    "pipeline",
    "stage",
    "source",
    "type",
    "phone",
    "stays",
    "stay",
)
