"""What would be done for a contact, a conversation or a delivery, with not one write sent."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import structlog

from .chatwoot import ChatwootAPI
from .context import Context, Links, Tokens
from .errors import CredentialsError, PluginError, SettingsError, TryAgain
from .handling import Handling
from .http import Call
from .models import Change, Imagined, Outcome
from .reconcile.lining import sender_of
from .rehearsal import Ended, Rehearsal, Write, Writes, named
from .store import connections, known, links
from .store.deliveries import Delivery
from .tokens import KeptTokens
from .validation import validated

if TYPE_CHECKING:
    from .house import House
    from .plugins import Plugin
    from .store.connections import CRMConnection

Row = Mapping[str, Any]
CHATWOOT = "Chatwoot"
NEWEST_FIRST = "-last_activity_at"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Subject:
    """What is previewed: one of these."""

    delivery: int | None = None
    contact: int | None = None
    conversation: int | None = None


@dataclass(frozen=True)
class Preview:
    """What would be asked and written, and what would come of it."""

    about: str
    writes: tuple[Write, ...]
    reads: tuple[Call, ...]
    state: str | None = None
    """The delivery's final state; None where that is not to be told."""
    reason: str = ""
    fix: str = ""
    changes: tuple[Change, ...] = field(default_factory=tuple)
    ended: str = ""
    """Why it does not go on to the end."""


def preview(house: House, connection_id: int, subject: Subject) -> Preview:
    """Call the plugin's hook with clients that send no write, and links that are not kept."""
    with house.store.read() as tx:
        connection = connections.get(tx, house.vault, connection_id)
    return _Stage(house, connection).play(_delivery(house, connection, subject))


def preview_newest(
    house: House, connection: CRMConnection, contact_id: int | None, tokens: Tokens | None = None
) -> Preview:
    """Preview a contact of a connection that need not be stored yet: this one, or who was active last.

    ``tokens`` are those of a connection that is not stored, where the CRM's expire.
    """
    if contact_id is None:
        page = house.chatwoot_of(connection).all_contacts.page(1, NEWEST_FIRST)
        contact_id = next((row["id"] for row in page.rows if isinstance(row.get("id"), int)), None)
    if contact_id is None:
        raise SettingsError(
            "Chatwoot has no contact with an e-mail address, a phone or an identifier yet.",
            fix="Make one there, or name a contact by its number.",
        )
    return _Stage(house, connection, tokens).play(_about_contact(house, connection, contact_id))


class _Stage:
    """A connection with clients that only rehearse."""

    def __init__(self, house: House, connection: CRMConnection, tokens: Tokens | None = None) -> None:
        self._house = house
        self._connection = connection
        self._tokens = tokens or KeptTokens(house, connection.id)
        self._plugin: Plugin = house.plugins[connection.plugin]
        self._writes = Writes()
        self._crm = Rehearsal(house.http_pool, self._plugin.info.title, self._writes, self._imagine)
        self._chatwoot = Rehearsal(house.http_pool, CHATWOOT, self._writes, self._imagine_chatwoot)
        self._context: Context[Any] | None = None

    def play(self, delivery: Delivery) -> Preview:
        """Return what the hook would do with a delivery."""
        about = delivery.record.replace(":", " ")
        handling = Handling(self._house.plugins, self._connection, delivery, delivery.changed)
        self._context = context = self._context_for(delivery)
        try:
            outcome, ended = handling.run(context), ""
        except Ended as end:
            outcome, ended = None, str(end)
        except (TryAgain, CredentialsError, SettingsError):
            raise
        except PluginError as error:
            return replace(self._told(about), state="dead", reason=str(error), fix=error.fix)
        told = self._told(about)
        return replace(told, ended=ended) if outcome is None else _with(told, outcome)

    def _told(self, about: str) -> Preview:
        return Preview(about, tuple(self._writes.all), (*self._chatwoot.calls, *self._crm.calls))

    def _context_for(self, delivery: Delivery) -> Context[Any]:
        one = self._connection
        return Context(
            connection_id=one.id,
            account_id=one.account_id,
            settings=validated(self._plugin, one.settings),
            links=self._links({f"contact:{delivery.contact_id}", delivery.record}),
            http=self._crm,
            chatwoot=self._chatwoot_api(),
            chatwoot_url=one.chatwoot_url,
            tokens=self._tokens,
            log=log.bind(connection=one.id, preview=True),
        )

    def _links(self, records: set[str]) -> Links:
        with self._house.store.read() as tx:
            there = links.load(tx, self._connection.id, records)
            intents = links.open_intents(tx, self._connection.id, records)
        return Links(there, intents=frozenset(intents), records_of=self._records_of)

    def _records_of(self, kind: str, remote_id: str) -> tuple[str, ...]:
        with self._house.store.read() as tx:
            return links.records_of(tx, self._connection.id, kind, remote_id)

    def _chatwoot_api(self) -> ChatwootAPI | None:
        one = self._connection
        if not (one.chatwoot_url and one.chatwoot_token):
            return None
        url, token = one.chatwoot_url, one.chatwoot_token
        return ChatwootAPI(self._chatwoot, url, token, one.account_id, agents=self._house.agents)

    def _imagine(self, method: str, path: str, body: Any, number: int) -> Imagined | None:
        assert self._context is not None  # noqa: S101 - the hook that writes is called with it
        return self._plugin.imagine(self._context, method, path, body, number)

    def _imagine_chatwoot(self, _method: str, path: str, _body: Any, _number: int) -> Imagined:
        """Return what Chatwoot said of the same record when it was read before."""
        answer = self._chatwoot.seen.get(path)
        said = answer.json() if answer else {}
        return Imagined(said.get("payload", said) if isinstance(said, dict) else {}, {})


