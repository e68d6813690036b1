"""Organizations: the companies that persons belong to.

An organization is ``{"id", "name", "address": {"address", "country", "state", "city", "postcode"} or
null}``. A person's write finds or makes one by ``organization_name`` itself, so these calls are for what
that cannot do: an address, a look at the one that is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .transport import Transport

ORGANIZATIONS = "/contacts/organizations"


class Organizations:
    """The organizations of one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, organization_id: int) -> dict[str, Any] | None:
        """Return the organization, or None."""
        return self._transport.one(ORGANIZATIONS, organization_id)

    def update(self, organization_id: int, organization: Mapping[str, Any]) -> dict[str, Any]:
        """Change what is named and leave the rest."""
        return self._transport.write("PUT", f"{ORGANIZATIONS}/{organization_id}", organization)
