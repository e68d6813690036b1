"""A contact becomes a person, with its organization, and a lead."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Literal

from crmhost import Change, Contact, Outcome, TryAgain

from .clients.errors import Invalid, Missing
from .desk import Desk
from .finders import Found, find_lone_lead, find_open_lead, find_person
from .links import LEAD, ORGANIZATION, PERSON, ContactLinks
from .mappers.contact import contact_to_fields, contact_to_lead, contact_to_person
from .mappers.person import NOTHING, contact_into_person, is_same_organization, organization_of

Action = Literal["created", "updated", "linked", "left"]
"""What a ``Change`` can say."""
LISTS = {"email": "emails", "phone": "contact_numbers"}
"""What our fields are called where Krayin finds fault with them."""


def sync_contact(desk: Desk, contact: Contact) -> Outcome:
    """Bring Krayin in step with the contact, in as few calls as it takes."""
    return _ContactSync(desk, contact).run()


class _ContactSync:
    """One contact being brought into Krayin; ``changes`` grows as it goes."""

    def __init__(self, desk: Desk, contact: Contact) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.contact = contact
        self.links = ContactLinks(desk.links, contact.id)
        self.fields = contact_to_fields(contact, organizations=self.settings.sync_organizations)
        self.changes: list[Change] = []

    def run(self) -> Outcome:
        if not (self.fields.get("email") or self.fields.get("phone")):
            return Outcome(
                ignored=f"Contact {self.contact.id} has neither an e-mail address nor a phone number."
            )
        if not self._known():
            self._find_or_create()
        if self.settings.create_lead:
            self._have_lead()
        if not self.changes:
            return Outcome(
                ignored=f"Contact {self.contact.id} is not in Krayin, and the settings say to make nothing."
            )
        return Outcome(tuple(self.changes))

    # The person

    def _known(self) -> bool:
        """Handle a contact that is linked already; say no if it is not, or no longer."""
        if self.links.person.id is None:
            return self._known_by_lead()
        if self.links.person.written == self.fields or not self.settings.create_person:
            self._say(PERSON, "left", self.links.person.id)
            return True
        person = self.desk.persons.get(self.links.person.id)
        if person is None:
            self.links.forget()
            return False
        self._bring_into(person)
        return True

    def _known_by_lead(self) -> bool:
        """Whether nothing is new of a contact that has a lead and may not have a person."""
        same = self.links.lead.written == self.fields
        return self.links.lead.id is not None and same and not self.settings.create_person

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
            self._say(PERSON, "linked", person["id"])

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
            self._say(PERSON, "left" if self.links.person.id else "linked", person["id"], _whose(leave))
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
            self._say(PERSON, "updated", person["id"], _whose(leave))
            self._keep_person(updated)

    def _create(self, *, phone: bool) -> None:
        """Make the person, and with it the lead and the organization where they are wanted."""
        with_lead = self.settings.create_lead and self.links.lead.id is None
        person = contact_to_person(
            self.contact,
            placeholder=self.settings.placeholder_email,
            organizations=self.settings.sync_organizations,
            phone=phone,
        )
        try:
            made = self._create_with_lead(person) if with_lead else self._create_alone(person)
        except Invalid as error:
            self._taken(error, phone=phone)
        else:
            self._say(PERSON, "created", made["id"], "" if phone else _whose({"phone"}))
            self._keep_person(made)
            self._say_organization()

    def _create_alone(self, person: Mapping[str, Any]) -> dict[str, Any]:
        with self.links.creating(PERSON):
            return self.desk.persons.create(person)

    def _create_with_lead(self, person: Mapping[str, Any]) -> dict[str, Any]:
        """Make lead, person and organization by one request, and return the person."""
        with self.links.creating(PERSON, LEAD):
            lead = self.desk.leads.create(self._lead(person=person))
            made = lead.get("person")
            if not isinstance(made, dict) or not made.get("id"):
                raise TryAgain(f"Krayin's new lead {lead['id']} has no person.", unsure=True)
        self.links.lead.keep(lead["id"], self.fields)
        self._say(LEAD, "created", lead["id"])
        return made

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

    # The lead

    def _have_lead(self) -> None:
        """See that the contact has a lead: the one that is linked, an open one of the person's, a new one."""
        if self.links.lead.id is not None:
            self._still_has(self.links.lead.id)
            return
        lead = self._find_lead()
        if lead is None:
            with self.links.creating(LEAD):
                lead = self.desk.leads.create(self._lead(person_id=self.links.person.id))
            self._say(LEAD, "created", lead["id"])
        else:
            self._say(LEAD, "linked", lead["id"])
        self.links.lead.keep(lead["id"], self.fields)

    def _still_has(self, lead_id: int) -> None:
        """Leave the lead as it is, even deleted: since it was made, it is the sales team's."""
        if self.links.lead.written != self.fields:
            self.links.lead.keep(lead_id, self.fields)
        if not any(change.kind == LEAD for change in self.changes):
            self._say(LEAD, "left", lead_id)

    def _find_lead(self) -> dict[str, Any] | None:
        person_id = self.links.person.id
        if person_id is not None:
            return find_open_lead(self.desk.leads, person_id, self.settings.closed_stage_ids)
        if self.links.lead.unsure:
            return find_lone_lead(self.desk.leads, self._lead())
        return None

    def _lead(self, **person: Any) -> dict[str, Any]:
        chosen = self.settings
        return contact_to_lead(
            self.contact,
            stage_id=chosen.stage_id,
            source_id=chosen.source_id,
            type_id=chosen.type_id,
            organizations=chosen.sync_organizations,
            **person,
        )

    # What is said of it

    def _say(self, kind: str, action: Action, remote_id: int, note: str = "") -> None:
        self.changes.append(Change(kind, action, str(remote_id), note))

    def _say_organization(self) -> None:
        organization_id = self.links.organization.id
        if organization_id is not None:
            self._say(ORGANIZATION, "linked", organization_id)


def _at_fault(error: Invalid) -> frozenset[str]:
    """Return which of e-mail and phone Krayin refused."""
    return frozenset(field for field, listed in LISTS.items() if error.names(listed))


def _whose(leave: AbstractSet[str]) -> str:
    """Say what was left out."""
    return f"Krayin won't take the {' and '.join(sorted(leave))}: somebody else has it." if leave else ""
