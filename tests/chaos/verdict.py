"""The look at the end: in Krayin, in crmhost's database, at what the receiver promised."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from crmhost.store.tables import deliveries

from ..krayin.properties.checks import problems
from .hooks import MALLORY
from .stage import Stage

ENDED_WELL = ("applied", "unchanged")

Wrong = tuple[str, str]
"""The kind of a thing that is not as promised, and a sentence."""


def verdict(stage: Stage) -> Iterator[Wrong]:
    """Yield all that is not as promised."""
    yield from ((problem.kind, problem.said) for problem in problems(stage.crm.office))
    yield from _deliveries(stage)
    yield from _promises(stage)


def _deliveries(stage: Stage) -> Iterator[Wrong]:
    """Look whether every delivery has come to an end, with a reason, and none is a forged one."""
    names = ("id", "connection_id", "contact_id", "kind", "state", "reason", "outcome", "body")
    query = select(*(deliveries.c[name] for name in names)).order_by(deliveries.c.id)
    with stage.house.store.read() as tx:
        rows = list(tx.execute(query))
    for row in rows:
        stage.tally.done[f"deliveries {row.state}"] += 1
        what = f"delivery {row.id} ({row.kind} of contact {row.contact_id}, connection {row.connection_id})"
        explained = row.reason or (row.state in ENDED_WELL and row.outcome)
        if row.state == "pending":
            yield "unfinished", f"{what} is pending: {row.reason or 'nothing has been tried'}"
        elif not explained:
            yield "unfinished", f"{what} is {row.state} and nobody says why"
        if MALLORY in row.body:
            yield "stale", f"{what} was forged"


def _promises(stage: Stage) -> Iterator[Wrong]:
    """Look whether all that was answered as stored is there."""
    with stage.house.store.read() as tx:
        kept = set(tx.scalars(select(deliveries.c.uid)))
    for uid in sorted(stage.hooks.promised - kept):
        yield "lost", f"the webhook {uid} was answered as stored, and is not there"