def _with(told: Preview, outcome: Outcome) -> Preview:
    """Return the preview with what would come of it; what would be made has no id yet."""
    changes = tuple(replace(change, remote_id=str(named(change.remote_id))) for change in outcome.changes)
    return replace(told, state=outcome.state, reason=outcome.ignored, changes=changes)


# What is previewed


def _delivery(house: House, connection: CRMConnection, subject: Subject) -> Delivery:
    """Return what is to be previewed as a delivery: one that came, or one that might come now."""
    if subject.delivery is not None:
        return _that_came(house, connection, subject.delivery)
    if subject.contact is not None:
        return _about_contact(house, connection, subject.contact)
    if subject.conversation is not None:
        return _about_conversation(house, connection, subject.conversation)
    fix = "Name a contact, a conversation or a delivery by its number."
    raise SettingsError("Nothing is named that could be previewed.", fix=fix)


def _that_came(house: House, connection: CRMConnection, delivery_id: int) -> Delivery:
    with house.store.read() as tx:
        found = known.delivery(tx, connection.id, delivery_id)
    if found is None:
        raise SettingsError(
            f"Connection {connection.id} has no delivery {delivery_id}.", fix="See: crmhost deliveries"
        )
    return _kept(found, f"delivery {delivery_id}")


def _about_contact(house: House, connection: CRMConnection, contact_id: int) -> Delivery:
    """With Chatwoot's token the contact as it is now, which the handling reads; else what came last."""
    if connection.chatwoot_token:
        return _new("contact_updated", contact_id, None, {"id": contact_id})
    with house.store.read() as tx:
        found = known.last_of_contact(tx, connection.id, contact_id)
    return _kept(found, f"contact {contact_id}")


def _about_conversation(house: House, connection: CRMConnection, conversation_id: int) -> Delivery:
    what = f"conversation {conversation_id}"
    if not connection.chatwoot_token:
        with house.store.read() as tx:
            found = known.last_of_conversation(tx, connection.id, conversation_id)
        return _kept(found, what)
    row = house.chatwoot_of(connection).all_conversations.row(conversation_id)
    contact_id = sender_of(row or {}).get("id")
    if row is None or contact_id is None:
        fix = "Its number is the one in Chatwoot's addresses, after /conversations/."
        raise SettingsError(f"Chatwoot has no {what}.", fix=fix)
    kind = "conversation_resolved" if row.get("status") == "resolved" else "conversation_created"
    return _new(kind, contact_id, conversation_id, row)


def _kept(found: Delivery | None, what: str) -> Delivery:
    """Return a delivery that can be read again."""
    if found is None:
        raise SettingsError(f"Nothing came about {what}.", fix="Give the connection Chatwoot's token.")
    if not found.body:
        fix = "Preview the contact or conversation itself, which needs Chatwoot's token."
        raise SettingsError(f"What was said of {what} is no longer kept.", fix=fix)
    return found


def _new(kind: str, contact_id: int, conversation_id: int | None, row: Row) -> Delivery:
    return Delivery(0, kind, contact_id, conversation_id, None, time.time(), json.dumps(row), 0)
