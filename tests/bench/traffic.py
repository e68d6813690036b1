"""Mixed traffic, as a support inbox makes it: most of what arrives means nothing for a CRM.

Of 1,000 deliveries 600 are messages and noise, 100 say only that somebody was active, 50 come twice,
40 are new customers, 30 changes, 90 conversations made and 90 resolved.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from crmhost.demo import payloads
from crmhost.demo.payloads import Payload

PER_THOUSAND = {
    "noise": 600,
    "active": 100,
    "twice": 50,
    "new": 40,
    "changed": 30,
    "made": 90,
    "resolved": 90,
}
MEANS = ("new", "changed", "made", "resolved")
"""Those that mean something."""
KNOWN = 100
"""Customers that are there before."""


@dataclass
class Traffic:
    """Customers and their conversations, numbered from ``first`` on; the same in each run."""

    first: int = 1
    customers: list[Payload] = field(default_factory=list)
    open: list[Payload] = field(default_factory=list)
    sent: list[Payload] = field(default_factory=list)
    """What meant something, the last ones: some of it comes twice."""
    dice: random.Random = field(default_factory=lambda: random.Random(731))
    moment: float = 0.0
    talks: int = 0
    messages: int = 0
    """Messages sent. Without a Chatwoot to ask they are kept for the notes, and cost no call."""

    def begin(self) -> Iterator[Payload]:
        """Yield what was before: customers, each in a conversation."""
        for _ in range(KNOWN):
            yield self.new()
        for _ in range(KNOWN):
            yield self.made()

    def thousand(self) -> Iterator[tuple[str, Payload]]:
        """Yield the next 1,000 deliveries and what each is, well mixed."""
        kinds = [kind for kind, count in PER_THOUSAND.items() for _ in range(count)]
        self.dice.shuffle(kinds)
        for kind in kinds:
            self.moment += 1
            made: Payload = getattr(self, kind)()
            if kind in MEANS:
                self.sent = [*self.sent[-20:], made]
            yield kind, made

    def new(self) -> Payload:
        """Return a new customer's creation."""
        number = self.first + len(self.customers)
        one = payloads.contact(
            number,
            f"Customer {number}",
            email=f"customer{number}@example.com",
            phone_number=f"+44770{number:07d}",
            company_name=f"Company {number}",
        )
        self.customers.append(one)
        return payloads.contact_created(one)

    def changed(self) -> Payload:
        """Return a change of a customer's that a CRM wants to know of."""
        place = self.dice.randrange(len(self.customers))
        before = self.customers[place]
        known = {**before["additional_attributes"], "job_title": f"Head of {self.moment:.0f}"}
        after = self.customers[place] = {**before, "additional_attributes": known}
        return payloads.contact_updated(
            after, self.moment, additional_attributes=before["additional_attributes"]
        )

    def made(self) -> Payload:
        """Return a conversation's beginning."""
        self.talks += 1
        talk = payloads.conversation(
            self.first + self.talks - 1,
            self.dice.choice(self.customers),
            self.moment,
            said="Do you ship to Prague?",
        )
        self.open.append(talk)
        return payloads.conversation_created(talk)

    def resolved(self) -> Payload:
        """Return a conversation's end."""
        talk = self.open.pop(self.dice.randrange(len(self.open)))
        done = {**talk, "status": "resolved", "updated_at": payloads.BEGAN + self.moment}
        return payloads.status_changed(done)

    def noise(self) -> Payload:
        """Return a message, or somebody typing."""
        talk = self.dice.choice(self.open)
        if self.dice.random() < 0.7:
            self.messages += 1
            return payloads.message_created(talk, int(1_000_000 + self.moment), f"Message {self.moment:.0f}")
        return {"event": "conversation_typing_on", "conversation": talk, "is_private": False}

    def active(self) -> Payload:
        """Return what Chatwoot sends after each incoming message."""
        return payloads.activity_only(self.dice.choice(self.customers), self.moment)

    def twice(self) -> Payload:
        """Return what was sent a moment ago."""
        return self.dice.choice(self.sent) if self.sent else self.active()
