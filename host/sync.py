"""Working a lane: take it, apply what is pending step after step, and miss nothing that arrives meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError

from .attempt import PAUSE, Attempt, Result
from .errors import SettingsError
from .fold import Step, dated, next_step
from .locks import HeldLane, LaneLost, take
from .store import attempts, connections, deliveries, lanes, links

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .house import House
    from .store.deliveries import Delivery
    from .store.lanes import Lane

log = structlog.get_logger(__name__)


class Sync:
    """Works lanes, one a call, in any number of threads and processes.

    ``ring`` sends a doorbell for a lane now; ``wake`` has the sweep look at a time (unix seconds).
    """

    def __init__(self, house: House, *, ring: Callable[[Lane], None], wake: Callable[[float], None]) -> None:
        self._house = house
        self._store = house.store
        self._ring = ring
        self._wake = wake

    def work(self, lane: Lane) -> None:
        """Apply what is due in a lane; go away where another worker has it or it must wait."""
        if not self._due(lane):
            return
        try:
            held = take(self._house.redis, self._store, lane, time.time())
        except RedisError as error:
            log.warning("no lock to be had", error=str(error))
            return
        if held is None:
            return
        try:
            due_at = self._drain(held)
        except LaneLost:
            log.warning("lane lost", connection=lane[0], contact=lane[1])
            return
        except SettingsError as error:
            log.warning("lane without a connection", connection=lane[0], problem=str(error))
            return
        finally:
            held.release()
        self._look_again(lane, due_at)

    def _due(self, lane: Lane) -> bool:
        """Whether the lane is due now; for one that waits, the sweep is told when."""
        now = time.time()
        with self._store.read() as tx:
            due_at = lanes.due_at(tx, lane)
        if due_at is not None and due_at > now:
            with self._store.write() as tx:
                lanes.silence(tx, lane, now)
            self._wake(due_at)
        return due_at is not None and due_at <= now

    def _look_again(self, lane: Lane, due_at: float | None) -> None:
        """Ring for what arrived between the last look and the release: its bell found the lane held."""
        if due_at is not None:
            self._wake(due_at)
            return
        with self._store.read() as tx:
            missed = lanes.due_at(tx, lane)
        if missed is not None:
            self._ring(lane)

    def _drain(self, held: HeldLane) -> float | None:
        """Take step after step; return when the lane is due again, None where nothing is left."""
        while True:
            with self._store.read() as tx:
                connection = connections.get(tx, self._house.vault, held.lane[0])
                pending = deliveries.pending(tx, *held.lane)
                names = {name for one in pending for name in dated(one, one.changed)}
                applied = links.applied_versions(tx, connection.id, names)
            step = next_step(pending, applied)
            if step is None:
                if self._end(held):
                    return None
                continue
            if connection.paused(time.time()):
                return self._wait(held, connection.paused_until or time.time() + PAUSE)
            if step.apply is None:
                self._set_aside(held, step)
                continue
            attempt = Attempt(self._house, held, connection, step.apply, step.changed)
            due_at = self._apply(held, attempt, step)
            if due_at is not None:
                return due_at

    def _end(self, held: HeldLane) -> bool:
        """End the lane's work; false where something arrived meanwhile."""
        with held.committing() as tx:
            if deliveries.any_pending(tx, *held.lane):
                return False
            lanes.end(tx, held.lane, None)
        return True

    def _wait(self, held: HeldLane, due_at: float) -> float:
        with held.committing() as tx:
            lanes.end(tx, held.lane, due_at)
        return due_at

    def _set_aside(self, held: HeldLane, step: Step) -> None:
        with held.committing() as tx:
            _supersede(tx, step, "A newer state had been applied before.")

    def _apply(self, held: HeldLane, attempt: Attempt, step: Step) -> float | None:
        """Make an attempt and commit what came of it; return when to go on, None for at once."""
        result = attempt.run()
        now = time.time()
        with held.committing() as tx:
            if attempt.introduced:
                _revive(tx, attempt, now)
            attempt.ledger.save(tx)
            if result.state is not None:
                _finish(tx, attempt, result, result.state, now)
                # Of a stranger's, each is ignored by itself: what it says is new may be wanted yet.
                if result.state != "dead" and not attempt.stranger:
                    _supersede(tx, step, f"Delivery {attempt.delivery.id} brought a newer state.")
                return None
            if attempt.answered:
                attempts.end_writes(tx, attempt.delivery.id)
            if result.at_once:
                return None
            _note_wait(tx, attempt, result, now)
            lanes.end(tx, held.lane, now + result.wait)
        return now + result.wait


def _finish(tx: Connection, attempt: Attempt, result: Result, state: str, now: float) -> None:
    """End the delivery; where it was applied, remember how new its state was."""
    connection, delivery = attempt.connection, attempt.delivery
    told = attempt.told(result.outcome)
    deliveries.finish(tx, [delivery.id], state, now=now, reason=result.reason, fix=result.fix, outcome=told)
    if state == "dead" or attempt.stranger:
        return
    if delivery.version is not None:
        for name in dated(delivery, attempt.changed):
            links.note_version(tx, connection.id, name, delivery.version)
    if connection.paused_reason is not None and (told["calls"] or state == "applied"):
        # The CRM did not refuse us: what paused the connection is mended.
        connections.resume(tx, connection.id)


def _revive(tx: Connection, attempt: Attempt, now: float) -> None:
    """Take up what was ignored while the contact was a stranger, but for conversations that the CRM has."""
    connection, delivery = attempt.connection, attempt.delivery
    waiting = deliveries.of_a_stranger(tx, connection.id, delivery.contact_id)
    known = {record for record, _ in links.load(tx, connection.id, set(waiting.values()))}
    ids = [number for number, record in waiting.items() if record not in known]
    deliveries.revive(tx, ids, f"Delivery {delivery.id} brought its contact into the CRM.", now)


def _note_wait(tx: Connection, attempt: Attempt, result: Result, now: float) -> None:
    """Keep why the delivery waits, if that is a failure; where the CRM refuses us, the connection waits."""
    delivery: Delivery = attempt.delivery
    say = log.warning if result.failed else log.info
    say(
        "not applied yet",
        connection=attempt.connection.id,
        delivery=delivery.id,
        wait=round(result.wait),
        pauses=result.pauses,
        reason=result.reason,
    )
    if result.pauses:
        connections.pause(tx, attempt.connection.id, result.reason, result.fix, now + result.wait)
    if result.failed:
        attempts.failed(tx, delivery.id, result.reason, result.fix, attempt.told(result.outcome))


def _supersede(tx: Connection, step: Step, reason: str) -> None:
    if step.superseded:
        ids = [delivery.id for delivery in step.superseded]
        deliveries.finish(tx, ids, "superseded", now=time.time(), reason=reason)
