"""The plugin's store of external ids: which LeadSquared records belong to a contact or a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from crmhost import Links, Rejected

LEAD, NOTE, TRANSCRIPT = KINDS = ("lead", "note", "transcript")


@dataclass(frozen=True)
class ExternalId:
    """One kind of LeadSquared record of one Chatwoot record: its id, if known, and what we wrote there."""

    links: Links
    record: str
    kind: str

    @property
    def id(self) -> str | None:
        """LeadSquared's id, or None while there is none."""
        link = self.links.get(self.record, self.kind)
        return link.remote_id if link else None

    @property
    def written(self) -> Mapping[str, Any]:
        """What was kept with the id; {} while there is none."""
        link = self.links.get(self.record, self.kind)
        return link.written if link else {}

    def keep(self, remote_id: str, written: Mapping[str, Any]) -> None:
        """Keep the id, and what is to be compared with the next time."""
        self.links.set(self.record, self.kind, remote_id, written)

    def forget(self) -> None:
        """Drop the id: LeadSquared has no such record any more."""
        self.links.remove(self.record, self.kind)

    @contextmanager
    def creating(self, *, ask: bool) -> Iterator[None]:
        """Say that the request in this block makes the record.

        ``ask`` is for a record that cannot be looked for: where an earlier attempt may have made it, a
        person is asked. This error says of itself that it wrote nothing, so the doubt ends with it, and
        a replay makes the record.
        """
        in_doubt = self.links.unsure(self.record, self.kind)
        with self.links.creating(self.record, self.kind):
            if in_doubt and ask:
                whose = self.record.replace(":", " ")
                raise Rejected(
                    f"LeadSquared may have the {self.kind} of {whose} already: it did not say.",
                    fix="Look there; where it is missing, crmhost replay makes it.",
                )
            yield


def lead_of(links: Links, contact_id: int) -> ExternalId:
    """Return the lead of a contact."""
    return ExternalId(links, f"contact:{contact_id}", LEAD)


def activity_of(links: Links, conversation_id: int, kind: str) -> ExternalId:
    """Return the activity of this kind of a conversation."""
    return ExternalId(links, f"conversation:{conversation_id}", kind)
