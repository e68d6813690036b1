"""What goes on in the sandbox by itself: a past that no webhook tells, and customers who come and write."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sandbox import ChatwootSandbox
    from .state import Contact

DAY = 86_400.0
FIRST = ("Ada", "Bruno", "Chidi", "Dagny", "Emre", "Freya", "Goran", "Hana", "Ines", "Jun", "Kofi", "Lena")
LAST = ("Abbott", "Berger", "Costa", "Diaz", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jansen")
COMPANIES = ("Acorn Ltd", "Birch & Sons", "Cedar GmbH", "Dogwood SA", None, None)
SAID = ("Do you ship to Prague?", "Where is my parcel?", "Can I pay by invoice?", "Thank you!")


class Life:
    """Customers of one sandbox, all by one seed."""

    def __init__(self, sandbox: ChatwootSandbox, seed: int = 0) -> None:
        self._sandbox = sandbox
        self._dice = random.Random(seed)  # noqa: S311 - it plays, it keeps no secret
        self._count = 0

    def settle(self, count: int) -> None:
        """Let so many customers have been there for a while, each with a conversation; no webhook tells."""
        for number in range(count):
            ago = (count - number) * DAY / 4
            customer = self._newcomer()
            talk = self._sandbox.conversations.open(customer.id, self._dice.choice(SAID))
            if self._dice.random() < 0.7:
                self._sandbox.conversations.resolve(talk.id)
            for message in self._sandbox.state.messages_of(talk.id):
                message.created_at -= ago
            customer.created_at -= ago
            talk.created_at -= ago
            customer.last_activity_at = talk.updated_at = talk.last_activity_at = talk.created_at
        self._sandbox.state.events.clear()

    def go_on(self) -> str:
        """Let one thing happen; return what, in a line."""
        talks = self._sandbox.conversations
        known = list(self._sandbox.state.conversations.values())
        act = self._dice.choice(("come", "write", "change", "resolve")) if known else "come"
        if act == "come":
            customer = self._newcomer()
            talk = talks.open(customer.id, self._dice.choice(SAID))
            return f"{customer.name} (contact {customer.id}) begins conversation {talk.id}"
        talk = self._dice.choice(known)
        if act == "write":
            talks.say(talk.id, self._dice.choice(SAID))
            return f"contact {talk.contact_id} writes in conversation {talk.id}"
        if act == "resolve":
            talks.resolve(talk.id)
            return f"conversation {talk.id} is resolved"
        customer = self._sandbox.contacts.update(
            talk.contact_id, additional_attributes={"company_name": self._dice.choice(COMPANIES) or "Elm Ltd"}
        )
        return f"{customer.name} (contact {customer.id}) changes company"

    def _newcomer(self) -> Contact:
        self._count += 1
        name = f"{self._dice.choice(FIRST)} {self._dice.choice(LAST)}"
        company = self._dice.choice(COMPANIES)
        return self._sandbox.contacts.create(
            name=name,
            email=f"{name.lower().replace(' ', '.')}.{self._count}@example.com",
            phone_number=f"+4420790{self._count:05d}",
            additional_attributes={"company_name": company} if company else {},
        )
