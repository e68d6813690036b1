"""A connection to a Krayin, worked as the host works it: set up, delivered to, its calls counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

import crmhost
from crmhost import Contact, Context, Conversation, CRMHostError, Http, Links, Outcome, SetUpAgain, TryAgain
from crmhost.pool import Pool
from crmhost.testing import LinksInMemory
from crmhost_krayin import (
    KrayinSettings,
    handle_contact,
    handle_conversation_changed,
    handle_conversation_created,
    handle_conversation_resolved,
    setup,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


ACCOUNT = 3
"""Chatwoot's."""
ATTEMPTS = 6
"""How often a delivery is tried before a test has had enough."""


class WorkerDied(Exception):
    """The process that worked a delivery is gone, and with it all that was not committed."""


@dataclass
class Chatwoot:
    """Chatwoot's API, as far as Krayin's plugin asks it: what the webhooks do not bring."""

    messages_of: dict[int, tuple[crmhost.Message, ...]] = field(default_factory=dict)
    contacts_now: dict[int, Contact] = field(default_factory=dict)
    conversations_now: dict[int, Conversation] = field(default_factory=dict)

    def contact(self, contact_id: int) -> Contact | None:
        return self.contacts_now.get(contact_id)

    def contacts(self) -> Iterator[Contact]:
        yield from self.contacts_now.values()

    def conversation(self, conversation_id: int) -> Conversation | None:
        return self.conversations_now.get(conversation_id)

    def messages(self, conversation_id: int) -> tuple[crmhost.Message, ...]:
        return self.messages_of.get(conversation_id, ())

    def inboxes(self) -> tuple[crmhost.Inbox, ...]:
        return ()

    def agents(self) -> Mapping[int, str]:
        return {}

    def mirror(self, contact_id: int, ids: Mapping[str, str]) -> bool:
        raise AssertionError(f"nobody asked to keep {ids} with contact {contact_id}")


@dataclass
class Connection:
    """Settings as a person would give them, with what setup found; and what each delivery took."""

    pool: Pool
    given: Mapping[str, Any]
    store: LinksInMemory = field(default_factory=LinksInMemory)
    chatwoot: Chatwoot | None = None
    wait: Callable[[float], None] = lambda _seconds: None
    """What is done before a delivery is tried again: a real Krayin needs a minute now and then."""
    ready: KrayinSettings | None = None
    """What setup made of the given settings, where it has been called before."""
    calls: list[str] = field(default_factory=list)
    """The calls of the last delivery, all its attempts together."""
    total: int = 0
    """How many calls all deliveries took so far, setup left out."""

    def __post_init__(self) -> None:
        if self.ready is None:
            self.set_up()

    @property
    def settings(self) -> KrayinSettings:
        assert self.ready, "setup has not been called"
        return self.ready

    def set_up(self) -> None:
        given = KrayinSettings(**self.given)
        found = self._patiently(lambda: setup(self._context(Links(), given)))
        self.ready = KrayinSettings(**{**self.given, **found.settings})

    def contact(self, contact: Contact, conversation: Conversation | None = None) -> Outcome:
        return self._deliver(handle_contact, contact=contact, conversation=conversation)

    def created(self, conversation: Conversation) -> Outcome:
        return self._with_contact(handle_conversation_created, conversation)

    def resolved(self, conversation: Conversation) -> Outcome:
        return self._with_contact(handle_conversation_resolved, conversation)

    def changed(self, conversation: Conversation, changed: AbstractSet[str]) -> Outcome:
        return self._with_contact(handle_conversation_changed, conversation, changed=changed)

    def _with_contact(self, hook: Any, conversation: Conversation, **more: Any) -> Outcome:
        """Bring a contact along that has no link yet, before its conversation."""
        person = conversation.contact
        brought, took = Outcome(), []
        if not any(record == f"contact:{person.id}" for record, _ in self.store.known):
            brought = self.contact(person, conversation)
            took = self.calls
        if brought.ignored:
            return brought
        outcome = self._deliver(hook, conversation=conversation, **more)
        self.calls = took + self.calls
        return brought + outcome

    def _deliver(self, hook: Any, **record: Any) -> Outcome:
        self.calls = []
        return self._patiently(lambda: self._attempt(hook, record))  # type: ignore[no-any-return]

    def _attempt(self, hook: Any, record: Mapping[str, Any]) -> Any:
        links = self.store.open()
        context = self._context(links, self.settings)
        try:
            outcome = hook(context, **record)
        except CRMHostError:
            self.store.commit(links)  # a failed attempt's links are kept too; not those of one that died
            raise
        finally:
            sent = [f"{call.method} {call.path.partition('/api/v1')[2]}" for call in context.http.calls]
            self.calls += sent
            self.total += len(sent)
        self.store.commit(links)
        return outcome

    def _patiently(self, work: Callable[[], Any]) -> Any:
        for left in range(ATTEMPTS - 1, -1, -1):
            try:
                return work()
            except SetUpAgain:
                if not left or self.ready is None:
                    raise
                self.set_up()
            except TryAgain as error:
                if not left:
                    raise
                self.wait(math.ceil(error.delay or 0))
            except WorkerDied:
                continue
        raise AssertionError("unreachable")

    def _context(self, links: Links, settings: KrayinSettings) -> Context[KrayinSettings]:
        log = structlog.get_logger()
        return Context(1, ACCOUNT, settings, links, Http(self.pool), log, chatwoot=self.chatwoot)
