"""The overview: how everything does, in a sentence, and what needs somebody."""

from __future__ import annotations

from ...budget import spent
from ...store import browse, connections
from ..standing import headline, names, redis_answers, standing, without_redis
from ..visits import Page, Place, Visit


def overview(visit: Visit) -> Page:
    """Show all connections, what needs somebody first."""
    house = visit.house
    with house.store.read() as tx:
        every = connections.every(tx, house.vault)
        used = spent(house.redis, [one.id for one in every])
        answers = redis_answers(house)
        standings = [standing(tx, house, one, used.get(one.id), redis=answers) for one in every]
        causes = browse.causes(tx, [one.id for one in standings], limit=5)
    values = {
        "headline": headline(standings, redis=answers),
        "standings": sorted(standings, key=lambda one: (not one.needs_somebody, one.id)),
        "away": None if answers else without_redis(),
        "names": names(house, every),
        "causes": causes,
    }
    return Page("overview.html", values)


PLACES = (Place("/", overview),)
