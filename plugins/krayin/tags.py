"""Chatwoot's labels as Krayin's tags: put on as they come, and taken off as they go if we put them on.

What is known is kept with the person's or lead's id: ``{"of": {"contact": ["vip"], "conversation:731":
["hot"]}, "ours": {"vip": 3}}``, the labels by where they were seen, and the ids of the tags we put on.
An event tells of some labels only; the others are as they were last seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmhost import Contact, Conversation, Outcome, PluginError, Rejected, TryAgain

from .clients.errors import Invalid, Missing
from .desk import Desk
from .lead_making import lead_link
from .links import ENTITY_OF, TAGS, ContactLinks, ExternalId
from .telling import Told

COLOR = "#337CFF"
"""Of tags that we make: what Krayin's own form offers first."""
Labels = dict[str, list[str]]


def tag_customer(desk: Desk, contact: Contact, conversation: Conversation | None, told: Told) -> None:
    """Give the customer's person and lead the tags that the labels name, where the settings say so.

    Costs no call where no label came or went.
    """
    _tag(desk, contact.id, conversation, labels_of(contact, conversation), told)


def tag_conversation(desk: Desk, conversation: Conversation) -> Outcome:
    """Do so for what happened with a conversation; of the contact's own labels that says nothing."""
    told = Told()
    _tag(desk, conversation.contact.id, conversation, labels_of(conversation), told)
    return told.outcome()


def labels_of(*records: Contact | Conversation | None) -> Labels:
    """Return the labels that are known, by where they are; what was not said is not known to be none."""
    said = (record for record in records if record is not None and "labels" in record.model_fields_set)
    return {_place(record): sorted(record.labels) for record in said}


def _place(record: Contact | Conversation) -> str:
    return "contact" if isinstance(record, Contact) else f"conversation:{record.id}"


def _tag(desk: Desk, contact_id: int, conversation: Conversation | None, seen: Labels, told: Told) -> None:
    if desk.settings.sync_tags != "none" and seen:
        for link in _tagged(desk, contact_id, conversation):
            if link.id is not None and not link.gone:
                Tagging(desk, link, told).bring(seen)


def _tagged(desk: Desk, contact_id: int, conversation: Conversation | None) -> Iterator[ExternalId]:
    """Yield the records that bear the customer's tags."""
    links = ContactLinks(desk.links, contact_id)
    if desk.settings.sync_tags in {"persons", "both"}:
        yield links.person
    if desk.settings.sync_tags in {"leads", "both"}:
        yield lead_link(desk, contact_id, conversation.id) if conversation else links.lead


class Tagging:
    """The tags of one person or lead."""

    def __init__(self, desk: Desk, link: ExternalId, told: Told) -> None:
        self.desk = desk
        self.link = link
        self.told = told
        self.entity = ENTITY_OF[link.kind]
        self.record_id = link.id or 0
        self.of: Labels = dict(link.aside(TAGS).get("of", {}))
        self.ours: dict[str, int] = dict(link.aside(TAGS).get("ours", {}))

    def bring(self, seen: Labels) -> None:
        """Bring the tags in step with the labels that were seen now."""
        now = {where: names for where, names in {**self.of, **seen}.items() if names}
        if now == self.of:
            return
        had, wanted = _names(self.of), _names(now)
        try:
            put_on = [name for name in sorted(wanted - had) if self._put_on(name)]
            taken_off = [name for name in sorted(had - wanted) if self._take_off(name)]
        except (Rejected, TryAgain) as error:
            if not self._is_gone(error):
                raise
            self.told.say(self.link.kind, "left", self.record_id, "It is gone from Krayin: no tags.")
            if self.desk.settings.on_deleted == "leave":
                self.link.keep_as_gone()
            else:
                self.link.forget()
            return
        self.link.keep_aside(TAGS, {"of": now, "ours": self.ours})
        if put_on or taken_off:
            self.told.say(self.link.kind, "updated", self.record_id, _said(put_on, taken_off))

    def _put_on(self, name: str) -> bool:
        """Put a tag on, unless it is there: then it is the sales team's."""
        if name in self.ours:
            return False
        tag_id, is_new = self._tag(name)
        if not (is_new or self._is_new) and self.desk.tags.has(self.entity, self.record_id, name):
            return False
        try:
            self.desk.tags.attach(self.entity, self.record_id, tag_id)
        except (Invalid, TryAgain) as error:
            tag_id = self._deleted_since(name, tag_id, error)
            self.desk.tags.attach(self.entity, self.record_id, tag_id)
        self.ours[name] = tag_id
        self._keep()
        return True

    def _take_off(self, name: str) -> bool:
        """Take a tag off that we put on, unless the record is another customer's too, who may need it."""
        if name not in self.ours or len(self.desk.links.records_of(self.link.kind, self.record_id)) > 1:
            return False
        try:
            self.desk.tags.detach(self.entity, self.record_id, self.ours[name])
        except Invalid as error:
            if not error.names("tag_id"):  # a tag that was deleted is off already
                raise
        del self.ours[name]
        self._keep()
        return True

    def _keep(self) -> None:
        """Keep what we did so far: what fails next must not make our own tags the sales team's."""
        self.link.keep_aside(TAGS, {"of": self.of, "ours": self.ours})

    @property
    def _is_new(self) -> bool:
        """Whether the record was made just now, and so has no tags."""
        return self.told.is_new(self.link.kind, self.record_id)

    def _tag(self, name: str) -> tuple[int, bool]:
        """Return the id of the tag of this name, and whether it had to be made."""
        known = self._known(name)
        if known is not None:
            return known, False
        try:
            made = self.desk.tags.create(name, COLOR)["id"]
        except Invalid:
            self.desk.lookups.drop("tags")
            known = self._known(name)
            if known is None:
                raise
            return known, False  # somebody made it since the tags were listed
        self.desk.lookups.drop("tags")
        return made, True

    def _known(self, name: str) -> int | None:
        rows = self.desk.lookups.tags()
        return next((row["id"] for row in rows if _folded(row.get("name")) == _folded(name)), None)

    def _deleted_since(self, name: str, tag_id: int, error: PluginError) -> int:
        """Return the id of a tag that was deleted since the tags were listed; raise where that is not why."""
        if not _may_be_at_fault(error):
            raise error
        self.desk.lookups.drop("tags")
        found, _ = self._tag(name)
        if found == tag_id:
            raise error
        return found

    def _is_gone(self, error: PluginError) -> bool:
        """Whether the failure was that the record was deleted: only the newest REST package says so."""
        if isinstance(error, Missing):
            return True
        records = self.desk.persons if self.entity == "persons" else self.desk.leads
        return _may_be_at_fault(error) and records.get(self.record_id) is None


def _may_be_at_fault(error: PluginError) -> bool:
    """Whether what was asked for may be why it failed, not only Krayin's state."""
    return error.at_most is not None if isinstance(error, TryAgain) else isinstance(error, Invalid)


def _names(of: Labels) -> set[str]:
    return {name for names in of.values() for name in names}


def _folded(name: Any) -> str:
    return str(name).strip().casefold()


def _said(put_on: list[str], taken_off: list[str]) -> str:
    put, taken = (", ".join(names) for names in (put_on, taken_off))
    said = (f"Tags put on: {put}." if put else "", f"Tags taken off: {taken}." if taken else "")
    return " ".join(filter(None, said))
