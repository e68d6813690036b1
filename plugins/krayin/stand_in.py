"""The sandbox as the CRM of the demo and of tests: what it holds, and where that is not what it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmhost import Contact, Conversation, Expected

from .mappers.contact import contact_to_fields, is_placeholder
from .mappers.conversation import status_to_html
from .mappers.person import entries, is_same
from .settings import KrayinSettings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from .sandbox import KrayinSandbox

Row = Mapping[str, Any]
PLACEHOLDER = str(KrayinSettings.model_fields["placeholder_email"].default)


class KrayinStandIn:
    """A Krayin 2.1 that runs in this process and forgets everything when it ends."""

    def __init__(self, **sandbox: Any) -> None:
        self._options = sandbox

    @cached_property
    def sandbox(self) -> KrayinSandbox:
        """The Krayin itself, made when it is first needed."""
        from .sandbox import KrayinSandbox

        return KrayinSandbox(**self._options)

    @property
    def app(self) -> ASGIApp:
        """Krayin's API as an ASGI application."""
        return self.sandbox

    def settings(self, base_url: str) -> Mapping[str, Any]:
        """Return the settings of a connection to it, with a token of its own."""
        return {"api_url": base_url, "api_token": self.sandbox.make_token()}

    def tables(self) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """Return persons, organizations, leads and notes as a person would like to see them."""
        holdings = self._holdings()
        return {
            "persons": [holdings.person_row(row) for row in holdings.persons],
            "organizations": [
                {"id": str(row["id"]), "name": str(row["name"])} for row in holdings.organizations
            ],
            "leads": [holdings.lead_row(row) for row in holdings.leads],
            "activities": [holdings.activity_row(row) for row in holdings.notes],
        }

    def differences(self, expected: Expected) -> list[str]:
        """Return a sentence for each record that is missing, doubled, wrong or too many."""
        return list(_differences(self._holdings(), expected))

    def _holdings(self) -> _Holdings:
        return _Holdings(self.sandbox.state)


class _Holdings:
    """What the sandbox holds at this moment, by its rows."""

    def __init__(self, state: Any) -> None:
        self.persons: list[Row] = list(state.persons.values())
        self.organizations: list[Row] = list(state.organizations.values())
        self.leads: list[Row] = list(state.leads.values())
        # Krayin itself notes each change of a field, as an activity of type «system».
        self.notes: list[Row] = [row for row in state.activities.values() if row["type"] == "note"]

    def organization_of(self, person: Row) -> str:
        wanted = person.get("organization_id")
        return next((str(row["name"]) for row in self.organizations if row["id"] == wanted), "")

    def person_row(self, person: Row) -> dict[str, str]:
        return {
            "id": str(person["id"]),
            "name": str(person["name"]),
            "emails": ", ".join(_values(person, "emails")),
            "phones": ", ".join(_values(person, "contact_numbers")),
            "organization": self.organization_of(person),
        }

    def lead_row(self, lead: Row) -> dict[str, str]:
        names = (str(row["name"]) for row in self.persons if row["id"] == lead["person_id"])
        return {"id": str(lead["id"]), "title": str(lead["title"]), "person": next(names, "")}

    def activity_row(self, note: Row) -> dict[str, str]:
        return {name: str(note.get(name) or "") for name in ("id", "title", "comment")}


def _differences(held: _Holdings, expected: Expected) -> Iterator[str]:
    known: set[int] = set()
    phones = Counter(contact.phone for contact in expected.contacts)
    for contact in expected.contacts:
        fields = contact_to_fields(contact)
        if phones[contact.phone] > 1 and "email" in fields:
            fields.pop("phone", None)  # it is on one card only: Krayin wants numbers to be unique
        if fields.get("email") or fields.get("phone"):
            yield from _contact_differences(held, contact, fields, known)
    extra = (row for row in held.persons if row["id"] not in known)
    yield from (f"Person {row['id']}, {row['name']}, is nobody's." for row in extra)
    yield from (f"Lead {row['id']} is nobody's." for row in held.leads if row["person_id"] not in known)
    yield from _conversation_differences(held, expected.conversations)


def _contact_differences(
    held: _Holdings, contact: Contact, fields: Mapping[str, str], known: set[int]
) -> Iterator[str]:
    who = f"Contact {contact.id}, {fields['name']},"
    persons = [row for row in held.persons if _is(row, fields)]
    known.update(row["id"] for row in persons)
    if len(persons) != 1:
        yield f"{who} is {len(persons)} persons instead of one."
        return
    (person,) = persons
    yield from (f"{who} {sentence}" for sentence in _wrong_fields(held, person, fields))
    leads = [row for row in held.leads if row["person_id"] == person["id"]]
    if len(leads) != 1:
        yield f"{who} has {len(leads)} leads instead of one."


def _wrong_fields(held: _Holdings, person: Row, fields: Mapping[str, str]) -> Iterator[str]:
    phone, organization = fields.get("phone"), fields.get("organization", "")
    if person["name"] != fields["name"]:
        yield f"is called {person['name']} in Krayin."
    if phone and phone not in _values(person, "contact_numbers"):
        yield f"has the phone {phone}, which is not on the card in Krayin."
    if not is_same(held.organization_of(person), organization):
        theirs = held.organization_of(person)
        yield f"is of {organization or 'no company'}, and of {theirs or 'none'} in Krayin."


def _conversation_differences(held: _Holdings, conversations: Iterable[Conversation]) -> Iterator[str]:
    """Compare by the end of the title: which account it was is not said."""
    expected = {str(conversation.id): conversation for conversation in conversations}
    notes = Counter(_conversation_id(row) for row in held.notes)
    for note in held.notes:
        if _conversation_id(note) not in expected:
            yield f"Activity {note['id']}, {note['title']}, is nobody's."
    for number, conversation in expected.items():
        if notes[number] != 1:
            yield f"Conversation {number} has {notes[number]} notes instead of one."
        elif conversation.status == "resolved" and not _is_resolved(held, number):
            yield f"Conversation {number} is resolved, and its note does not say so."


def _is(person: Row, fields: Mapping[str, str]) -> bool:
    """Whether this is the contact's person: by e-mail, or by phone if the contact has nothing else."""
    if email := fields.get("email"):
        return email in (value.lower() for value in _values(person, "emails"))
    return fields["phone"] in _values(person, "contact_numbers")


def _values(person: Row, column: str) -> list[str]:
    """Return the real e-mails or phones."""
    values = (row["value"] for row in entries(person.get(column)))
    return [value for value in values if value and not is_placeholder(value, PLACEHOLDER)]


def _conversation_id(note: Row) -> str:
    return str(note["title"]).rpartition("/")[2]


def _is_resolved(held: _Holdings, number: str) -> bool:
    line = status_to_html("resolved")
    return any(line in str(row["comment"]) for row in held.notes if _conversation_id(row) == number)
