"""What the host keeps of a connection between deliveries, kept in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..context import Key, Link, Links


@dataclass
class LinksInMemory:
    """Links, and intents that are kept at once, as the host's database has them."""

    known: dict[Key, Link] = field(default_factory=dict)
    """By record and kind, such as ``("contact:5821", "person")``."""
    intents: set[Key] = field(default_factory=set)
    claimed: list[tuple[str, ...]] = field(default_factory=list)
    """What was claimed, the CRM's name first; in memory nobody else claims anything."""

    def open(self) -> Links:
        """Return the links as a hook is handed them."""
        return Links(
            self.known,
            intents=frozenset(self.intents),
            begin=self._begin,
            cancel=self._cancel,
            claim=lambda crm, names: self.claimed.append((crm, *names)),
            records_of=self._records_of,
        )

    def commit(self, links: Links) -> None:
        """Keep what a hook set and removed; those of a failed attempt are kept too."""
        for key, link in links.changed.items():
            if link is None:
                self.known.pop(key, None)
            else:
                self.intents.discard(key)
                self.known[key] = link

    def _records_of(self, kind: str, remote_id: str) -> tuple[str, ...]:
        return tuple(
            key[0] for key, link in self.known.items() if (key[1], link.remote_id) == (kind, remote_id)
        )

    def _begin(self, record: str, kinds: tuple[str, ...]) -> None:
        self.intents.update((record, kind) for kind in kinds)

    def _cancel(self, record: str, kinds: tuple[str, ...]) -> None:
        self.intents.difference_update((record, kind) for kind in kinds)
