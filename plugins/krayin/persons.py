"""A contact becomes a person in its organization."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from crmhost import Contact, TryAgain

from .clients.errors import Invalid, Missing
from .desk import Desk
from .finders.persons import Found, find_person
from .leads import LeadSync
from .links import ORGANIZATION, PERSON, ContactLinks
from .mappers.contact import contact_to_fields, contact_to_person
from .mappers.person import NOTHING, contact_into_person, is_same_organization, organization_of
from .telling import Told

LISTS = {"email": "emails", "phone": "contact_numbers"}
"""What our fields are called where Krayin finds fault with them."""


class PersonSync:
    """The person of one contact; ``lead`` is made along with a new one."""

    def __init__(self, desk: Desk, contact: Contact, lead: LeadSync, told: Told) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.contact = contact
        self.lead = lead
        self.told = told
        self.links = ContactLinks(desk.links, contact.id)
        self.fields = contact_to_fields(contact, organizations=self.settings.sync_organizations)

    def run(self) -> None:
        """Bring the person in step with the contact; make it where there is none."""
        if not self._known():
            self._find_or_create()

    def _known(self) -> bool:
        """Handle a contact that is linked already; say no if it is not, or no longer."""
        if self.links.person.id is None:
            return self.lead.is_known and not self.settings.create_person
        if self.links.person.written == self.fields or not self.settings.create_person:
            self.told.say(PERSON, "left", self.links.person.id)
            return True
        person = self.desk.persons.get(self.links.person.id)
        if person is None:
            self.links.forget()
            return False
        self._bring_into(person)
        return True

    def _find_or_create(self) -> None:
        found = find_person(self.desk.persons, self.fields, self.settings.placeholder_email)
        if found.person:
            self._link(found)
        elif self.settings.create_person:
            self._create(phone=not found.phone_taken)

    def _link(self, found: Found) -> None:
        """Link a person who was in Krayin before us, and add what is missing there."""
        person = found.person or {}
        if self.settings.create_person:
            self._bring_into(person, leave=frozenset({"phone"}) if found.phone_taken else NOTHING)
        else:
            self._keep_person(person)
            self.told.say(PERSON, "linked", person["id"])

    def _bring_into(self, person: dict[str, Any], leave: frozenset[str] = NOTHING) -> None:
        """Write into the person what of ours is new, and leave the rest alone."""
        update = contact_into_person(
            self.fields,
            self.links.person.written,
            person,
            placeholder=self.settings.placeholder_email,
            leave=leave,
        )
        if update is None:
            self.told.say(PERSON, "left" if self.links.person.id else "linked", person["id"], _whose(leave))
            self._keep_person(person)
            return
        try:
            updated = self.desk.persons.update(person["id"], update)
        except Invalid as error:
            at_fault = _at_fault(error) - leave
            if not at_fault:
                raise
            self._bring_into(person, leave | at_fault)
        except Missing as error:
            raise TryAgain(f"Person {person['id']} was deleted in Krayin just now.") from error
        else:
            self.told.say(PERSON, "updated", person["id"], _whose(leave))
            self._keep_person(updated)

    def _create(self, *, phone: bool) -> None:
        """Make the person, and with it the lead and the organization where they are wanted."""
        person = contact_to_person(
            self.contact,
            placeholder=self.settings.placeholder_email,
            organizations=self.settings.sync_organizations,
            phone=phone,
        )
        try:
            made = self.lead.create_with(person) if self.lead.is_due else self._create_alone(person)
        except Invalid as error:
            self._taken(error, phone=phone)
        else:
            self.told.say(PERSON, "created", made["id"], "" if phone else _whose({"phone"}))
            self._keep_person(made)
            self._say_organization()

    def _create_alone(self, person: Mapping[str, Any]) -> dict[str, Any]:
        with self.links.creating(PERSON):
            return self.desk.persons.create(person)

    def _taken(self, error: Invalid, *, phone: bool) -> None:
        """Look again where Krayin refused an e-mail or phone: somebody may have made the person meanwhile."""
        if not _at_fault(error):
            raise error
        found = find_person(self.desk.persons, self.fields, self.settings.placeholder_email)
        if found.person:
            self._link(found)
        elif phone and error.names(LISTS["phone"]):
            self._create(phone=False)
        else:
            raise error

    def _keep_person(self, person: Mapping[str, Any]) -> None:
        """Keep the ids; the organization's only if it is the company's: Krayin may show the old one."""
        self.links.person.keep(person["id"], self.fields)
        organization = organization_of(person)
        if organization and is_same_organization(organization.get("name"), self.fields.get("organization")):
            self.links.organization.keep(organization["id"])
        else:
            self.links.organization.forget()

    def _say_organization(self) -> None:
        organization_id = self.links.organization.id
        if organization_id is not None:
            self.told.say(ORGANIZATION, "linked", organization_id)


def _at_fault(error: Invalid) -> frozenset[str]:
    """Return which of e-mail and phone Krayin refused."""
    return frozenset(field for field, listed in LISTS.items() if error.names(listed))


def _whose(leave: AbstractSet[str]) -> str:
    """Say what was left out."""
    return f"Krayin won't take the {' and '.join(sorted(leave))}: somebody else has it." if leave else ""
