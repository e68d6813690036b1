"""The card beside a conversation in Chatwoot: what a plugin shows of a customer, and what it offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .models import Choice

CardValue = str | float | datetime
"""What a card shows of a field: a number and a moment are written as the person who looks writes them."""


@dataclass(frozen=True)
class CardRecord:
    """A record of the CRM on a card: its kind and id, what it is called, and what of it is worth a look."""

    kind: str
    remote_id: str
    title: str
    fields: tuple[tuple[str, CardValue], ...] = ()
    """The field's name, in English (the plugin's translations are asked for it), and its value."""


@dataclass(frozen=True)
class CardEvent:
    """Something that happened with the customer in the CRM: what, when, and in a few words."""

    title: str
    at: datetime | None = None
    """With its time zone, such as UTC."""
    text: str = ""


@dataclass(frozen=True)
class CardAction:
    """Something that can be done from a card: ``name`` for ``act_on_card``, ``title`` in English for people.

    Where there are ``choices`` one of them is to be chosen; ``value`` is the one that holds now.
    """

    name: str
    title: str
    choices: tuple[Choice, ...] = ()
    value: str = ""


@dataclass(frozen=True)
class Card:
    """What a person sees of a customer beside a conversation in Chatwoot."""

    records: tuple[CardRecord, ...] = ()
    events: tuple[CardEvent, ...] = ()
    """What happened last, the newest first."""
    actions: tuple[CardAction, ...] = ()
