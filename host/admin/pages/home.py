"""The overview: how everything does, in a sentence, and what needs somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ...budget import spent
from ...store import browse, outlines
from ..choosing import like
from ..needs import facts, headline, needs
from ..said import without_redis
from ..standing import FEW, names, standings
from ..visits import Page, Place, Visit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection


def overview(visit: Visit) -> Page:
    """Show the connections, what needs somebody first, a page at a time; what is said above is of all."""
    house, typed = visit.house, visit.asked("q")
    with house.store.read() as tx:
        known = facts(tx, house)
        all_of_them = needs(tx, house, known)
        found = like(tx, house, outlines.some(tx), typed) if typed else None
        count = all_of_them.count if found is None else len(found)
        number = _page(visit.asked("page"), count)
        ids = _shown(tx, all_of_them.somebody, None if found is None else [one.id for one in found], number)
        stand = standings(tx, house, ids, known, spent(house.redis, ids))
        causes = browse.causes(tx, ids, limit=5)
        called = names(tx, house, ids)
    values = {
        "headline": headline(all_of_them, redis=known.redis),
        "away": None if known.redis else without_redis(),
        "count": all_of_them.count,
        "found": count,
        "first": (number - 1) * FEW + 1,
        "few": all_of_them.count <= FEW,
        "typed": typed,
        "standings": stand,
        "names": called,
        "causes": causes,
        "here": _address(typed, number),
        "before": _address(typed, number - 1) if number > 1 else None,
        "after": _address(typed, number + 1) if number * FEW < count else None,
    }
    return Page("overview.html", values)


def _shown(tx: Connection, somebody: Collection[int], among: Sequence[int] | None, number: int) -> list[int]:
    """Return a page of the connections, or of these: first those that need somebody, each from the oldest."""
    first = (number - 1) * FEW
    if among is not None:
        return sorted(among, key=lambda one: (one not in somebody, one))[first : first + FEW]
    needy = sorted(somebody)[first : first + FEW]
    rest = max(first - len(somebody), 0)
    return needy + outlines.others(tx, somebody, FEW - len(needy), rest)


def _page(asked: str, count: int) -> int:
    """Return the number of the page that is shown, of so many connections; the last where there are fewer."""
    last = max(-(-count // FEW), 1)
    return min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 10 else 1


def _address(typed: str, number: int) -> str:
    asked = {"q": typed, "page": number if number > 1 else ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return "/" + (f"?{query}" if query else "")


PLACES = (Place("/", overview),)
