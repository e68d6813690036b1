"""The customers and conversations that the contract brings: nobody's, and the same ones each time."""

from __future__ import annotations

from typing import Any

from ..demo import payloads
from ..demo.payloads import Payload
from ..models import Contact, Conversation
from .scrubbing import FIRST, LAST

DOMAIN = "crmhost-test.example.com"
"""Where all of them have their e-mail: what a recording left in a real CRM is found by it."""
COMPANY = "Crmhost Test Ltd"
SAID = "Do you ship seven chairs to Prague?"
ANSWERED = "Seven chairs it is, thank you!"
RENAMED = "Jana Doe-Example"
UNICODE = "Zoë Ångström-Ďurišová 李小龍 🪑"
LONG = "Wolfeschlegelsteinhausenbergerdorff " * 12
NAMES = frozenset(f"{first} {last}" for first in FIRST for last in LAST)
EXAMPLES = NAMES | {RENAMED, UNICODE, LONG, COMPANY}
"""All that customers and their companies are called."""


def customer(number: int, **known: Any) -> Payload:
    """Return a customer as Chatwoot tells of one; ``known`` says what is otherwise: ``email=None``."""
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    usual = {
        "email": f"{first}.{last}.{number}@{DOMAIN}".lower(),
        "phone_number": f"+447700900{number:03}",
    }
    name = known.pop("name", f"{first} {last}")
    return payloads.contact(5_000 + number, name, **{**usual, **known})


def talk(person: Payload, *, resolved: bool = False) -> Payload:
    """Return a customer's one conversation: as it begins, or as it ends."""
    if resolved:
        return payloads.conversation(person["id"] + 2_000, person, 300, status="resolved", said=ANSWERED)
    return payloads.conversation(person["id"] + 2_000, person, 10, said=SAID)


def contact_of(person: Payload) -> Contact:
    """Return the customer as a hook gets it."""
    return Contact.model_validate(person)


def conversation_of(of: Payload) -> Conversation:
    """Return the conversation as a hook gets it."""
    return Conversation.model_validate(of)
