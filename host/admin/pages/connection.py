"""One connection: how it stands, what failed and why, what it did lately; and what may be done to it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...budget import spent
from ...connect import add_webhook_secret
from ...errors import SettingsError
from ...overview import not_compared
from ...store import browse, connections, gates, hours, reconciliations
from ...store.dead import Chosen
from .. import charts, replaying
from ..needs import BY_HAND, facts
from ..shown import shown
from ..standing import called, standings
from ..visits import Go, NotThere, Page, Place, Visit, form
from ..words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...store.connections import CRMConnection
    from ...store.reconciliations import Reconciliation


def found(visit: Visit, connection_id: int) -> CRMConnection:
    """Return the connection, or say that there is none."""
    with visit.house.store.read() as tx:
        try:
            return connections.get(tx, visit.house.vault, connection_id)
        except SettingsError as error:
            fix = _("Somebody may have removed it. The overview shows those there are.")
            raise NotThere(_("There is no connection %(id)s.", id=connection_id), fix=fix) from error


def show(visit: Visit) -> Page:
    """Show how a connection stands."""
    house, one = visit.house, found(visit, visit.number("id"))
    span, used = charts.span_of(visit.asked("span")), spent(house.redis, [one.id])
    with house.store.read() as tx:
        (stands,) = standings(tx, house, [one.id], facts(tx, house, one.id), used)
        causes = browse.causes(tx, [one.id])
        slots = charts.counted(tx, one.id, span)
        hour = hours.since(tx, [one.id], int(time.time() // hours.HOUR), charts.ENDED)
        compared = reconciliations.every(tx, [one.id])
    lately = {what: count for (_id, what, _hour), count in hour.items()}
    return Page(
        "connection.html",
        {
            "one": stands,
            "called": called(house, one),
            "causes": causes,
            "charts": charts.charts(slots, span),
            "span": span,
            "spans": charts.SPANS,
            "late": charts.lateness(lately),
            "spent": stands.spent,
            "compared": _last(compared, one.id),
            "not_compared": not_compared(house, one, compared),
            "shown": shown(house, one),
            "paused_by_hand": one.paused_reason == BY_HAND,
            "needs_secret": not one.webhook_secrets and not one.unsigned,
            "webhook_url": house.settings.base_url + one.webhook_path,
        },
    )


def _last(compared: Mapping[tuple[int, str], Reconciliation], connection_id: int) -> Reconciliation | None:
    """Return the connection's last comparison with Chatwoot, of whatever scope."""
    own = [one for (whose, _scope), one in compared.items() if whose == connection_id and one.finished_at]
    return max(own, key=lambda one: one.finished_at or 0.0, default=None)


def pause(visit: Visit) -> Go:
    """Let the connection's work wait."""
    one = found(visit, visit.number("id"))
    with visit.house.store.write() as tx:
        gates.pause(tx, one.id, BY_HAND, f"Go on with the button, or: crmhost resume {one.id}")
    return Go(f"/connections/{one.id}", _("It is paused. What arrives is kept, and waits."))


def resume(visit: Visit) -> Go:
    """Let it go on."""
    one = found(visit, visit.number("id"))
    with visit.house.store.write() as tx:
        gates.resume(tx, one.id)
    return Go(f"/connections/{one.id}", _("It goes on."))


def secret(visit: Visit) -> Go:
    """Take the secret that Chatwoot shows for the webhook."""
    one = found(visit, visit.number("id"))
    add_webhook_secret(visit.house, one.id, visit.given("secret").strip())
    return Go(
        f"/connections/{one.id}", _("The secret is kept. Webhooks signed with it are taken from now on.")
    )


def replay_cause(visit: Visit) -> Go:
    """Try again all that died of one cause."""
    one = found(visit, visit.number("id"))
    done = replaying.replay(visit.house, Chosen(connection_id=one.id, cause=visit.given("cause")))
    return Go(f"/connections/{one.id}", done.told())


PLACES = (
    Place("/connections/{id:id}", show),
    form("/connections/{id:id}/pause", pause),
    form("/connections/{id:id}/resume", resume),
    form("/connections/{id:id}/secret", secret),
    form("/connections/{id:id}/replay", replay_cause),
)
