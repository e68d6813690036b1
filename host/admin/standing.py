"""How connections stand: their names, their state and what to do, and what happened lately."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from ..states import STATES
from ..store import browse, connections, hours, outlines
from ..store.browse import MANY
from ..store.hours import HOUR, RECEIVED, Count
from . import formats
from .needs import state_of
from .said import Case, said
from .words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from ..budget import Spent
    from ..house import House
    from ..plugins import Plugin
    from ..store.connections import CRMConnection
    from ..store.outlines import Outline
    from .needs import Facts, Mark


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
                where=address(house, one.plugin, one.given),
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
    """Return what a connection is called: its CRM's name."""
    return named(house, one.plugin)


def named(house: House, plugin: str) -> str:
    """Return what the connections of a plugin are called."""
    found = house.plugins.found.get(plugin)
    return found.info.title if found else plugin


def address(house: House, plugin: str, given: Mapping[str, Any]) -> str:
    """Return the CRM's host, as the settings that must be given name it; empty where none does."""
    found = house.plugins.found.get(plugin)
    for name in _telling(found) if found else ():
        host = urlsplit(str(given.get(name, ""))).netloc
        if host:
            return host
    return ""


def _telling(plugin: Plugin) -> list[str]:
    """Return the settings that must be given and are not secret."""
    fields = plugin.info.settings.model_fields
    return [
        name for name, field in fields.items() if field.is_required() and field.annotation is not SecretStr
    ]


def how_many(count: int) -> str:
    """Return a count, or that there are many."""
    return _("more than %(count)s", count=formats.number(MANY)) if count > MANY else formats.number(count)
