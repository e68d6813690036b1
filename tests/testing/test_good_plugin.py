"""A plugin that does all it should keeps every rule."""

from __future__ import annotations

from crmhost import plugins
from crmhost.testing import CRMContract
from crmhost.testing.example_crm import ExampleCRM

from .tiny_plugin import Tiny


class TestTiny(CRMContract):
    plugin = "tiny"
    has_merge = True

    def make_crm(self) -> ExampleCRM:
        return ExampleCRM()

    def load(self) -> plugins.Plugin:
        return plugins.load("tiny", Tiny())
