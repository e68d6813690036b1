"""What the demo sends, in order, and what the CRM must hold afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..models import Contact, Conversation, Expected
from . import payloads
from .payloads import Payload

ACCOUNT = 3


@dataclass(frozen=True)
class Post:
    """One webhook: what it is for a reader, its body, how it is sent."""

    what: str
    payload: Payload
    how: Literal["signed", "phone only", "sent twice", "forged"] = "signed"


@dataclass(frozen=True)
class Scenario:
    """Rounds of webhooks; between two rounds the demo waits until all work is done."""

    rounds: tuple[tuple[Post, ...], ...]
    expected: Expected


def story() -> Scenario:
    """Return the demo's story: three customers, one conversation, and what goes wrong in practice."""
    jane = payloads.contact(
        5821,
        "Jane Doe",
        email="jane.doe@example.com",
        phone_number="+447700900123",
        company_name="Globex Ltd",
        city="London",
        custom_attributes={"plan": "pro"},
    )
    seats = {**jane, "custom_attributes": {"plan": "pro", "seats": 12}}
    visitor = payloads.contact(5830, "Priya Nair", email="priya.nair@example.com")
    priya = {**visitor, "phone_number": "+447700900456"}
    joao = payloads.contact(5840, "João Silva", phone_number="+5511955550123")
    opened = payloads.conversation(731, priya, 1, said="Hi, do you offer <b>volume</b> discounts?")
    resolved = payloads.conversation(731, priya, 300, status="resolved", said="Thank you & goodbye!")
    rounds = (
        (Post("a new contact with a company", payloads.contact_created(jane)),),
        (
            Post("the widget's burst: contact created", payloads.contact_created(visitor)),
            Post("… contact updated", payloads.contact_updated(priya, 1, phone_number=None)),
            Post("… conversation created", payloads.conversation_created(opened)),
        ),
        (Post("a WhatsApp contact with a phone only", payloads.contact_created(joao), "phone only"),),
        (
            Post(
                "an update that says nothing new",
                payloads.contact_updated(seats, 120, custom_attributes=jane["custom_attributes"]),
            ),
            Post("an update after a message", payloads.activity_only(jane, 180)),
        ),
        (
            Post("the conversation is resolved", payloads.status_changed(resolved)),
            Post("… seen a second time", payloads.conversation_updated(resolved, status="open")),
        ),
        (
            Post("a delivery that arrives twice", payloads.conversation_created(opened), "sent twice"),
            Post("a forged delivery", payloads.contact_created({**jane, "name": "Mallory"}), "forged"),
        ),
    )
    customers = tuple(Contact.model_validate(person) for person in (seats, priya, joao))
    return Scenario(rounds, Expected(customers, (Conversation.model_validate(resolved),)))
