"""What is put into the sentences that a person reads of Krayin, and is no sentence itself.

The host finds the translations of both in the plugin's catalogues (``locales``); the sentences are written
where they arise, in English.
"""

from __future__ import annotations

SAYINGS = (
    "%(api_url)s, %(limit)d requests a minute",
    "%(api_url)s, no limit of requests; we keep to %(limit)d a minute",
    "%(ahead)s in January",
    "%(ahead)s in July",
    "%(zone)s, as set",
    "stage in the pipeline %(pipeline)s",
    "%(target)s (text)",
    "%(target)s (textarea)",
    "%(target)s (price)",
    "%(target)s (boolean)",
    "%(target)s (select of %(len)d)",
    "%(target)s (multiselect of %(len)d)",
    "%(target)s (checkbox of %(len)d)",
    "%(target)s (date)",
    "%(target)s (datetime)",
    "person: %(name)s",
    "lead: %(name)s",
    "pipeline",
    "user",
    "stage",
    "source",
    "type",
    "phone",
)
FIELDS = (
    *("additional", "address", "attributes", "comment", "contact numbers", "digest", "done", "earlier"),
    *("emails", "entity type", "expected close date", "is done", "job title", "label", "lead description"),
    *("lead pipeline id", "lead pipeline stage id", "lead source id", "lead title", "lead type id"),
    *("lead value", "location", "lone", "messages", "number", "organization", "organization id"),
    *("organization name", "owed", "owned", "participants", "participants persons", "person", "person id"),
    *("postcode", "products", "said", "schedule from", "schedule to", "seen", "state", "street", "title"),
    *("user id", "value", "withheld"),
)
"""What Krayin's fields are called, and what is remembered of a record."""
