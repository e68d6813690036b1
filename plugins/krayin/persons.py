"""A contact becomes a person in its organization."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from crmhost import Contact, Conversation

from .checkboxes import is_withheld
from .clients.errors import Invalid
from .desk import Desk
from .finders.persons import Found, find_person, find_referred
from .leads import LeadSync
from .links import ORGANIZATION, PERSON, ContactLinks
from .mapped import attributes_of_new
from .mappers.attributes import attribute_problems
from .mappers.contact import NOTHING, contact_to_person
from .mappers.customer import ADDRESS, customer_of
from .mappers.person import is_same_organization, organization_of
from .mappers.phone import common_digits
from .mappers.placeholders import no_phone
from .mappers.reference import contact_reference
from .organizations import sync_address
from .person_updates import LISTS, PersonUpdate, Updated, at_fault, distinct_for, whose
from .telling import DELETED, Action, Told

REFUSED = "refused"
"""Under which name it is remembered what Krayin did not take, since it was somebody else's."""
WITHHELD = "withheld"
"""Under which name it is remembered what was not written, so that it is not looked at again."""


class PersonSync:
    """The person of one contact; ``lead`` is made along with a new one."""

    def __init__(
        self, desk: Desk, contact: Contact, conversation: Conversation | None, lead: LeadSync, told: Told
    ) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.contact = contact
        self.conversation = conversation
        self.lead = lead
        self.told = told
        self.links = ContactLinks(desk.links, contact.id)
        kept = self.links.person.written
        self.written = {key: value for key, value in kept.items() if key not in {WITHHELD, REFUSED}}
        self.refused = kept.get(REFUSED, {})
        self.customer = customer_of(desk.settings, contact, conversation)

    def run(self) -> None:
        """Bring the person in step with the contact; make it where there is none."""
        if not self._known():
            self._find_or_create()

    def tell_problems(self) -> None:
        """Tell which mapped attributes can't be brought into the person; Krayin never shows them."""
        person_id = self.links.person.id
        if person_id is not None:
            problems = attribute_problems(self.settings, "persons", self.contact, self.conversation)
            for problem in problems:
                self.told.say(PERSON, "left", person_id, problem)

    # A person who is linked

    def _known(self) -> bool:
        """Handle a contact that is linked already; say no if it is not, or no longer."""
        person_id = self.links.person.id
        if person_id is None:
            return self.lead.is_known and not self.settings.create_person
        if self.links.person.gone:
            return self._gone(person_id)
        if not self.settings.create_person or self._says_nothing_new():
            self.told.say(PERSON, "left", person_id)
            return True
        person = self.desk.persons.get(person_id)
        if person is None:
            return self._gone(person_id)
        self._look_for_organization(person)
        self._tell(self._update().into(person), otherwise="left")
        return True

    def _says_nothing_new(self) -> bool:
        """Whether all there is to say was written, or was withheld and would be again."""
        withheld = self.links.person.written.get(WITHHELD)
        would_be_again = is_withheld(self.settings, "persons") and withheld == self.customer.into(
            self.written
        )
        return self.customer.is_known({**self.written, **self.refused}) or would_be_again

    def _gone(self, person_id: int) -> bool:
        """Leave a person deleted, or let it be made again, as the settings say."""
        if self.settings.on_deleted == "recreate":
            self.links.forget()
            self.written = {}
            return False
        for link in (self.links.person, self.links.lead):  # a lead goes before its person can
            if link.id is not None and not link.gone:
                link.keep_as_gone()
        self.told.say(PERSON, "left", person_id, DELETED)
        return True

    def _look_for_organization(self, person: Mapping[str, Any]) -> None:
        """See whether the person is in none since it was deleted, and do as the settings say about that.

        Out of one that is there the sales team has taken the person, who stays out.
        """
        link, company = self.links.organization, self.customer.fields.get("organization")
        if link.id is None or organization_of(person) or not company:
            return
        if self.settings.rule("organization") == "never":
            return
        if not link.gone and self.desk.organizations.get(link.id) is not None:
            return
        if self.settings.on_deleted == "recreate":
            self.told.say(ORGANIZATION, "left", link.id, "It was deleted in Krayin, and comes again.")
            link.forget()
        elif not link.gone:
            self.told.say(ORGANIZATION, "left", link.id, DELETED)
            link.keep_as_gone()
        if self.settings.on_deleted == "recreate" or not is_same_organization(self._company_before, company):
            self.written.pop("organization", None)

    # A person who is not linked yet

    def _find_or_create(self) -> None:
        fields = self.customer.fields
        phone = common_digits(fields.get("phone", ""), self.settings.phone_region)
        self.desk.claim(email=fields.get("email", ""), phone=phone, company=fields.get("organization", ""))
        found = find_person(self.desk.persons, self.customer.fields, self.settings)
        if found.person:
            self._link(found)
        elif self.settings.create_person:
            self._create(frozenset({"phone"}) if found.phone_taken else NOTHING)

    def _link(self, found: Found) -> None:
        """Link a person who was in Krayin before us, and add what is missing there."""
        person = found.person or {}
        if not self.settings.create_person:
            self.told.say(PERSON, "linked", person["id"])
            self._keep_person(person)
            return
        leave = frozenset({"phone"}) if found.phone_taken else NOTHING
        others = set(self.desk.links.records_of(PERSON, person["id"])) - {self.links.person.record}
        reference = {} if others else self._reference()
        try:
            updated = self._update().into(person, leave=leave, reference=reference)
        except Invalid as error:
            if not reference.keys() & error.errors.keys():
                raise
            # The person of this contact is another: that one has the reference, and keeps the contact.
            own = find_referred(self.desk.persons, *reference.values())
            updated = self._update().into(own or person, leave=NOTHING if own else leave)
        self._tell(updated, otherwise="linked")

    def _create(self, without: AbstractSet[str], distinct: str = "") -> None:
        """Make the person, and with it the lead and the organization where they are wanted."""
        never = {
            name for name in ("phone", "job_title", "organization") if self.settings.rule(name) == "never"
        }
        person = contact_to_person(
            self.contact,
            placeholder=self.settings.placeholder_email,
            organizations=self.settings.sync_organizations,
            region=self.settings.phone_region,
            without=without | never,
            no_phone=no_phone(self.settings, self.desk.account_id, self.contact.id, distinct=distinct),
        )
        person |= attributes_of_new(self.desk, "persons", self.customer.attributes) | self._reference()
        nested = self.lead.is_due
        try:
            made = self.lead.create_with(person) if nested else self._create_alone(person)
        except Invalid as error:
            self._refused(error, without, distinct, nested=nested)
        else:
            self.told.say(PERSON, "created", made["id"], whose(without))
            self._keep_person(made)
            self._keep_organization(made)
            if self.links.organization.id is not None and not self.told.has(ORGANIZATION):
                self.told.say(ORGANIZATION, "linked", self.links.organization.id)

    def _create_alone(self, person: Mapping[str, Any]) -> dict[str, Any]:
        with self.links.creating(PERSON):
            return self.desk.persons.create(person)

    def _refused(self, error: Invalid, without: AbstractSet[str], distinct: str, *, nested: bool) -> None:
        """Look for the person where Krayin says that there is one with this reference, e-mail or phone."""
        prefix = "person." if nested else ""
        if any(f"{prefix}{code}" in error.errors for code in self._reference()):
            own = find_referred(self.desk.persons, *self._reference().values())
            if own is None:
                raise error
            self._tell(self._update().into(own), otherwise="linked")
            return
        if not at_fault(error):
            raise error
        found = find_person(self.desk.persons, self.customer.fields, self.settings)
        if found.person:
            self._link(found)
        elif not error.names(LISTS["phone"]) or distinct:
            raise error
        elif "phone" in without or "phone" not in self.customer.fields:
            self._create(without, distinct_for(self.customer))
        else:
            self._create(without | {"phone"})

    def _reference(self) -> dict[str, str]:
        """Return the attribute that makes Krayin refuse a second person of this contact, if it has one."""
        if not self.settings.has_reference("persons"):
            return {}
        reference = contact_reference(self.settings, self.desk.account_id, self.contact.id)
        return {self.settings.reference_attribute: reference}

    def _update(self) -> PersonUpdate:
        return PersonUpdate(self.desk, self.contact.id, self.customer, self.written)

    # What is kept and told

    def _tell(self, updated: Updated, *, otherwise: Action) -> None:
        person = updated.person
        self.told.say(PERSON, "updated" if updated.wrote else otherwise, person["id"], updated.note)
        self._keep_person(person, withheld=updated.withheld, left=updated.left)
        if not updated.withheld:
            self._keep_organization(person, is_new="organization_name" in updated.values)

    def _keep_person(
        self, person: Mapping[str, Any], *, withheld: bool = False, left: AbstractSet[str] = NOTHING
    ) -> None:
        """Keep the id, and what there is to say; what was withheld is still to be said.

        An e-mail address that was somebody else's is tried again with the next change: it was not
        written, and must not pass for what was. A phone is not: people share them for good.
        """
        news = self.customer.into(self.written)
        if "email" in left:
            refused = {"email": news.pop("email")}
            before = {"email": self.written["email"]} if "email" in self.written else {}
            news |= before | {REFUSED: refused}
        self.links.person.keep(person["id"], {**self.written, WITHHELD: news} if withheld else news)

    def _keep_organization(self, person: Mapping[str, Any], *, is_new: bool = False) -> None:
        """Keep the organization if it is the company's, and see to its address.

        Krayin's answer to a change of organization can still show the old one; it is asked again only
        where an address depends on it.
        """
        address, organization = self.customer.address, organization_of(person)
        if is_new and address and not self._is_the_company(organization):
            organization = organization_of(self.desk.persons.get(person["id"]) or {})
        if not self._is_the_company(organization):
            if not self.links.organization.gone:
                self.links.organization.forget()
            return
        self.links.organization.keep(organization["id"])
        if address:
            base = self.written.get(ADDRESS) if self._is_the_company({"name": self._company_before}) else None
            sync_address(self.desk, organization, address, base or {}, self.told)

    def _is_the_company(self, organization: Mapping[str, Any]) -> bool:
        company, name = self.customer.fields.get("organization"), organization.get("name")
        return bool(company and name) and is_same_organization(name, company)

    @property
    def _company_before(self) -> str:
        return str(self.written.get("organization", ""))
