"""What other CRMs need is there: each of these keeps the contract, as far as its CRM lets it."""

from __future__ import annotations

import pytest

from crmhost import plugins
from crmhost.testing import CRMContract
from crmhost.testing.example_crm import ExampleCRM
from crmhost.testing.under_faults import Trials

from .other_crms import OAuthCRM, OAuthTiny, UpsertCRM, UpsertTiny, VendorTiny

pytestmark = pytest.mark.slow


class TestTokensThatExpire(CRMContract):
    plugin = "tiny-oauth"
    has_merge = True

    def make_crm(self) -> OAuthCRM:
        return OAuthCRM()

    def load(self) -> plugins.Plugin:
        return plugins.load("tiny-oauth", OAuthTiny())


class TestVendorsClient(CRMContract):
    plugin = "tiny-vendor"
    has_merge = True

    def make_crm(self) -> ExampleCRM:
        return ExampleCRM()

    def load(self) -> plugins.Plugin:
        return plugins.load("tiny-vendor", VendorTiny())


class TestUpsert(CRMContract):
    plugin = "tiny-upsert"
    has_merge = True
    has_upsert = True

    def make_crm(self) -> UpsertCRM:
        return UpsertCRM()

    def load(self) -> plugins.Plugin:
        return plugins.load("tiny-upsert", UpsertTiny())

    def test_existing_name_kept(self, trials: Trials) -> None:
        """This one is lost: an upsert writes over whoever was there (docs/other-crms.md)."""
        with pytest.raises(pytest.fail.Exception, match="and now it is"):
            super().test_existing_name_kept(trials)
