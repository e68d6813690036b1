"""One customer's news written into a person who is in Krayin: what goes in, and what Krayin refuses."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from .checkboxes import is_withheld, protect, why_withheld
from .clients.errors import Invalid, Missing, just_deleted
from .desk import Desk
from .mapped import due_attributes
from .mappers.contact import NOTHING
from .mappers.customer import ATTRIBUTES, Customer
from .mappers.person import Changes, contact_into_person, lacks_phones, person_payload
from .mappers.placeholders import no_phone

LISTS = {"email": "emails", "phone": "contact_numbers"}
"""What our fields are called where Krayin finds fault with them."""
CALLED = {"email": "e-mail address", "phone": "phone"}


@dataclass(frozen=True)
class Updated:
    """What became of a person: as Krayin shows it now, what of ours was written, what is to be told."""

    person: Mapping[str, Any]
    note: str
    wrote: bool = False
    """Whether a change is to be told; our reference alone is none."""
    values: Mapping[str, Any] = field(default_factory=dict)
    withheld: bool = False
    left: frozenset[str] = NOTHING
    """What Krayin refused, since it is somebody else's."""


class PersonUpdate:
    """The news of one customer since ``written``, for whichever person it turns out to be."""

    def __init__(self, desk: Desk, contact_id: int, customer: Customer, written: Mapping[str, Any]) -> None:
        self.desk = desk
        self.contact_id = contact_id
        self.customer = customer
        self.written = written

    def into(
        self,
        person: Mapping[str, Any],
        *,
        leave: AbstractSet[str] = NOTHING,
        reference: Mapping[str, str] | None = None,
    ) -> Updated:
        """Write what of ours is new, and leave the rest alone; ``leave`` names what is someone else's."""
        due, stays = due_attributes(
            self.desk,
            "persons",
            person["id"],
            self.customer.attributes,
            self.written.get(ATTRIBUTES, {}),
        )
        changes = self._changes(person, leave)
        note = _note(leave, [*changes.stays, *stays])
        if not (changes.values or due or reference or lacks_phones(person)):
            return Updated(person, note)
        if is_withheld(self.desk.settings, "persons"):
            why = why_withheld(self.desk.settings, "persons")
            return Updated(person, f"{note} {why}".strip(), withheld=True)
        along = {**(protect(self.desk, "persons", person["id"]) or {}), **(reference or {}), **due}
        return self._put(person, leave, along, stays, forced=bool(due))

    def _put(
        self,
        person: Mapping[str, Any],
        leave: AbstractSet[str],
        along: Mapping[str, Any],
        stays: list[str],
        *,
        forced: bool,
        distinct: str = "",
    ) -> Updated:
        """Write ``along`` and the changes; again without what Krayin says is somebody else's."""
        changes = self._changes(person, leave)
        blank = no_phone(self.desk.settings, self.desk.account_id, self.contact_id, distinct=distinct)
        self.desk.claim(company=changes.values.get("organization_name", ""))
        payload = person_payload(person, changes.values, self.desk.settings, no_phone=blank)
        try:
            updated = self.desk.persons.update(person["id"], {**along, **payload})
        except Missing as error:
            raise just_deleted(f"Person {person['id']}") from error
        except Invalid as error:
            refused = at_fault(error)
            news = {name for name in refused if LISTS[name] in changes.values}
            if news:
                return self._put(person, leave | news, along, stays, forced=forced, distinct=distinct)
            if "phone" in refused and blank and not distinct:
                distinct = distinct_for(self.customer)
                return self._put(person, leave, along, stays, forced=forced, distinct=distinct)
            raise
        wrote = forced or bool(changes.values) or lacks_phones(person)
        note = _note(leave, [*changes.stays, *stays])
        return Updated(updated, note, wrote, changes.values, left=frozenset(leave))

    def _changes(self, person: Mapping[str, Any], leave: AbstractSet[str]) -> Changes:
        return contact_into_person(
            self.customer.fields, self.written, person, self.desk.settings, leave=leave
        )


def at_fault(error: Invalid) -> frozenset[str]:
    """Return which of e-mail and phone Krayin refused."""
    return frozenset(name for name, listed in LISTS.items() if error.names(listed))


def distinct_for(customer: Customer) -> str:
    """Return what no other person has: for a phone's stand-in that somebody else has already."""
    return customer.fields.get("email") or customer.fields["phone"]


def whose(leave: AbstractSet[str]) -> str:
    """Say what was left out."""
    names = " and ".join(CALLED[name] for name in sorted(leave))
    return f"Krayin won't take the {names}: somebody else has it." if leave else ""


def _note(leave: AbstractSet[str], stays: list[str]) -> str:
    names = " and ".join(stays)
    theirs = f"The sales team's {names} stays." if len(stays) == 1 else f"The sales team's {names} stay."
    return " ".join(filter(None, (whose(leave), theirs if stays else "")))
