"""The plugin's store of external ids: which Krayin records belong to a Chatwoot contact or conversation."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from crmhost import Links

from .settings import Entity

PERSON, LEAD, ORGANIZATION, ACTIVITY = KINDS = ("person", "lead", "organization", "activity")
ENTITY_OF: Mapping[str, Entity] = {PERSON: "persons", LEAD: "leads"}
"""What Krayin calls the kinds that have attributes and tags."""
PAGES: Mapping[str, str] = {
    PERSON: "contacts/persons/view",
    LEAD: "leads/view",
    ORGANIZATION: "contacts/organizations/edit",
    ACTIVITY: "activities/edit",
}
"""Where Krayin's people see a record: an organization and an activity have no page but their form."""
_GONE, TAGS, MIRRORED, NEWEST = _ASIDE = ("gone", "tags", "mirrored", "newest")
"""What is kept with an id beside what was written there: that it was deleted, its tags, which ids Chatwoot
has of it, what its contact said last for conversations' leads."""


def page_of(api_url: str, kind: str, remote_id: str) -> str | None:
    """Return the address of a record's page in Krayin."""
    return f"{api_url}/admin/{PAGES[kind]}/{remote_id}" if kind in PAGES else None


@dataclass(frozen=True)
class ExternalId:
    """One kind of Krayin record of one Chatwoot record: its id, if known, and what we wrote there."""

    links: Links
    record: str
    kind: str

    @property
    def id(self) -> int | None:
        """Krayin's id, or None while there is none."""
        link = self.links.get(self.record, self.kind)
        return int(link.remote_id) if link else None

    @property
    def written(self) -> Mapping[str, Any]:
        """What was kept with the id; {} while there is none."""
        return {name: value for name, value in self._kept.items() if name not in _ASIDE}

    def aside(self, name: str) -> Mapping[str, Any]:
        """Return what ``keep_aside`` kept with the id; {} while there is none."""
        kept: Mapping[str, Any] = self._kept.get(name, {})
        return kept

    @property
    def gone(self) -> bool:
        """Whether the record was deleted in Krayin, and is to stay so."""
        return _GONE in self._kept

    @property
    def unsure(self) -> bool:
        """Whether an earlier attempt may have made the record without our learning its id."""
        return self.links.unsure(self.record, self.kind)

    def keep(self, remote_id: int, written: Mapping[str, Any] | None = None) -> None:
        """Keep the id, and what is to be compared with the next time; what is kept aside stays."""
        aside = {name: self._kept[name] for name in _ASIDE if name in self._kept and remote_id == self.id}
        self.links.set(self.record, self.kind, remote_id, {**(written or {}), **aside})

    def keep_aside(self, name: str, value: object) -> None:
        """Keep something beside what was written: ``TAGS``, ``MIRRORED`` or ``NEWEST``."""
        self.links.set(self.record, self.kind, self.id, {**self._kept, name: value})

    def keep_as_gone(self) -> None:
        """Keep the id of a record that was deleted in Krayin, so that it is not made again."""
        self.keep_aside(_GONE, value=True)

    def forget(self) -> None:
        """Drop the id: Krayin's record is gone, and may be made again."""
        self.links.remove(self.record, self.kind)

    @property
    def _kept(self) -> Mapping[str, Any]:
        link = self.links.get(self.record, self.kind)
        return link.written if link else {}


class ContactLinks:
    """The Krayin records of one Chatwoot contact."""

    def __init__(self, links: Links, contact_id: int) -> None:
        self._links = links
        self._record = f"contact:{contact_id}"
        self.person = ExternalId(links, self._record, PERSON)
        self.lead = ExternalId(links, self._record, LEAD)
        self.organization = ExternalId(links, self._record, ORGANIZATION)

    @property
    def any_known(self) -> bool:
        """Whether the contact has a person or a lead in Krayin."""
        return self.person.id is not None or self.lead.id is not None

    def creating(self, *kinds: str) -> AbstractContextManager[None]:
        """Say that the request in this block makes records of these kinds."""
        return self._links.creating(self._record, *kinds)

    def forget(self) -> None:
        """Drop all ids of a contact whose person is gone; a lead goes before its person can."""
        for external_id in (self.person, self.lead, self.organization):
            external_id.forget()


class ConversationLinks:
    """The Krayin records of one Chatwoot conversation; a lead of its own where each has one."""

    def __init__(self, links: Links, conversation_id: int) -> None:
        self._links = links
        self._record = f"conversation:{conversation_id}"
        self.activity = ExternalId(links, self._record, ACTIVITY)
        self.lead = ExternalId(links, self._record, LEAD)

    def creating(self, kind: str = ACTIVITY) -> AbstractContextManager[None]:
        """Say that the request in this block makes the activity, or another record."""
        return self._links.creating(self._record, kind)
