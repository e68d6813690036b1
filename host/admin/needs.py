"""Which connections need somebody, of however many: by what is known of all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .. import idle
from ..overview import SCOPES
from ..redis_client import silent
from ..store import browse, clock, hours, outlines, reconciliations
from ..store.hours import HOUR
from .words import gettext as _
from .words import ngettext

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ..house import House
    from ..store.outlines import Outline

BY_HAND = "Paused by hand."
"""What is kept as the reason where a person paused a connection."""
State = Literal[
    "no_plugin",
    "wrong_settings",
    "away",
    "by_hand",
    "paused",
    "no_secret",
    "no_redis",
    "untaken",
    "refused",
    "not_compared",
    "working",
]
Mark = Literal["good", "idle", "wait", "bad"]
"""How it is drawn; ``bad`` needs somebody, ``wait`` waits for somebody."""
MARKS: Mapping[State, Mark] = {
    "no_plugin": "bad",
    "wrong_settings": "bad",
    "away": "bad",
    "by_hand": "wait",
    "paused": "bad",
    "no_secret": "wait",
    "no_redis": "bad",
    "untaken": "bad",
    "refused": "bad",
    "not_compared": "wait",
    "working": "good",
}


@dataclass(frozen=True)
class Facts:
    """What is known of connections beside what is kept with them."""

    redis: bool
    """Whether Redis, or the data folder's Valkey, is there."""
    wrong: Collection[int]
    """Whose settings are wrong."""
    without_secret: Collection[int]
    """Who can take no webhook before a secret is pasted."""
    untaken: Mapping[int, float]
    """Since when whose work is due, while nobody works."""
    refused: Collection[int]
    """Whose webhooks have been refused for an hour at the most, and none was taken since."""
    not_compared: Collection[int]
    """Which could not be compared with Chatwoot, and should be."""


def facts(tx: Connection, house: House, connection_id: int | None = None) -> Facts:
    """Return what is known of all connections, or of one: a query each, however many there are."""
    looked_at = house.looked_at
    seen = looked_at.every(tx) if connection_id is None else looked_at.one(tx, connection_id)
    by_itself = house.settings.reconcile_minutes > 0
    return Facts(
        redis=redis_answers(house),
        wrong=seen.wrong,
        without_secret=seen.without_secret,
        untaken=idle.untaken(tx),
        refused=hours.refused(tx, clock.now(tx) - HOUR),
        not_compared=reconciliations.failed(tx, SCOPES) if by_itself else (),
    )


def redis_answers(house: House) -> bool:
    """Whether Redis, or the data folder's Valkey, is there."""
    return silent(house.redis, named=house.settings.redis_url is not None) is None


def state_of(house: House, one: Outline, known: Facts) -> State:
    """Return how a connection stands; of several things the one that is to be mended first."""
    said: tuple[tuple[State, bool], ...] = (
        ("no_plugin", one.plugin not in house.plugins.found),
        ("wrong_settings", one.id in known.wrong),
        ("away", one.away_since is not None),
        ("by_hand", one.paused_reason == BY_HAND),
        ("paused", one.paused_reason is not None),
        ("no_secret", one.id in known.without_secret),
        ("no_redis", not known.redis),
        ("untaken", one.id in known.untaken),
        ("refused", one.id in known.refused),
        ("not_compared", one.id in known.not_compared),
    )
    return next((state for state, is_so in said if is_so), "working")


@dataclass(frozen=True)
class Needs:
    """Of all connections: how many there are, which need somebody, and whether any waits for somebody."""

    count: int
    somebody: Collection[int]
    waits: bool


def needs(tx: Connection, house: House, known: Facts) -> Needs:
    """Return what all connections need; looked at are those of which anything is known."""
    told = {*known.wrong, *known.without_secret, *known.untaken, *known.refused, *known.not_compared}
    odd = outlines.odd(tx, house.plugins.found, told) if known.redis else outlines.some(tx)
    marks = {one.id: MARKS[state_of(house, one, known)] for one in odd}
    bad = {connection_id for connection_id, mark in marks.items() if mark == "bad"}
    return Needs(outlines.count(tx), bad.union(browse.failed(tx)), "wait" in marks.values())


def headline(all_of_them: Needs, *, redis: bool) -> str:
    """Say in a sentence how everything does; ``redis`` says whether that is there."""
    if not redis:
        return _("Redis does not answer")
    if not all_of_them.count:
        return _("Nothing is connected yet")
    if needy := len(all_of_them.somebody):
        return ngettext("%(count)s connection needs you", "%(count)s connections need you", needy)
    return _("Something waits for you") if all_of_them.waits else _("Everything is in step")
