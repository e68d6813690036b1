"""One run over a connection: the contacts, then the conversations, then who is gone."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from ..store import connections, known
from .everyone import Everyone
from .gone import Gone, Search
from .missed import Missed

if TYPE_CHECKING:
    from ..chatwoot import ChatwootAPI
    from ..house import House
    from ..store.deliveries import Arrival

WATERMARK = "conversations"
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
    gone: tuple[Gone, ...]
    since: float
    """From when on conversations were looked at, in unix seconds."""


def reconcile(house: House, connection_id: int, *, dry_run: bool = False) -> Reconciled:
    """Compare a connection with Chatwoot; what was missed is worked as if it had just come."""
    with house.store.read() as tx:
        connection = connections.get(tx, house.vault, connection_id)
        mark = known.watermark(tx, connection_id, WATERMARK)
    api = house.chatwoot_of(connection)
    made = connection.created_at - OVERLAP
    missed = Missed(house.store, connection_id, made)
    keep = _count if dry_run else missed.put
    since = made if mark is None else mark - OVERLAP
    everyone = Everyone()
    keep(missed.contacts(everyone.noting(api.all_contacts.rows())))
    keep(missed.conversations(_changed_since(api, since, missed.began)))
    search = Search(house.store, connection_id, house.plugins[connection.plugin], api, everyone)
    gone = tuple(search.run())
    if not dry_run:
        with house.store.write() as tx:
            known.set_watermark(tx, connection_id, WATERMARK, missed.began)
    return Reconciled(
        missed.counts.get("contact_updated", 0),
        missed.counts.get("conversation_created", 0),
        missed.counts.get("conversation_resolved", 0),
        gone,
        since,
    )


def _changed_since(api: ChatwootAPI, since: float, now: float) -> Iterator[dict[str, Any]]:
    """Yield the conversations that changed since then, by our clock."""
    ago = max(now - since, 0.0)
    if ago <= AT_ONCE:
        return iter(api.all_conversations.updated_within(int(ago) + 1))
    rows = api.all_conversations.rows()
    return takewhile(lambda row: (row.get("last_activity_at") or time.time()) >= since, rows)


def _count(arrivals: Iterable[Arrival]) -> None:
    """Have them counted, and keep none."""
    for _ in arrivals:
        continue
