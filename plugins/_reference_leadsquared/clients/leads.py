"""Leads: the people in LeadSquared.

A lead is ``{"ProspectID", "FirstName", "LastName", "EmailAddress", …}``; what is written is a list of
``{"Attribute", "Value"}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .transport import Transport


class Leads:
    """The leads of one account."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def search(self, key: str) -> list[dict[str, Any]]:
        """Return those in whom the key is found somewhere: strangers too, so look again.

        https://apidocs.leadsquared.com/quick-search/
        """
        return self._transport.rows("LeadManagement.svc/Leads.GetByQuickSearch", {"key": key})

    def create_or_update(self, lead: Mapping[str, str], search_by: str = "") -> str:
        """Make a lead, or change the one with this e-mail address (or ``search_by``); return its id.

        https://apidocs.leadsquared.com/create-or-update/
        """
        body = _attributes({**lead, "SearchBy": search_by} if search_by else lead)
        return self._transport.make("LeadManagement.svc/Lead.CreateOrUpdate", body)

    def update(self, lead_id: str, lead: Mapping[str, str]) -> None:
        """Change what is named and leave the rest.

        https://apidocs.leadsquared.com/update-a-lead/
        """
        self._transport.do("LeadManagement.svc/Lead.Update", _attributes(lead), {"leadId": lead_id})


def _attributes(lead: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Attribute": name, "Value": value} for name, value in lead.items()]
