"""What is to be looked at where something does not work: all checks, those that need somebody first."""

from __future__ import annotations

from ...health import of_house
from ..visits import Page, Place, Visit, form

MANY = 200
"""What is found of many connections is no table that anybody reads."""
ORDER = ("problem", "warning", "ok")


def look(visit: Visit) -> Page:
    """Look at what costs nobody a call."""
    return _shown(visit, ask=False)


def ask(visit: Visit) -> Page:
    """Ask each CRM, and Chatwoot, too."""
    return _shown(visit, ask=True)


def _shown(visit: Visit, *, ask: bool) -> Page:
    found = of_house(visit.house, ask=ask)
    counts = {state: sum(one.state == state for one in found) for state in ORDER}
    ordered = sorted(found, key=lambda one: ORDER.index(one.state))
    more = max(len(ordered) - MANY, 0)
    return Page("doctor.html", {"found": ordered[:MANY], "counts": counts, "asked": ask, "more": more})


PLACES = (Place("/doctor", look), form("/doctor", ask))
