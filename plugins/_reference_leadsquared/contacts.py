"""A contact becomes a lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from crmhost import Change, Contact, Outcome, TryAgain

from .clients.errors import ATTEMPTS, TROUBLE_FIX, Duplicate, LeadGone
from .desk import Desk
from .finders.leads import find_lead, look_up
from .links import LEAD, lead_of
from .mappers.lead import (
    KEYS,
    MOBILE,
    contact_to_known_id,
    contact_to_lead,
    is_identifiable,
    news_of,
)

UNSEEN = "LeadSquared did not find the lead by what was written there last, so it was not compared."
Action = Literal["created", "updated", "linked", "left"]


def sync_contact(desk: Desk, contact: Contact) -> Outcome:
    """Bring the lead in step with the contact; the same again is no call."""
    if not is_identifiable(contact):
        return Outcome(ignored=f"Contact {contact.id} has no e-mail address, phone number or social profile.")
    outcome = _LeadSync(desk, contact).run()
    _mirror(desk, contact)
    return outcome


def replace_lead(desk: Desk, contact: Contact) -> Outcome:
    """Find or make a lead in place of the one that is linked, which LeadSquared has not got."""
    return _LeadSync(desk, contact).replace()


class _LeadSync:
    """The lead of one contact being brought in step."""

    def __init__(self, desk: Desk, contact: Contact) -> None:
        self.desk = desk
        self.contact = contact
        self.link = lead_of(desk.context.links, contact.id)
        self.lead = contact_to_lead(contact, desk.settings.attributes)
        self.notes: list[str] = []

    def run(self) -> Outcome:
        """Update the lead that is linked; find or make it where there is none."""
        if self.link.id is None:
            return self._find_or_create()
        if self.lead.items() <= self.link.written.items():
            return self._told("left", self.link.id)
        return self._update(self.link.id)

    def replace(self) -> Outcome:
        """Forget the lead that is linked, and find or make another one."""
        gone = self.link.id
        self.link.forget()
        return self._find_or_create(gone)

    def _update(self, lead_id: str) -> Outcome:
        """Write what changed in Chatwoot, where nobody changed it in LeadSquared since."""
        theirs = look_up(self.desk.leads, lead_id, self.link.written)
        if not theirs:
            self.notes.append(UNSEEN)
        new = self._news(self.lead, self.link.written, theirs)
        try:
            wrote = self._write(lead_id, new)
        except LeadGone:
            return self.replace()
        return self._keep("updated" if wrote else "left", lead_id)

    def _find_or_create(self, gone: str | None = None) -> Outcome:
        """Link the lead that the customer has already, or make one; ``gone`` is one that can't be meant."""
        known = contact_to_known_id(self.contact)
        if known and known != gone:
            return self._keep("linked", known)
        # Two contacts, or two connections, may mean one customer: the second finds what the first made.
        names = [f"{key} {self.lead[key].casefold()}" for key in KEYS if key in self.lead]
        self.desk.context.links.claim(self.desk.settings.crm, *names)
        found = find_lead(self.desk.leads, self.lead)
        if found is None:
            return self._create()
        lead_id = found["ProspectID"]
        if lead_id == gone:
            message = f"LeadSquared finds the lead {gone}, and has not got it."
            raise TryAgain(message, fix=TROUBLE_FIX, at_most=ATTEMPTS)
        # What LeadSquared does not show may be there all the same, and is not ours to overwrite; nor is a
        # lead that is another contact's already to be filled with this one's data.
        others = set(self.desk.context.links.records_of(LEAD, lead_id)) - {self.link.record}
        fillable = {} if others else {name: self.lead[name] for name in self.lead if name in found}
        wrote = self._write(lead_id, self._news(fillable, {}, found))
        return self._keep("updated" if wrote else "linked", lead_id)

    def _create(self) -> Outcome:
        """Make the lead. One with an address or a number was looked for just now; any other can't be."""
        can_be_found = any(name in self.lead for name in KEYS)
        with self.link.creating(ask=not can_be_found and self.desk.settings.in_doubt == "ask"):
            action, lead_id = self._post()
        return self._keep(action, lead_id)

    def _post(self) -> tuple[Action, str]:
        """Return the id of a new lead, or of the one that has the phone number though it was not found."""
        try:
            source = {"Source": self.desk.settings.brand}
            return "created", self.desk.leads.create_or_update({**self.lead, **source})
        except Duplicate:
            if MOBILE not in self.lead:
                raise
            # The number alone: whatever else that lead has is the sales team's.
            number = {MOBILE: self.lead[MOBILE]}
            self.notes.append("LeadSquared had the phone number already.")
            return "linked", self.desk.leads.create_or_update(number, search_by="Phone")

    def _write(self, lead_id: str, new: Mapping[str, str]) -> bool:
        """Write what is new, without a phone number that another lead has; return whether anything was."""
        if not new:
            return False
        try:
            self.desk.leads.update(lead_id, new)
        except Duplicate:
            if MOBILE not in new:
                raise
            self.notes.append("Another lead has the phone number.")
            return self._write(lead_id, {name: new[name] for name in new if name != MOBILE})
        return True

    def _news(
        self, lead: Mapping[str, str], before: Mapping[str, str], theirs: Mapping[str, str]
    ) -> dict[str, str]:
        new, kept = news_of(lead, before=before, theirs=theirs)
        self.notes += [f"{name} stays as it is in LeadSquared." for name in kept]
        return new

    def _keep(self, action: Action, lead_id: str) -> Outcome:
        """Keep the id, and all that Chatwoot has brought so far."""
        self.link.keep(lead_id, {**self.link.written, **self.lead})
        return self._told(action, lead_id)

    def _told(self, action: Action, lead_id: str) -> Outcome:
        return Outcome((Change(LEAD, action, lead_id, " ".join(self.notes)),))


def _mirror(desk: Desk, contact: Contact) -> None:
    """Keep the lead's id in Chatwoot, where the settings want it and Chatwoot has not got it."""
    chatwoot, lead_id = desk.context.chatwoot, lead_of(desk.context.links, contact.id).id
    if desk.settings.mirror_ids and chatwoot and lead_id and contact_to_known_id(contact) != lead_id:
        chatwoot.mirror(contact.id, {"leadsquared_id": lead_id})
