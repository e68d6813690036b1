"""Forgetting a person in Krayin: the notes of their conversations, their leads, then the person.

Krayin keeps a log of each change («Updated Name», with both values) among a record's activities; it goes
with the record (a lead's and a person's activities are deleted with them). So a person is deleted and
not overwritten: what they were called would stay in that log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from crmhost import Change, Outcome, Rejected

from .clients.errors import Missing
from .desk import Desk
from .links import ContactLinks, ConversationLinks

COMPANY = "A company is no person; delete it in Krayin if it is one person's."


def forget(desk: Desk, contact_id: int, conversation_ids: Sequence[int]) -> Outcome:
    """Delete what Krayin has of a contact; in a context that only reads, say what would be deleted."""
    return Outcome(tuple(_Forgetting(desk, contact_id, conversation_ids).run()))


class _Forgetting:
    """One person's records, in the order in which Krayin lets them go: a lead goes before its person."""

    def __init__(self, desk: Desk, contact_id: int, conversation_ids: Sequence[int]) -> None:
        self._desk = desk
        self._contact_id = contact_id
        self._known = ContactLinks(desk.links, contact_id)
        self._talks = [ConversationLinks(desk.links, number) for number in conversation_ids]

    def run(self) -> Iterator[Change]:
        """Delete, and yield what became of each record."""
        self._refuse_what_is_shared()
        for talk in self._talks:
            if talk.activity.id is not None:
                yield self._deleted("activity", talk.activity.id, self._desk.activities.remove)
        for lead_id in self._leads():
            yield self._deleted("lead", lead_id, self._desk.leads.remove)
        if self._known.person.id is not None:
            yield self._deleted("person", self._known.person.id, self._remove_person)
        if self._known.organization.id is not None:
            yield Change("organization", "left", str(self._known.organization.id), COMPANY)

    def _refuse_what_is_shared(self) -> None:
        """A person who is another contact's as well is not to be deleted for this one."""
        person_id = self._known.person.id
        owners = () if person_id is None else self._desk.links.records_of("person", person_id)
        if others := sorted(set(owners) - {f"contact:{self._contact_id}"}):
            raise Rejected(
                f"Krayin's person {person_id} is {others[0].replace(':', ' ')}'s as well.",
                fix="Forget that contact first, if it is the same person; or forget this one with --no-crm.",
            )

    def _leads(self) -> list[int]:
        """Return the leads we know, and all others of the person: Krayin deletes nobody who has one."""
        known = [self._known.lead.id, *(talk.lead.id for talk in self._talks)]
        person_id = self._known.person.id
        theirs = [] if person_id is None else [lead["id"] for lead in self._desk.leads.of_person(person_id)]
        return sorted({*(lead_id for lead_id in known if lead_id is not None), *theirs})

    def _remove_person(self, person_id: int) -> None:
        """Delete the person; of an unknown one Krayin says 500, so it is asked for first."""
        if self._desk.persons.get(person_id) is not None:
            self._desk.persons.remove(person_id)

    def _deleted(self, kind: str, record_id: int, remove: Callable[[int], None]) -> Change:
        if not self._desk.context.read_only:
            with suppress(Missing):  # it was deleted in Krayin before
                remove(record_id)
        return Change(kind, "deleted", str(record_id))
