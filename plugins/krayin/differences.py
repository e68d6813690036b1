"""What the sandbox should hold and does not: judged by its rows, and by none of the plugin's own rules.

Were a rule of the plugin's used here, breaking it would break the judge too, and nobody would notice.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from crmhost import Contact, Conversation, Expected

Row = Mapping[str, Any]
NOTE = "note"
TITLE = re.compile(r"Chatwoot conversation (\d+)/(\d+)")
"""A note's title: the account in Chatwoot, which is not said to us, and the conversation."""
FIRST_STAGE = 1
"""The first stage of a fresh Krayin's one pipeline."""
OUR_TAGS = {"<p>", "</p>", "<br>", "<strong>", "</strong>"}
SHOWN = ("incoming", "outgoing", "template")


def differences(state: Any, expected: Expected) -> Iterator[str]:
    """Say in a sentence each what is missing, doubled, wrong or too many among the sandbox's rows."""
    customers = {contact.id: contact for contact in expected.contacts if contact.email or contact.phone}
    persons = {key: _persons_of(state, contact) for key, contact in customers.items()}
    shared = Counter(contact.phone for contact in customers.values())
    for key, customer in customers.items():
        who = f"Contact {key}, {_name(customer)},"
        if len(persons[key]) == 1:
            wrong = _wrong_person(state, persons[key][0], customer, shared=shared[customer.phone] > 1)
            yield from (f"{who} {sentence}" for sentence in wrong)
        else:
            yield f"{who} is {len(persons[key])} persons instead of one."
    known = {row["id"] for rows in persons.values() for row in rows}
    extra = (row for row in state.persons.values() if row["id"] not in known)
    yield from (f"Person {row['id']}, {row['name']}, is nobody's." for row in extra)
    yield from (
        f"Lead {row['id']} is nobody's." for row in state.leads.values() if row["person_id"] not in known
    )
    yield from _wrong_organizations(state, customers.values())
    yield from _wrong_notes(state, expected.conversations, customers)


def values(person: Row, column: str) -> list[str]:
    """Return a person's e-mails or phones, without empty ones and what only stands for one."""
    said = (str(row.get("value") or "") for row in person[column] or ())
    return [value for value in said if value and not value.endswith(".invalid") and value[:8] != "no phone"]


# Customers


def _wrong_person(state: Any, person: Row, customer: Contact, *, shared: bool) -> Iterator[str]:
    """Compare a person and its lead; a phone that customers share is on one card: Krayin wants that."""
    cards = state.persons.values() if shared else [person]
    phones = [value for card in cards for value in values(card, "contact_numbers")]
    if person["name"] != _name(customer):
        yield f"is called {person['name']} in Krayin."
    if customer.phone and phones.count(customer.phone) != 1:
        count = phones.count(customer.phone)
        yield f"has the phone {customer.phone}, which is {count} times in Krayin instead of once."
    theirs = state.organizations.get(person["organization_id"], {"name": ""})["name"]
    if theirs.casefold() != (customer.company or "").casefold():
        yield f"is of {customer.company or 'no company'}, and of {theirs or 'none'} in Krayin."
    leads = _leads_of(state, person)
    if len(leads) != 1:
        yield f"has {len(leads)} leads instead of one."
    for lead in leads:
        if _name(customer) not in lead["title"]:
            yield f"has the lead {lead['id']}, which is called {lead['title']}."
        if lead["lead_pipeline_stage_id"] != FIRST_STAGE:
            yield f"has the lead {lead['id']}, which is in stage {lead['lead_pipeline_stage_id']}."


def _wrong_organizations(state: Any, customers: Iterable[Contact]) -> Iterator[str]:
    """Compare the organizations with the companies; upper and lower case are one name to Krayin."""
    wanted = {customer.company.casefold(): customer.company for customer in customers if customer.company}
    held = Counter(row["name"].casefold() for row in state.organizations.values())
    for key, company in wanted.items():
        if held[key] != 1:
            yield f"The company {company} is {held[key]} organizations instead of one."
    extra = (row for row in state.organizations.values() if row["name"].casefold() not in wanted)
    yield from (f"Organization {row['id']}, {row['name']}, is nobody's." for row in extra)


def _persons_of(state: Any, customer: Contact) -> list[Row]:
    """Return who has the customer's e-mail, or the phone if that is all there is."""
    if customer.email is None:
        return [row for row in state.persons.values() if customer.phone in values(row, "contact_numbers")]
    email = customer.email.lower()
    return [row for row in state.persons.values() if email in map(str.lower, values(row, "emails"))]


def _leads_of(state: Any, person: Row) -> list[Row]:
    return [row for row in state.leads.values() if row["person_id"] == person["id"]]


def _name(customer: Contact) -> str:
    return customer.name or (customer.email or "").lower() or customer.phone or ""


# Conversations


def _wrong_notes(
    state: Any, conversations: Iterable[Conversation], customers: Mapping[int, Contact]
) -> Iterator[str]:
    wanted = {str(talk.id): talk for talk in conversations if talk.contact.id in customers}
    notes: dict[str, list[Row]] = {number: [] for number in wanted}
    accounts = set()
    for row in state.activities.values():
        # Krayin itself notes each change of a field, as an activity of type «system».
        if row["type"] != NOTE:
            continue
        title = TITLE.fullmatch(row["title"] or "")
        if title and title[2] in wanted:
            accounts.add(title[1])
            notes[title[2]].append(row)
        else:
            yield f"Activity {row['id']}, {row['title']}, is nobody's."
    if len(accounts) > 1:
        yield f"The notes are of the accounts {', '.join(sorted(accounts))} instead of one."
    for number, rows in notes.items():
        who = f"Conversation {number}"
        if len(rows) == 1:
            talk = wanted[number]
            wrong = _wrong_note(state, rows[0], talk, customers[talk.contact.id])
            yield from (f"{who} {sentence}" for sentence in wrong)
        else:
            yield f"{who} has {len(rows)} notes instead of one."


def _wrong_note(state: Any, note: Row, conversation: Conversation, customer: Contact) -> Iterator[str]:
    comment = str(note["comment"])
    leads = [lead["id"] for person in _persons_of(state, customer) for lead in _leads_of(state, person)]
    if not any(note["id"] in state.lead_activities.get(lead_id, ()) for lead_id in leads):
        yield "has a note that is not linked to the customer's lead."
    if note["title"] not in json.loads(note["additional"] or "{}").values():
        yield "has a note without its reference."
    if conversation.status == "resolved" and "Status: resolved" not in re.sub(r"<[^>]*>", "", comment):
        yield "is resolved, and its note does not say so."
    for message in conversation.messages:
        if not message.private and message.direction in SHOWN:
            lines = [line.strip() for line in (message.content or "").splitlines()]
            missing = [line for line in lines if escape(line) not in comment]
            yield from (f"has a note without the words «{line}»." for line in missing)
    if foreign := sorted(set(re.findall(r"<[^>]*>", comment)) - OUR_TAGS):
        yield f"has a note with tags that are not ours: {' '.join(foreign)}"
