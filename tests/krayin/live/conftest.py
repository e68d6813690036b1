"""A connection to the Krayin that the environment names; what it makes bears our mark and is removed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from crmhost import Contact, Conversation, Message
from crmhost.pool import new_pool

from ..connection import Chatwoot, Connection
from .server import EMAILS, MARK, Row, Server, here

REFERENCE = "chatwoot_ref"


@dataclass
class Live:
    """The server, a connection to it, and customers that nobody had before."""

    server: Server
    krayin: Connection
    chatwoot: Chatwoot
    first_id: int

    def customer(self, number: int, **fields: str | None) -> Contact:
        """Return a customer of ours; the same number is the same one."""
        said = {
            "name": f"{MARK} Customer {number}",
            "email": f"customer{number}@{EMAILS}",
            "phone": f"+4477009{self.first_id % 100:02}{number:03}",
            "company": f"{MARK} Company {number}",
            **fields,
        }
        company = {"company_name": said.pop("company")}
        return Contact(id=self.first_id + number, additional_attributes=company, **said)

    def conversation(self, customer: Contact, *, resolved: bool) -> Conversation:
        """Return a customer's conversation of two messages."""
        number = customer.id
        said = ("Do you ship to Prague?", "We do.")
        messages = [{"id": 10 * number + place, "content": text} for place, text in enumerate(said)]
        self.chatwoot.messages_of[number] = tuple(map(Message.model_validate, messages))
        status = "resolved" if resolved else "open"
        sender = customer.model_dump()
        return Conversation.model_validate(
            {"id": number, "status": status, "messages": messages[-1:], "meta": {"sender": sender}}
        )

    def persons(self, customer: Contact) -> list[Row]:
        """Return the persons who bear the customer's e-mail address."""
        search = f'emails:"{(customer.email or "").lower()}"'
        return self.server.rows("contacts/persons/search", search=search, searchFields="emails:like")

    def leads(self, person: Row) -> list[Row]:
        return self.server.rows("leads", person_id=person["id"])

    def notes(self, lead: Row) -> list[Row]:
        """Return what is noted of a lead; Krayin's own log left out."""
        rows = self.server.rows(f"leads/{lead['id']}/activities")
        return [row for row in rows if row["type"] != "system"]


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    with here() as server, server.swept(), new_pool() as pool:
        chatwoot = Chatwoot()
        given = {"api_url": server.url, "api_token": server.token, "chatwoot_name": MARK}
        if not server.rows("settings/attributes", code=REFERENCE):
            given["reference_attribute"] = ""  # an attribute would stay there, for all to see
        krayin = Connection(pool, given, chatwoot=chatwoot, wait=time.sleep)
        yield Live(server, krayin, chatwoot, int(time.time()) % 10**8 * 10)
