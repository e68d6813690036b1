"""How connections stand: their names, their state and what to do, and what happened lately."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .. import naming
from ..states import STATES
from ..store import browse, connections, hours, outlines
from ..store.browse import MANY
from ..store.hours import HOUR, RECEIVED, Count
from . import formats
from .heard import translated
from .needs import state_of
from .said import Case, said
from .words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from ..budget import Spent
    from ..house import House
    from ..store.connections import CRMConnection
    from ..store.outlines import Outline
    from .needs import Facts, Mark

FEW = 20
"""So many connections are shown at once, and offered in a list."""


@dataclass(frozen=True)
class Standing:
    """What is to be seen of a connection at a glance."""

    id: int
    name: str
    where: str
    """The CRM's own address, where the settings name one."""
    account_id: int
    mark: Mark
    state: str
    sentence: str
    fix: str
    waiting: int
    dead: int
    last_received: float | None
    oldest_waiting: float | None
    today: Count
    """What ended within the last 24 hours."""
    spent: Spent | None
    """How much of the CRM's limit is used; None where nobody knows."""

    @property
    def needs_somebody(self) -> bool:
        """Whether it does not get along by itself."""
        return self.mark == "bad" or self.dead > 0


def standings(
    tx: Connection, house: House, ids: Sequence[int], known: Facts, used: Mapping[int, Spent]
) -> list[Standing]:
    """Return how these connections stand now, in their order: a few queries, however many they are.

    ``used`` is what is known of the calls of each.
    """
    seen = {one.id: one for one in outlines.some(tx, ids)}
    kept, lines = connections.some(tx, house.vault, ids), browse.lines(tx, ids)
    today = hours.sums(tx, ids, int(time.time() // HOUR) - 23, STATES)
    received = hours.last(tx, ids, RECEIVED)
    found = []
    for one in (kept[each] for each in ids if each in kept):
        line, spent = lines[one.id], used.get(one.id)
        state = state_of(house, seen[one.id], known)
        how = said(Case(tx, house, one, known), state, spent if line.waiting else None)
        found.append(
            Standing(
                id=one.id,
                name=title(house, one),
                where=naming.address(house.plugins, one),
                account_id=one.account_id,
                mark=how.mark,
                state=how.state,
                sentence=how.sentence,
                fix=how.fix,
                waiting=line.waiting,
                dead=line.dead,
                last_received=received.get(one.id),
                oldest_waiting=line.oldest_waiting,
                today=today.get(one.id, Count()),
                spent=spent,
            )
        )
    return found


def title(house: House, one: CRMConnection | Outline) -> str:
    """Return what a connection's CRM is called."""
    return translated(naming.title(house.plugins, one))


def names(tx: Connection, house: House, ids: Collection[int]) -> dict[int, str]:
    """Return by id what these connections are called, unlike all others."""
    if outlines.count(tx) <= FEW:
        return naming.names(
            house.plugins, connections.every(tx, house.vault), _account, partial(title, house)
        )
    some = connections.some(tx, house.vault, ids).values()
    return {one.id: naming.ways(house.plugins, one, _account, partial(title, house))[-1] for one in some}


def _account(number: int) -> str:
    return _("account %(id)s", id=number)


def called(house: House, one: CRMConnection) -> str:
    """Return what a connection is called among all that there are."""
    with house.store.read() as tx:
        return names(tx, house, [one.id]).get(one.id, title(house, one))


def how_many(count: int) -> str:
    """Return a count, or that there are many."""
    return _("more than %(count)s", count=formats.number(MANY)) if count > MANY else formats.number(count)
