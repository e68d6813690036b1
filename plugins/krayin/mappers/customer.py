"""All that is kept in Krayin of one contact: what it is now, to be compared with what we last wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmhost import Contact, Conversation

from ..settings import KrayinSettings
from .attributes import attribute_values
from .contact import contact_to_fields
from .organization import contact_to_address

ATTRIBUTES, ADDRESS = "attributes", "address"
"""Under which names these are remembered, beside the fields."""


@dataclass(frozen=True)
class Customer:
    """A contact's fields, by our own names; its mapped attributes, by Krayin's; its company's address."""

    fields: Mapping[str, str]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    address: Mapping[str, str] = field(default_factory=dict)

    def is_known(self, written: Mapping[str, Any]) -> bool:
        """Whether nothing here is new to what was written."""
        return self.into(written) == written

    def into(self, written: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is to be remembered from now on; what the contact says no more is not forgotten."""
        known = {**written, **self.fields}
        if self.attributes:
            known[ATTRIBUTES] = {**written.get(ATTRIBUTES, {}), **self.attributes}
        if self.address:
            known[ADDRESS] = dict(self.address)
        return known


def customer_of(settings: KrayinSettings, contact: Contact, conversation: Conversation | None) -> Customer:
    """Return what of a contact is kept in Krayin; ``conversation`` is what brings it along, if any."""
    fields = contact_to_fields(
        contact, organizations=settings.sync_organizations, region=settings.phone_region
    )
    addressed = "organization" in fields and settings.rule("address") != "never"
    return Customer(
        fields,
        attribute_values(settings, "persons", contact, conversation),
        contact_to_address(contact) if addressed else {},
    )
