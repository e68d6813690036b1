"""The past, and what was lost: comparing with Chatwoot, and bringing what was there before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...backfill import begin, estimate
from ...errors import CRMHostError
from ...store import backfills, clock, deliveries, reconciliations
from ...store.reconciliations import Reconciliation
from .. import formats
from ..standing import called
from ..visits import Go, Page, Place, Visit, form
from ..words import N_
from ..words import gettext as _
from .connection import found

if TYPE_CHECKING:
    from ...backfill import Estimate
    from ...store.backfills import Backfill, State
    from ...store.connections import CRMConnection

DAY = 86_400.0
NEVER = Reconciliation()
HOW_FAR = {"30": N_("30 days"), "90": N_("90 days"), "365": N_("a year"), "": N_("everything")}
"""Days back, as the form gives them."""
WISHES: dict[str, State] = {"pause": "paused", "resume": "running", "cancel": "cancelled"}
FOUND = {
    "missed_contacts": N_("contacts or changes of them"),
    "missed_conversations": N_("beginnings of conversations"),
    "missed_resolves": N_("ends of conversations"),
    "looked_again": N_("conversations looked at again"),
    "gone": N_("contacts that are gone in Chatwoot"),
}
SCOPES = {"recent": N_("What is new, often"), "full": N_("Everything, now and then")}


def history(visit: Visit) -> Page:
    """Show how the connection is compared with Chatwoot, and how far a backfill has come."""
    return _shown(visit, found(visit, visit.number("id")))


def _shown(
    visit: Visit,
    one: CRMConnection,
    estimated: Estimate | None = None,
    days: str = "30",
    problem: CRMHostError | None = None,
) -> Page:
    with visit.house.store.read() as tx:
        known = reconciliations.every(tx, [one.id])
        newest = backfills.newest(tx, one.id).get(one.id)
        in_line = deliveries.background_pending(tx, one.id) if newest else 0
    values = {
        "one": one,
        "name": called(visit.house, one),
        "scopes": [(_(name), known.get((one.id, scope), NEVER)) for scope, name in SCOPES.items()],
        "by_itself": visit.house.settings.reconcile_minutes > 0,
        "found": FOUND,
        "backfill": newest,
        "progress": progress(newest, in_line) if newest else 0,
        "in_line": in_line,
        "how_far": HOW_FAR,
        "days": days,
        "estimated": estimated,
        "lasts": formats.duration(estimated.seconds) if estimated and estimated.seconds is not None else "",
        "problem": problem,
    }
    return Page("history.html", values, 200 if problem is None else 422)


def progress(one: Backfill, in_line: int) -> int:
    """Return how much of a backfill is done, of a hundred: what is in line is read and not worked yet."""
    if one.state == "done":
        return 100
    whole = one.counts["contacts"] + one.counts["conversations"]
    read = one.counts["contacts_read"] + one.counts["conversations_read"]
    return min(max(round((read - in_line) * 100 / whole), 0), 99) if whole else 0


def compare(visit: Visit) -> Go:
    """Have everything compared now; the next worker that looks does it."""
    one = found(visit, visit.number("id"))
    with visit.house.store.write() as tx:
        for scope in SCOPES:
            reconciliations.plan(tx, one.id, scope, clock.now(tx))
    said = _("It is compared now. What was lost is worked as it is found.")
    return Go(f"/connections/{one.id}/history", said)


def ask(visit: Visit) -> Page:
    """Say how much there is to be brought, and how long that takes."""
    one, days = found(visit, visit.number("id")), visit.given("days")
    try:
        return _shown(visit, one, estimate(visit.house, one, _since(days)), days)
    except CRMHostError as problem:
        return _shown(visit, one, days=days, problem=problem)


def start(visit: Visit) -> Page | Go:
    """Begin to bring the past."""
    one, days = found(visit, visit.number("id")), visit.given("days")
    try:
        begin(visit.house, one.id, _since(days))
    except CRMHostError as problem:
        return _shown(visit, one, days=days, problem=problem)
    return Go(f"/connections/{one.id}/history", _("It has begun. What happens now goes first."))


def _since(days: str) -> float | None:
    return time.time() - int(days) * DAY if days in HOW_FAR and days else None


def wish(visit: Visit) -> Go:
    """Let a backfill wait, go on, or end."""
    one, wanted = found(visit, visit.number("id")), WISHES.get(visit.given("wish"))
    with visit.house.store.write() as tx:
        there = backfills.open_one(tx, one.id)
        if there and wanted:
            backfills.set_state(tx, there.id, wanted)
    return Go(f"/connections/{one.id}/history")


PLACES = (
    Place("/connections/{id:id}/history", history),
    form("/connections/{id:id}/compare", compare),
    form("/connections/{id:id}/backfill/ask", ask),
    form("/connections/{id:id}/backfill", start),
    form("/connections/{id:id}/backfill/wish", wish),
)
