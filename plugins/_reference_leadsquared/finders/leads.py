"""Finding a customer's lead: by e-mail address, then by phone number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..clients.leads import Leads
from ..mappers.lead import EMAIL, KEYS, MOBILE

Row = dict[str, Any]
_SHOWN = {EMAIL: (EMAIL,), MOBILE: (MOBILE, "Phone")}
"""Where a lead shows what it was found by."""


def find_lead(leads: Leads, lead: Mapping[str, str]) -> Row | None:
    """Return the first lead that has this e-mail address, or else this phone number; None where none has."""
    return next(_found(leads, lead), None)


def look_up(leads: Leads, lead_id: str, lead: Mapping[str, str]) -> Row:
    """Return a lead as LeadSquared shows it now, found by what was written there; {} where it is not found.

    There is no call that returns a lead by its id.
    """
    return next((row for row in _found(leads, lead) if row["ProspectID"] == lead_id), {})


def _found(leads: Leads, lead: Mapping[str, str]) -> Iterator[Row]:
    """Yield the leads with our e-mail address, then those with our phone; LeadSquared's search is wide."""
    for name in KEYS:
        if value := lead.get(name):
            rows = leads.search(value)
            yield from (row for row in rows if row.get("ProspectID") and _may_be(row, name, value))


def _may_be(row: Mapping[str, Any], name: str, value: str) -> bool:
    """Whether a lead does not say that it is somebody else's."""
    shown = [str(row[column]) for column in _SHOWN[name] if row.get(column)]
    return not shown or any(_plain(one, name) == _plain(value, name) for one in shown)


def _plain(value: str, name: str) -> str:
    """Return what tells one address or number from another, however it is written."""
    return value.strip().casefold() if name == EMAIL else re.sub(r"\D", "", value)
