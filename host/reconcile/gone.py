"""Contacts that Chatwoot no longer has while the CRM keeps their records: who they are now, and the mend.

Chatwoot tells nobody of a merge or a deletion. Nothing is merged here: it is named for a person to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..store import known

if TYPE_CHECKING:
    from ..chatwoot import ChatwootAPI
    from ..plugins import Plugin
    from ..store import Store
    from ..store.known import Talk
    from .everyone import Everyone

Linked = Mapping[int, Mapping[str, str]]


@dataclass(frozen=True)
class Gone:
    """A contact that is gone, with what the CRM has of it and of the contact that it became."""

    contact_id: int
    records: Mapping[str, str]
    """The CRM's ids by kind."""
    now: int | None
    """The contact that it was merged into; None where it was deleted."""
    now_records: Mapping[str, str]
    because: str
    mend: str


@dataclass(frozen=True)
class Search:
    """Looks for the contacts of one connection that are gone."""

    store: Store
    connection_id: int
    plugin: Plugin
    api: ChatwootAPI
    everyone: Everyone

    def run(self) -> Iterator[Gone]:
        """Yield each contact that is linked and gone."""
        with self.store.read() as tx:
            linked = known.linked_contacts(tx, self.connection_id)
            talks = known.conversations(tx, self.connection_id)
        for contact_id in sorted(linked.keys() - self.everyone.ids):
            # The list leaves out who has no address left, so each is asked for.
            if not self.api.all_contacts.exists(contact_id):
                yield self._told(contact_id, linked, talks)

    def _told(self, contact_id: int, linked: Linked, talks: Mapping[int, Talk]) -> Gone:
        successor, because = (
            self._by_conversation(contact_id, talks)
            or self._by_address(contact_id)
            or self._by_record(contact_id, linked)
            or (None, "nothing in Chatwoot tells of it")
        )
        records, others = linked[contact_id], linked.get(successor or 0, {})
        mend = self._mend(contact_id, records, successor, others)
        return Gone(contact_id, records, successor, others, because, mend)

    def _by_conversation(self, contact_id: int, talks: Mapping[int, Talk]) -> tuple[int, str] | None:
        """Follow the newest conversation that is left: a merge moves it to the contact that stays."""
        mine = [number for number, talk in talks.items() if contact_id in talk.contacts]
        for number in sorted(mine, reverse=True):
            conversation = self.api.conversation(number)
            if conversation and conversation.contact.id != contact_id:
                return (
                    conversation.contact.id,
                    f"conversation {number} is contact {conversation.contact.id}'s now",
                )
        return None

    def _by_address(self, contact_id: int) -> tuple[int, str] | None:
        """Look who has the e-mail, phone or identifier that was last received about the contact."""
        with self.store.read() as tx:
            last = known.last_of_contact(tx, self.connection_id, contact_id)
        found = self.everyone.owner(last.payload) if last and last.body else None
        return (found[0], f"contact {found[0]} has the {found[1]} now") if found else None

    def _by_record(self, contact_id: int, linked: Linked) -> tuple[int, str] | None:
        """Look whether the CRM's customer is linked to a contact that is there as well."""
        kind = self.plugin.info.kinds[0]
        remote_id = linked[contact_id].get(kind)
        for other, records in linked.items():
            if remote_id and other in self.everyone.ids and records.get(kind) == remote_id:
                return other, f"{kind} {remote_id} is contact {other}'s as well"
        return None

    def _mend(
        self, contact_id: int, records: Mapping[str, str], successor: int | None, others: Mapping[str, str]
    ) -> str:
        """Say what a person does about it."""
        kind, title = self.plugin.info.kinds[0], self.plugin.info.title
        ours, theirs = records.get(kind), others.get(kind)
        forget = f"crmhost links forget {self.connection_id} --contact {contact_id}"
        if ours is None or ours == theirs:
            return f"Nothing is to be done in {title}. Then: {forget}"
        if successor is None:
            erase = f"crmhost forget {self.connection_id} --contact {contact_id} --crm --dry-run"
            return (
                f"Deleted in Chatwoot, or merged into a contact that kept its own address. Look at "
                f"{kind} {ours} in {title}. If they asked to be forgotten: {erase}. If not: {forget}"
            )
        if theirs is None:
            line = f"{successor},{kind},{ours}"
            return f"Link {kind} {ours} to contact {successor}: crmhost links import --csv, «{line}»."
        return f"In {title}, merge {kind} {ours} into {kind} {theirs}. Then: {forget}"
