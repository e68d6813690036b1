"""A plugin that does all it should keeps every rule."""

from __future__ import annotations

from crmhost import plugins
from crmhost.testing import CRMContract

from .tiny_crm import TinyCRM
from .tiny_plugin import Tiny


class TestTiny(CRMContract):
    plugin = "tiny"
    has_merge = True

    def make_crm(self) -> TinyCRM:
        return TinyCRM()

    def load(self) -> plugins.Plugin:
        return plugins.load("tiny", Tiny())
