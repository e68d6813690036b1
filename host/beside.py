"""What somebody sees and does on the card beside a conversation in Chatwoot, of which they only say the ids.

Chatwoot posts to the card what is open there, and vouches for none of it: whoever frames the page can post
whatever they like. So nothing is taken from it but ids, and these are held against what Chatwoot delivered
or answers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from .budget import DeliveryBudget
from .context import Context, Links
from .errors import CRMHostError, NotYet
from .http import Http
from .ledger import Ledger
from .locks import held_by_hand
from .models import Contact, Conversation
from .store import browse, clock, contacts, links
from .store.browse import Wanted
from .store.deliveries import Delivery
from .tokens import KeptTokens
from .validation import validated
from .watch import SignsOfLife

if TYPE_CHECKING:
    from sqlalchemy import Connection as Transaction

    from .cards import Card
    from .house import House
    from .models import Outcome
    from .store.connections import CRMConnection

PATIENCE = 5.0
"""Seconds that a person waits for a worker to let go of the customer."""
log = structlog.get_logger(__name__)


class Unknown(CRMHostError):
    """What Chatwoot's page says is open is nothing that this connection knows of."""


@dataclass(frozen=True)
class Seat:
    """Whom the card is about, as it was checked."""

    contact_id: int
    conversation_id: int | None


def seat(house: House, one: CRMConnection, account: str, contact: str, conversation: str) -> Seat:
    """Return whom the card is about; Unknown where these ids do not belong together, or not to us."""
    contact_id, conversation_id = _id(contact), _id(conversation) if conversation else None
    if _id(account) != one.account_id:
        fix = f"This card is for account {one.account_id}: use the card of the other account's connection."
        raise Unknown("This is another account of Chatwoot's.", fix=fix)
    with house.store.read() as tx:
        whose = _contact_of(tx, one, contact_id, conversation_id)
    if whose != contact_id:
        whose = _asked(house, one, contact_id, conversation_id)
    if whose != contact_id:
        raise Unknown("Nothing was heard of this customer yet.", fix="They come with their next message.")
    return Seat(contact_id, conversation_id)


def _id(text: str) -> int:
    if not (text.isdecimal() and 0 < len(text) < 19):
        raise Unknown("Chatwoot did not say which conversation is open.", fix="Open it again.")
    return int(text)


def _contact_of(
    tx: Transaction, one: CRMConnection, contact_id: int, conversation_id: int | None
) -> int | None:
    """Return whose the conversation is, as it was delivered; without one, whether the contact is ours."""
    if conversation_id is not None:
        rows = browse.page(tx, Wanted((one.id,), conversation_id=conversation_id), 1)
        if rows:
            found: int = rows[0].contact_id
            return found
    known = contacts.faces(tx, [(one.id, contact_id)]) or links.load(tx, one.id, [f"contact:{contact_id}"])
    return contact_id if known and conversation_id is None else None


def _asked(house: House, one: CRMConnection, contact_id: int, conversation_id: int | None) -> int | None:
    """Return what Chatwoot itself says: a contact may have been merged since, a conversation be new."""
    api = house.chatwoot(one.account_id, one.chatwoot_url, one.chatwoot_token)
    if api is None:
        return None
    if conversation_id is None:
        return contact_id if api.contact(contact_id) else None
    conversation = api.conversation(conversation_id)
    return conversation.contact.id if conversation else None


def look(house: House, one: CRMConnection, at: Seat) -> Card | None:
    """Return the plugin's card; None where it has none, or the CRM knows nothing of the contact."""
    plugin = house.plugins[one.plugin]
    signs = SignsOfLife()
    with house.store.read() as tx:
        known = links.load(tx, one.id, _records(at))
    if not known:
        return None
    with _context(house, one, Links(known), signs, read_only=True) as context:
        work = partial(plugin.card, context, at.contact_id, at.conversation_id)
        return plugin.watch.run(work, "its hook card", signs=signs)


def act(house: House, one: CRMConnection, at: Seat, action: str, value: str) -> Outcome:
    """Do what was chosen on the card, alone with the contact; links and intents are kept as of a delivery."""
    plugin = house.plugins[one.plugin]
    signs = SignsOfLife()
    with held_by_hand(house.redis, house.store, (one.id, at.contact_id), patience=PATIENCE) as held:
        hold = house.settings.unknown_hold_seconds
        ledger = Ledger(house.store, house.pulse, held, _as_delivery(at), signs, unknown_hold=hold)
        beats = house.pulse.seen
        with house.store.read() as tx:
            ledger.open(tx, _records(at), clock.now(tx), beats)
        if ledger.hold > 0:
            raise NotYet("The CRM may still be carrying out an earlier request.", delay=ledger.hold)
        contact, conversation = whom(house, one, at)
        try:
            with _context(house, one, ledger.links, signs, guard=held.guard) as context:
                work = partial(plugin.act_on_card, context, contact, conversation, action, value)
                return plugin.watch.run(work, "its hook act_on_card", signs=signs, meanwhile=held.keep)
        finally:
            with held.committing() as tx:
                ledger.save(tx, held.now)


def whom(house: House, one: CRMConnection, at: Seat) -> tuple[Contact, Conversation | None]:
    """Return the contact and the conversation as Chatwoot has them now; without a token as far as we know."""
    if api := house.chatwoot(one.account_id, one.chatwoot_url, one.chatwoot_token):
        conversation = api.conversation(at.conversation_id) if at.conversation_id is not None else None
        contact = api.contact(at.contact_id)
        if contact is None:
            raise Unknown("Chatwoot has this contact no more.", fix="Open the conversation again.")
        return contact, conversation
    key = (one.id, at.contact_id)
    with house.store.read() as tx:
        face = contacts.faces(tx, [key]).get(key)
    if face is None:
        raise Unknown("Nothing was heard of this customer yet.", fix="They come with their next message.")
    known = Contact(id=face.contact_id, name=face.name, email=face.email, phone_number=face.phone)
    return known, None


def _records(at: Seat) -> list[str]:
    of_talk = [] if at.conversation_id is None else [f"conversation:{at.conversation_id}"]
    return [f"contact:{at.contact_id}", *of_talk]


def _as_delivery(at: Seat) -> Delivery:
    """Return what a ledger takes a person's wish for: a delivery that came just now."""
    return Delivery(0, "card", at.contact_id, at.conversation_id, None, time.time(), "{}", 0)


@contextmanager
def _context(
    house: House,
    one: CRMConnection,
    known: Links,
    signs: SignsOfLife,
    *,
    guard: Any = None,
    read_only: bool = False,
) -> Iterator[Context[Any]]:
    """Yield what a hook is handed where a person waits for it: its calls are of the connection's budget."""

    def each(writes: bool, longest: float) -> None:
        signs.give()
        if read_only and writes:
            raise CRMHostError("Nothing is written.", fix="Report it to the plugin's authors.")
        if guard:
            guard(writes, longest)

    budget = DeliveryBudget(house.redis, whose=one.id)
    try:
        yield Context(
            connection_id=one.id,
            account_id=one.account_id,
            settings=validated(house.plugins[one.plugin], one.settings),
            links=known,
            http=Http(house.http_pool, guard=each),
            log=log.bind(connection=one.id),
            chatwoot=house.chatwoot(one.account_id, one.chatwoot_url, one.chatwoot_token),
            chatwoot_url=one.chatwoot_url,
            budget=budget,
            tokens=KeptTokens(house, one.id),
            read_only=read_only,
        )
    finally:
        budget.close()
