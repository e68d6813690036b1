"""One LeadSquared account in memory: what it holds, and what it refuses."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Lead = dict[str, str]
SHOWN = ("FirstName", "LastName", "EmailAddress")
"""What a search shows of a lead, beside its id."""


@dataclass
class Refusal(Exception):
    """What LeadSquared says no with; ``status`` is 200 where it takes no notice of HTTP."""

    type: str
    message: str
    status: int = 500
    flagged: bool = False
    """Whether the envelope says that this is one of LeadSquared's own exceptions; only some do."""


@dataclass
class Account:
    """Leads by id, activity types by code, activities in order."""

    leads: dict[str, Lead] = field(default_factory=dict)
    types: dict[int, dict[str, Any]] = field(default_factory=dict)
    activities: list[dict[str, Any]] = field(default_factory=list)
    unindexed: set[str] = field(default_factory=set)
    """Leads that the search does not find yet."""

    def search(self, key: str) -> list[dict[str, str | None]]:
        """Return the leads that have the key anywhere in them."""
        wanted = key.casefold()
        found = (
            (lead_id, lead)
            for lead_id, lead in self.leads.items()
            if lead_id not in self.unindexed and any(wanted in value.casefold() for value in lead.values())
        )
        return [
            {"ProspectID": lead_id, **{name: lead.get(name) for name in SHOWN}} for lead_id, lead in found
        ]

    def create_or_update(self, attributes: Lead) -> str:
        """Change the lead with this e-mail address, or what SearchBy names, or make one; return its id."""
        by = attributes.pop("SearchBy", "EmailAddress")
        lead_id = next(self._alike(attributes, by), "")
        self._check_unique(lead_id, attributes)
        lead_id = lead_id or str(uuid.uuid4())
        self.leads.setdefault(lead_id, {}).update(attributes)
        return lead_id

    def update(self, lead_id: str, attributes: Lead) -> None:
        """Change what is named."""
        if not lead_id:
            problem = "'leadId' is mandatory for updating lead"
            raise Refusal("MXMandatoryAttributeMissingException", problem)
        self._check_there(lead_id)
        self._check_unique(lead_id, attributes)
        self.leads[lead_id].update(attributes)

    def make_type(self, body: Mapping[str, Any]) -> int:
        """Make an activity type; return its code."""
        name = body.get("ActivityEventName")
        if not name or any(known["ActivityEventName"] == name for known in self.types.values()):
            raise Refusal("MXInvalidInputException", "Invalid Input! Parameter Name: activity", status=200)
        code = max(self.types, default=1000) + 1
        self.types[code] = {"ActivityEventName": name, "Score": body.get("Score", 0)}
        return code

    def post_activity(self, body: Mapping[str, Any]) -> str:
        """Keep an activity; return its id."""
        self._check_there(str(body.get("RelatedProspectId")))
        if body.get("ActivityEvent") not in self.types:
            problem = "There was an error processing the request."
            raise Refusal("NullReferenceException", problem, status=200)
        self.activities.append({**body, "Id": str(uuid.uuid4())})
        return str(self.activities[-1]["Id"])

    def _check_there(self, lead_id: str) -> None:
        if lead_id not in self.leads:
            raise Refusal("MXInvalidEntityReferenceException", "Lead not found")

    def _check_unique(self, lead_id: str, attributes: Lead) -> None:
        """Refuse a phone number or an e-mail address that another lead has."""
        for by, what in (("Phone", "Primary Mobile Number"), ("EmailAddress", "Email Address")):
            if set(self._alike(attributes, by)) - {lead_id}:
                problem = f"A Lead with same {what} already exists."
                raise Refusal("MXDuplicateEntryException", problem, flagged=True)

    def _alike(self, attributes: Lead, by: str) -> Iterator[str]:
        """Yield the leads that have the same phone number or e-mail address."""
        name = "Mobile" if by == "Phone" else by
        wanted = _plain(attributes.get(name, ""))
        same = (key for key, lead in self.leads.items() if _plain(lead.get(name, "")) == wanted)
        yield from same if wanted else ()


def _plain(value: str) -> str:
    return re.sub(r"[\s()-]", "", value).casefold()
