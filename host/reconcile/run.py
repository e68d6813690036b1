"""One run over a connection: the contacts, then the conversations, then who is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Literal

from ..store import connections, known
from ..validation import wanted_changes
from .everyone import Everyone
from .gone import Gone, Search
from .missed import AGAIN, EVENT, Missed, counted

if TYPE_CHECKING:
    from ..chatwoot import ChatwootAPI
    from ..house import House
    from ..store.connections import CRMConnection

Scope = Literal["recent", "full"]
"""What is looked at: the contacts that were made or heard of lately, or all of them, and who is gone."""
WATERMARK = "reconciled"
OVERLAP = 300.0
"""Seconds that two runs both look at: Chatwoot's clock is another than ours."""
AT_ONCE = 6 * 3600.0
"""Seconds: the changes of a longer time are read page by page, since Chatwoot would answer all in one."""


@dataclass(frozen=True)
class Reconciled:
    """What a run found."""

    missed_contacts: int
    missed_conversations: int
    missed_resolves: int
    looked_again: int
    """Conversations that changed since: worked again, and nothing that is known to be lost."""
    gone: tuple[Gone, ...]
    since: float
    """From when on conversations were looked at, in unix seconds."""

    @property
    def lost(self) -> int:
        """How many events Chatwoot never delivered."""
        return self.missed_contacts + self.missed_conversations + self.missed_resolves


def reconcile(
    house: House,
    connection_id: int,
    *,
    scope: Scope = "full",
    dry_run: bool = False,
    grace: float = 0.0,
    guard: Callable[[bool, float], None] | None = None,
) -> Reconciled:
    """Compare a connection with Chatwoot; what was missed is worked as if it had just come.

    ``grace`` is for how many seconds a webhook may be on its way; ``guard`` is called before each
    request to Chatwoot.
    """
    with house.store.read() as tx:
        connection = connections.get(tx, house.vault, connection_id)
        mark = known.watermark(tx, connection_id, WATERMARK)
    api = house.chatwoot_of(connection, guard)
    made = connection.created_at - OVERLAP
    wanted = wanted_changes(house.plugins, connection) - {"message"}
    missed = Missed(house.store, connection_id, made, wanted, grace)
    keep = counted if dry_run else missed.put
    since = made if mark is None else mark - OVERLAP
    everyone = Everyone()
    rows = everyone.noting(api.all_contacts.rows()) if scope == "full" else _recent(api, since)
    found = keep(missed.contacts(rows)) + keep(missed.conversations(_changed_since(api, since, missed.began)))
    gone = _gone(house, connection, api, everyone) if scope == "full" else ()
    if not dry_run:
        with house.store.write() as tx:
            known.set_watermark(tx, connection_id, WATERMARK, missed.began - grace)
    return Reconciled(
        missed_contacts=found[EVENT, "contact_updated"],
        missed_conversations=found[EVENT, "conversation_created"],
        missed_resolves=found[EVENT, "conversation_resolved"],
        looked_again=found[AGAIN, "conversation_resolved"] + found[AGAIN, "conversation_changed"],
        gone=gone,
        since=since,
    )


def _recent(api: ChatwootAPI, since: float) -> Iterator[dict[str, Any]]:
    """Yield the contacts that were heard of, or made, since then: neither order shows both."""
    seen: set[int] = set()
    for name in ("last_activity_at", "created_at"):
        for row in api.all_contacts.rows(f"-{name}"):
            if (row.get(name) or 0) < since:
                break
            if row["id"] not in seen:
                seen.add(row["id"])
                yield row


def _changed_since(api: ChatwootAPI, since: float, now: float) -> Iterator[dict[str, Any]]:
    """Yield the conversations that changed since then, by our clock."""
    ago = max(now - since, 0.0)
    if ago <= AT_ONCE:
        return iter(api.all_conversations.updated_within(int(ago) + 1))
    rows = api.all_conversations.rows()
    return takewhile(lambda row: (row.get("last_activity_at") or time.time()) >= since, rows)


def _gone(house: House, connection: CRMConnection, api: ChatwootAPI, everyone: Everyone) -> tuple[Gone, ...]:
    search = Search(house.store, connection.id, house.plugins[connection.plugin], api, everyone)
    return tuple(search.run())
