"""The LeadSquared plugin keeps the contract as far as LeadSquared's API allows."""

from __future__ import annotations

from crmhost.testing import CRMContract

from .open_leadsquared import OpenLeadSquared


class TestLeadSquared(CRMContract):
    plugin = "leadsquared"
    activities_findable = False  # no call returns them
    activities_per_conversation = 2  # that it began, and what was said

    def make_crm(self) -> OpenLeadSquared:
        return OpenLeadSquared()
