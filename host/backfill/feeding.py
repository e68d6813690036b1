"""Going on with backfills, a page at a time: read, put in line behind all that is live, keep the place.

The page and what was put in line are one commit, so a killed process repeats a page at the most, and
a page is taken once. A few deliveries are in line at any time, never all there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import structlog

from ..errors import CRMHostError, TryAgain
from ..loop import unforeseen
from ..models import is_identifiable
from ..reconcile.lining import Origin, line_up, sender_of
from ..store import backfills, connections, deliveries, known
from ..store.backfills import Place
from ..webhooks import told_of
from .beginning import costs_of, lasting
from .stages import after, stage_named

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ..chatwoot.pages import Page
    from ..house import House
    from ..store.backfills import Backfill
    from ..store.deliveries import Arrival
    from .stages import Row, Stage

PERIOD = 1.0
"""Seconds between two looks."""
PACE = 1.0
"""Seconds from one page to the next: each contact on it has Chatwoot asked twice when it is worked."""
AHEAD = 60
"""Deliveries in line at which no more are put there."""
LEASE = 120.0
"""Seconds after which another process goes on: no page takes as long."""
RETRY = 30.0
"""Seconds after which it is tried again where Chatwoot is away."""
SHORTEST = 15
"""Rows of the shortest pages that Chatwoot shows."""
EVENT = "backfill"
log = structlog.get_logger(__name__)


class _Elsewhere(Exception):
    """Somebody else has read this page, or stopped the backfill: nothing of it is kept."""


class Feeder:
    """Goes on with the backfills that run; of all processes one does at a time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._store = house.store

    def look(self, _rest: Callable[[float], None] | None = None) -> None:
        """Go on with each whose time has come, by one page."""
        with self._store.read() as tx:
            ids = backfills.due(tx)
        for backfill_id in ids:
            with self._store.write() as tx:
                one = backfills.take(tx, backfill_id, LEASE)
            if one:
                self._go_on(one)

    def _go_on(self, one: Backfill) -> None:
        try:
            with self._store.read() as tx:
                waiting = deliveries.background_pending(tx, one.connection_id)
            stage = stage_named(one.stage)
            if stage and waiting < AHEAD:
                self._read_page(one, stage, waiting)
            elif stage or waiting:
                self._put_off(one, PACE)
            else:
                self._finish(one)
        except _Elsewhere:
            return
        except CRMHostError as error:
            log.warning("backfill waits", connection=one.connection_id, backfill=one.id, error=error.kind)
            delay = error.delay if isinstance(error, TryAgain) else None
            self._put_off(one, delay or RETRY, str(error), error.fix)
        except Exception as error:
            log.error("backfill failed", connection=one.connection_id, backfill=one.id, exc_info=error)
            told = unforeseen(error)
            self._put_off(one, RETRY, str(told), told.fix)

    def _read_page(self, one: Backfill, stage: Stage, waiting: int) -> None:
        """Read a page of Chatwoot's; put in line what the CRM does not have."""
        with self._store.read() as tx:
            connection = connections.get(tx, self._house.vault, one.connection_id)
        page = stage.read(self._house.chatwoot_of(connection), one.page)
        rows = stage.wanted(page, one.since)
        costs = costs_of(self._house, connection)  # not while others wait to write: a plugin is asked
        with self._store.write() as tx:
            stored = line_up(tx, _news(tx, one, stage, rows))
            follows = _next(one, stage, page)
            counts = _counted(one, stage, page, follows=follows, read=len(rows), stored=len(stored))
            in_line = waiting + len(stored)
            left = lasting(costs, counts, one.began_at, in_line=in_line)
            place = Place(*follows, counts, left)
            if not backfills.turn(tx, one, place, PACE):
                raise _Elsewhere

    def _finish(self, one: Backfill) -> None:
        log.info("backfill is done", connection=one.connection_id, backfill=one.id)
        with self._store.write() as tx:
            backfills.set_state(tx, one.id, "done")

    def _put_off(self, one: Backfill, delay: float, problem: str = "", fix: str = "") -> None:
        with self._store.write() as tx:
            backfills.put_off(tx, one.id, delay, problem, fix)


def _news(tx: Connection, one: Backfill, stage: Stage, rows: Sequence[Row]) -> list[Arrival]:
    """Return what is to be worked of these rows: what has no record, or says something else by now."""
    origin = Origin(one.connection_id, EVENT, f"backfill {one.id}", background=True)
    linked = known.linked(tx, one.connection_id, (_record(stage, row) for row in rows))
    ids = [row["id"] for row in rows]
    if stage.of == "contacts":
        told = known.told(tx, one.connection_id, ids)
        return [
            origin.contact(row)
            for row in rows
            if _record(stage, row) not in linked or told.get(row["id"]) != told_of(row)
        ]
    talks = known.conversations(tx, one.connection_id, ids)
    ended = {number for number, talk in talks.items() if talk.resolved is not None}
    return [
        origin.conversation(row, "conversation_resolved" if _resolved(row) else "conversation_created")
        for row in rows
        if is_identifiable(sender_of(row))
        and (_record(stage, row) not in linked or (_resolved(row) and row["id"] not in ended))
    ]


def _next(one: Backfill, stage: Stage, page: Page) -> tuple[str, int]:
    """Return the stage and the page that are read next.

    Of what was deleted meanwhile the rest has moved up, over the borders of pages: it is looked at again.
    """
    deleted = one.counts["listed"] - page.count
    if page.count and deleted > 0:
        return one.stage, max(one.page - -(-deleted // SHORTEST), 1)
    if stage.ends_at(one.page, page, one.since):
        return after(one.stage, one.since), 1
    return one.stage, one.page + 1


def _counted(
    one: Backfill, stage: Stage, page: Page, *, follows: tuple[str, int], read: int, stored: int
) -> dict[str, int]:
    """Return the counts after this page; ``follows`` is the stage and page that come next."""
    counts, of, is_same = dict(one.counts), stage.of, follows[0] == one.stage
    again = max(one.page + 1 - follows[1], 0) * len(page.rows) if is_same else 0
    counts[f"{of}_read"] = max(counts[f"{of}_read"] + read - again, 0)
    counts[of] = max(counts[of], counts[f"{of}_read"])
    counts["lined_up"] += stored
    counts["listed"] = page.count if is_same else 0
    return counts


def _record(stage: Stage, row: Mapping[str, object]) -> str:
    return f"{stage.of.removesuffix('s')}:{row['id']}"


def _resolved(row: Mapping[str, object]) -> bool:
    return row.get("status") == "resolved"
