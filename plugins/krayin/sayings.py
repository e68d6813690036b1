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
    "to be made for persons by the next setup, to be made for leads by the next setup",
    "to be made for %(entity)s by the next setup",
    "not used for %(entity)s: it %(why)s",
    "not used for persons: it %(why)s, %(made)s",
    "made for persons, not used for leads: it %(why)s",
    "to be made for persons by the next setup, not used for leads: it %(why)s",
    "is a %(type)s and no text",
    "is not unique",
    "takes only what is %(validation)s",
    " in the pipeline %(pipeline)s",
    "stage in the pipeline %(pipeline)s",
    "that attribute holds the reference by which records are found again",
    "Krayin's %(entity)s have no attribute %(code)s; they have %(known)s",
    "Krayin's %(entity)s have no attribute %(code)s; %(other)s is one of its %(entities)s",
    "none that you added",
    "the attribute is of type %(type)s, which can't hold what %(last)s makes",
    "the attribute is of type %(type)s; there can be %(types)s",
    "the attribute's options are Krayin's %(lookup_type)s, which can't be named here",
    "the word %(word)s %(problem)s",
    "it checks the filters of a list",
    "it limits requests",
    "it no longer limits requests",
    "pipeline",
    "user",
    "stage",
    "source",
    "type",
    "phone",
    "stays",
    "stay",
)
