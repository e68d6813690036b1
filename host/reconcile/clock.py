"""Comparing each connection with Chatwoot by the clock; of all processes one does at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING

import structlog

from ..errors import CredentialsError, CRMHostError, SettingsError
from ..loop import Stopped, unforeseen
from ..store import clock, connections, reconciliations
from ..store.reconciliations import Reconciliation
from .run import Scope, reconcile

if TYPE_CHECKING:
    from ..house import House
    from ..loop import Rest
    from .run import Reconciled

PERIOD = 20.0
"""Seconds between two looks at what is due."""
GRACE = 60.0
"""Seconds for which a webhook may be on its way: what is younger is no loss yet."""
STEP = 0.5
"""Seconds from one request to Chatwoot to the next: of the 3000 a minute that it takes, 120."""
LEASE = 180.0
"""Seconds without a request after which another process takes over: no request takes as long."""
RETRY = 300.0
"""Seconds after which it is tried again where Chatwoot was away."""
NEVER = Reconciliation()
SCOPES: tuple[Scope, ...] = ("recent", "full")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Times:
    """When comparisons are made: how often the recent, and at which hour (UTC) all."""

    minutes: int
    hour: int

    def next(self, scope: Scope, now: float) -> float:
        """Return when a comparison that ends now is made again."""
        if scope == "recent":
            return now + self.minutes * 60
        day = datetime.fromtimestamp(now, UTC).replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return (day if day.timestamp() > now else day + timedelta(days=1)).timestamp()


class Clock:
    """Looks what is due, and does it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._times = Times(house.settings.reconcile_minutes, house.settings.reconcile_all_at)

    def look(self, rest: Rest) -> None:
        """Compare each connection whose time has come; ``rest`` waits between requests to Chatwoot."""
        for connection_id, scope in self._planned():
            if self._take(connection_id, scope):
                self._run(connection_id, scope, rest)

    def _planned(self) -> list[tuple[int, Scope]]:
        """Return what is due; what has no time yet, or one that is too late by the settings, gets one."""
        with self._house.store.read() as tx:
            now = clock.now(tx)
            able = [one.id for one in connections.every(tx, self._house.vault) if one.chatwoot_token]
            known = reconciliations.every(tx)
        due: list[tuple[int, Scope]] = []
        for connection_id, scope in product(able, SCOPES):
            due_at = known.get((connection_id, scope), NEVER).due_at
            latest = self._times.next(scope, now)
            if due_at is None or due_at > max(latest, now + LEASE):
                self._plan(connection_id, scope, latest - now)
            elif due_at <= now:
                due.append((connection_id, scope))
        return due

    def _take(self, connection_id: int, scope: Scope) -> bool:
        with self._house.store.write() as tx:
            return reconciliations.take(tx, connection_id, scope, LEASE)

    def _run(self, connection_id: int, scope: Scope, rest: Rest) -> None:
        def guard(_writes: bool, _longest: float) -> None:
            """Leave Chatwoot time for its people, and keep the turn."""
            rest(STEP)
            self._plan(connection_id, scope, LEASE)

        try:
            found = reconcile(self._house, connection_id, scope=scope, grace=GRACE, guard=guard)
        except Stopped:
            self._plan(connection_id, scope, 0)
            raise
        except CRMHostError as error:
            self._failed(connection_id, scope, error)
        except Exception as error:
            log.error("comparison failed", connection=connection_id, scope=scope, exc_info=error)
            self._failed(connection_id, scope, unforeseen(error))
        else:
            log.info("compared with Chatwoot", connection=connection_id, scope=scope, lost=found.lost)
            keep(self._house, connection_id, scope, found, self._times)

    def _plan(self, connection_id: int, scope: Scope, delay: float) -> None:
        with self._house.store.write() as tx:
            reconciliations.plan(tx, connection_id, scope, clock.now(tx) + delay)

    def _failed(self, connection_id: int, scope: Scope, error: CRMHostError) -> None:
        """Keep why; where a person must act there is no hurry."""
        log.warning("not compared with Chatwoot", connection=connection_id, scope=scope, error=error.kind)
        with self._house.store.write() as tx:
            again = self._times.next(scope, clock.now(tx))
            if not isinstance(error, CredentialsError | SettingsError):
                again = min(again, clock.now(tx) + RETRY)
            reconciliations.fail(tx, connection_id, scope, str(error), error.fix, again)


def keep(
    house: House, connection_id: int, scope: Scope, found: Reconciled, times: Times | None = None
) -> None:
    """Keep what a comparison found, for whoever looks at the status."""
    counts = {
        "missed_contacts": found.missed_contacts,
        "missed_conversations": found.missed_conversations,
        "missed_resolves": found.missed_resolves,
        "looked_again": found.looked_again,
        "gone": len(found.gone),
    }
    with house.store.write() as tx:
        due_at = times.next(scope, clock.now(tx)) if times else None
        reconciliations.finish(tx, connection_id, scope, counts, due_at)
