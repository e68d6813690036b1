"""What one attempt knows of the records at hand, and what it keeps at once: before a process can die.

Links are read before the hook and kept after it. Intents (a record may exist that we do not know),
claims (nobody else finds or makes this customer now) and what the plugin was handed (a write may have
been carried out) are committed while the hook runs.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from .context import Links
from .doubt import doubtful
from .errors import Claimed
from .store import attempts, identities, links

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .context import Key
    from .locks import HeldLane
    from .pulse import Pulse
    from .store import Store
    from .store.deliveries import Delivery
    from .watch import SignsOfLife

CLAIM = 60.0
"""Seconds for which a customer is one lane's to find or make; a call to the CRM takes less."""
BUSY = (0.5, 1.5)
"""Seconds after which it is tried again where another lane has the customer."""
FRESH = 0.5
"""Seconds from the beginning of an intent's commit in which a write needs none: far less than a lease."""


class Ledger:
    """The book of one attempt; ``links`` is what the hook is handed.

    ``handed`` is what the plugin was handed beside them: kept before a write, None where no delivery is
    repeated.
    """

    def __init__(
        self,
        store: Store,
        pulse: Pulse,
        held: HeldLane,
        delivery: Delivery,
        signs: SignsOfLife,
        *,
        unknown_hold: float,
        handed: Mapping[str, Any] | None = None,
    ) -> None:
        self.links = Links()
        self.opened_at = 0.0
        self.hold = 0.0
        self._signs = signs
        self._store = store
        self._pulse = pulse
        self._held = held
        self._delivery = delivery
        self._connection_id = held.lane[0]
        self._unknown_hold = unknown_hold
        self._named: frozenset[str] = frozenset()
        self._linked: frozenset[str] = frozenset()
        self._claimed: set[str] = set()
        self._intended: set[Key] = set()
        self._begun: set[Key] = set()
        self._handed = handed
        self._noted_at = -FRESH
        self.given_up = False
        """Whether an older delivery was given up whose last write may have been carried out."""
        self.wrote = False
        """Whether a write was begun."""

    def open(self, tx: Connection, records: Iterable[str], now: float, beats: int) -> None:
        """Read what is known of these records; ``hold`` says for how long the CRM may be writing them yet.

        ``beats`` is the pulse's count as it was seen before the transaction began.
        """
        self._named, self.opened_at = frozenset(records), now
        known = links.load(tx, self._connection_id, self._named)
        intents = links.open_intents(tx, self._connection_id, self._named)
        given_up = (f"contact:{self._delivery.contact_id}", links.GIVEN_UP)
        self.given_up = intents.pop(given_up, None) is not None
        self._intended = set(intents)
        doubt_at = self._pulse.doubt(tx, beats)
        self._linked = frozenset(record for record, _ in known)
        doubted = doubtful(self._delivery, doubt_at) & self._named
        since = [*intents.values(), self._delivery.attempted_at or 0.0]
        since += [doubt_at or 0.0] if doubted - self._linked else []
        self.links = Links(
            known,
            intents=frozenset(intents),
            doubtful=doubted,
            begin=self._begin,
            cancel=self._cancel,
            claim=self._claim,
            records_of=self._records_of,
        )
        self.hold = max(since) + self._unknown_hold - now

    def writing(self) -> None:
        """Keep, before a write, what the plugin was handed; only the lane's holder can.

        An intent that was kept a moment ago has done so.
        """
        if time.monotonic() - self._noted_at < FRESH:
            self._noted_at = -FRESH
            return
        with self._held.committing() as tx:
            self._note_write(tx, self._held.now)

    def _note_write(self, tx: Connection, now: float) -> None:
        if self._handed is not None:
            attempts.begin_write(tx, self._delivery.id, self._handed, now)
        self.wrote = True

    def introduced(self, record: str) -> bool:
        """Whether the record had no link before this attempt and has one now."""
        made = {named for (named, _), link in self.links.changed.items() if link is not None}
        return record in made - self._linked

    def save(self, tx: Connection, now: float) -> None:
        """Keep the links, in the commit that ends the attempt.

        Claims end with it, but for those on what the CRM may still be making.
        """
        links.save(tx, self._connection_id, self.links.changed, now)
        made = [key for key, link in self.links.changed.items() if link is not None]
        # Of other records than the delivery's it is not known whether there is an intent.
        ended = [key for key in made if key in self._intended or key[0] not in self._named]
        links.end_intents(tx, self._connection_id, ended)
        if not any(self.links.unsure(*key) for key in self._begun):
            identities.release(tx, self._held.lane, self._claimed)

    def _begin(self, record: str, kinds: tuple[str, ...]) -> None:
        """Keep that records may exist from here on; their customer is ours until the CRM must have ended."""
        self._signs.give()
        begun_at = time.monotonic()  # from then on is counted for how long the CRM may be writing
        with self._held.committing() as tx:
            now = self._held.now
            if not identities.extend(
                tx, self._held.lane, self._claimed, now + max(CLAIM, self._unknown_hold)
            ):
                raise _busy()
            links.begin_intents(tx, self._connection_id, record, kinds, now)
            self._note_write(tx, now)
        self._noted_at = begun_at
        begun = {(record, kind) for kind in kinds}
        self._begun |= begun
        self._intended |= begun

    def _cancel(self, record: str, kinds: tuple[str, ...]) -> None:
        with self._held.committing() as tx:
            links.end_intents(tx, self._connection_id, [(record, kind) for kind in kinds])

    def _claim(self, crm: str, names: tuple[str, ...]) -> None:
        wanted = {sha256(f"{crm}\n{name}".encode(errors="replace")).hexdigest() for name in names}
        if wanted <= self._claimed:
            return
        self._signs.give()
        # A power cut ends all who could claim the same. Before anything is made it is kept with the intent.
        with self._held.committing(durable=False) as tx:
            if not identities.claim(tx, self._held.lane, wanted, self._held.now + CLAIM):
                raise _busy()
        self._claimed |= wanted

    def _records_of(self, kind: str, remote_id: str) -> tuple[str, ...]:
        with self._store.read() as tx:
            return links.records_of(tx, self._connection_id, kind, remote_id)


def _busy() -> Claimed:
    delay = random.uniform(*BUSY)  # noqa: S311 - it spreads the waiting, it keeps no secret
    return Claimed("Another contact's delivery is just finding or making the same customer.", delay=delay)
