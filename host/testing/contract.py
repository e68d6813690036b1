"""The contract: what every plugin promises, as tests that a plugin's own test class inherits."""

from __future__ import annotations

from .capabilities import Capabilities
from .once import Once
from .polite import Polite
from .recorded import Recorded
from .theirs import Theirs


class CRMContract(Recorded, Polite, Once, Theirs, Capabilities):
    """Inherit it, name the plugin and give a stand-in for its CRM: all these tests are the plugin's.

    ::

        class TestAcme(CRMContract):
            plugin = "acme"
            has_organizations = True

            def make_crm(self) -> AcmeStandIn:
                return AcmeStandIn()
    """
