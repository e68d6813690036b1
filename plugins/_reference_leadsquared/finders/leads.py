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
    return next((row for name, row in _found(leads, lead) if _may_be(row, name, lead[name])), None)


def look_up(leads: Leads, lead_id: str, lead: Mapping[str, str]) -> Row:
    """Return a lead as LeadSquared shows it now, found by what was written there; {} where it is not found.

    There is no call that returns a lead by its id.
    """
    return next((row for _, row in _found(leads, lead) if row["ProspectID"] == lead_id), {})


def _found(leads: Leads, lead: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    """Yield what is found by our e-mail address, then by our phone, and by which: the search is wide."""
    for name in KEYS:
        if value := lead.get(name):
            yield from ((name, row) for row in leads.search(value) if row.get("ProspectID"))


def _may_be(row: Mapping[str, Any], name: str, value: str) -> bool:
    """Whether a lead does not say that it is somebody else's: a column that is shown empty says so too.

    Such a lead has our address somewhere else, in a note of another customer's perhaps.
    """
    shown = [str(row[column] or "") for column in _SHOWN[name] if column in row]
    return not shown or any(_plain(one, name) == _plain(value, name) for one in shown)


def _plain(value: str, name: str) -> str:
    """Return what tells one address or number from another, however it is written."""
    return value.strip().casefold() if name == EMAIL else re.sub(r"\D", "", value)
