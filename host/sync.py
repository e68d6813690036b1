"""Working a lane: take it, apply what is pending step after step, and miss nothing that arrives meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from . import concluding
from .attempt import PAUSE, Attempt
from .errors import SettingsError
from .fold import Step, dated, next_step
from .locks import HeldLane, LaneLost, take
from .store import attempts, clock, connections, dead, deliveries, gates, lanes, links
from .turns import MOMENT

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .house import House
    from .store.connections import CRMConnection
    from .store.lanes import Lane
    from .turns import Turns

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Seen:
    """What a look at a lane found at a moment (unix seconds): the next step, and the attempt it takes.

    ``background`` says that all that is pending tells of the past.
    """

    now: float
    connection: CRMConnection
    step: Step | None
    background: bool
    attempt: Attempt | None
    """None where there is nothing to apply, or no plugin to do it."""


class Sync:
    """Works lanes, in any number of threads and processes; ``wake`` has the sweep look so many seconds on."""

    def __init__(self, house: House, turns: Turns, *, wake: Callable[[float], None]) -> None:
        self._house = house
        self._store = house.store
        self._turns = turns
        self._wake = wake
        self._going = True

    def answer(self, lane: Lane) -> None:
        """Answer a bell: work its lane, and then the one whose turn it is, until none is due."""
        try:
            self.work(lane, goes_on=True)
            while self._going and (following := self._turns.next()) is not None:
                self._work(following, goes_on=True)
        except (RedisError, SQLAlchemyError) as error:
            # Neither is of any use alone; the sweep rings when both are there again.
            log.warning("nothing can be worked", error=str(error) or type(error).__name__)

    def stop(self) -> None:
        """Let every thread end with the step that it takes."""
        self._going = False

    def work(self, lane: Lane, *, goes_on: bool = False) -> None:
        """Apply what is due in a lane; go away where it must wait, or where another worker has it.

        Where it ``goes_on``, so are the lanes worked that are taken with the commits that end one.
        """
        if self._turns.begin(lane):
            self._work(lane, goes_on=goes_on)

    def _work(self, lane: Lane, *, goes_on: bool) -> None:
        try:
            with self._store.floor():
                held = take(self._house.redis, self._store, lane)
                if held is None:
                    self._leave(lane)
                while held is not None:
                    lane, held.goes_on = held.lane, goes_on
                    held = self._hold(held)
        except SettingsError as error:
            log.warning("lane without a connection", connection=lane[0], problem=str(error))
        finally:
            self._turns.end(lane)

    def _leave(self, lane: Lane) -> None:
        """Leave a lane that was not to be had; the sweep is told when it is due, or may be let go."""
        with self._store.read() as tx:
            (due_at, rung), now = lanes.standing(tx, lane), clock.now(tx)
        if due_at is None:
            return
        if due_at <= now:  # its holder has it yet, is just letting go, or has died
            self._turns.leave(lane)
        if rung:
            with self._store.write(durable=False) as tx:
                lanes.silence(tx, lane)
        self._wake(due_at - now if due_at > now else MOMENT)

    def _hold(self, held: HeldLane) -> HeldLane | None:
        """Work a lane and let go of it; return the one that was taken with its last commit, if any.

        What arrives between the last look and the release finds the lane due: whoever asks whose turn
        it is sees it.
        """
        try:
            wait = self._drain(held)
            if wait is not None:
                self._wake(wait)
        except (LaneLost, RedisError) as error:
            log.warning(
                "lane lost", connection=held.lane[0], contact=held.lane[1], error=type(error).__name__
            )
            self._let_be(held)
        except SQLAlchemyError:  # by itself the lane would be free when the lease ends
            for one in (held, held.following):
                with suppress(SQLAlchemyError):
                    if one is not None:
                        self._let_be(one)
            raise
        else:
            if held.following is not None:
                return self._go_on(held, held.following)
        finally:
            held.release()
        return None

    def _go_on(self, held: HeldLane, following: HeldLane) -> HeldLane | None:
        """Let go of a lane for the one taken with its last commit; None where its lock is not to be had."""
        if held.exchange(following):
            self._turns.go_on(held.lane)
            return following
        self._let_be(following)
        following.release()
        return None

    def _let_be(self, held: HeldLane) -> None:
        """Let go of a lane that cannot be worked now, unless it is another worker's by now."""
        try:
            with held.committing() as tx:
                lanes.let_be(tx, held.lane)
        except LaneLost:
            log.info("the lane is another worker's", connection=held.lane[0], contact=held.lane[1])

    def _drain(self, held: HeldLane) -> float | None:
        """Take step after step; return for how long the lane waits, None where nothing is left to do here."""
        while self._going:
            beats = self._house.pulse.seen
            with self._store.read() as tx:
                seen = self._look(beats, tx, held)
            wait = self._take_step(held, seen)
            if wait is not None or held.ended:
                return wait
        self._let_be(held)
        return None

    def _look(self, beats: int, tx: Connection, held: HeldLane) -> Seen:
        """Read all that is known of the lane, and of what is to be done in it next.

        ``beats`` is the pulse's count as it was seen before the transaction began.
        """
        connection = connections.get(tx, self._house.vault, held.lane[0])
        pending = deliveries.pending(tx, *held.lane)
        names = {name for one in pending for name in dated(one, one.changed)}
        step = next_step(pending, links.applied_versions(tx, connection.id, names))
        background = all(one.background for one in pending)
        attempt = None
        if step and step.apply and not self._house.plugins.missing(connection.plugin):
            attempt = Attempt(self._house, held, connection, step.apply, step.changed, background=background)
            attempt.read(tx, held.now, beats)
        return Seen(held.now, connection, step, background, attempt)

    def _take_step(self, held: HeldLane, seen: Seen) -> float | None:
        """Do what is next; return for how long the lane waits then, None where it does not."""
        if seen.step is None or seen.step.apply is None:
            with held.committing() as tx:
                if seen.step is not None:
                    concluding.supersede(tx, seen.step, "A newer state had been applied before.", held.now)
                self._end(tx, held)
            return None
        if seen.attempt is not None and seen.attempt.ledger.given_up:  # it goes first: look again
            with held.committing() as tx:
                dead.settle_first(tx, held.lane, held.now)
            return None
        wait = self._shut(held, seen)
        if wait is not None or seen.attempt is None:
            self._let_be(held)
            return wait
        return self._apply(held, seen.attempt, seen.step)

    def _shut(self, held: HeldLane, seen: Seen) -> float | None:
        """Return for how long the connection's work waits; None where this lane goes on, or may try."""
        connection, now = seen.connection, seen.now
        rest = self._turns.rests(connection.id, background=seen.background)
        if rest:
            return rest
        if connection.paused(now):
            return PAUSE if connection.paused_until is None else connection.paused_until - now
        if missing := self._house.plugins.missing(connection.plugin):
            with held.committing() as tx:
                gates.without_plugin(tx, connection.id, str(missing), missing.fix, now + PAUSE)
            return PAUSE
        if connection.paused_reason is None:
            return None
        with held.committing() as tx:
            return None if gates.may_try(tx, connection.id, now) else gates.TRY

    def _apply(self, held: HeldLane, attempt: Attempt, step: Step) -> float | None:
        """Make an attempt and commit what came of it; return for how long to wait, None to go on at once."""
        result = attempt.run()
        # What a power cut takes of it is in doubt again, by the intent that is on the disk: it is looked for.
        with held.committing(durable=False) as tx:
            now = held.now
            if attempt.introduced:
                concluding.revive(tx, attempt, now)
            attempt.ledger.save(tx, now)
            concluding.open_or_shut(tx, attempt, result, now)
            if result.state is not None:
                concluding.finish(tx, attempt, result, result.state, now)
                # Of a stranger's, each is ignored by itself: what it says is new may be wanted yet.
                if result.state != "dead" and not attempt.stranger:
                    reason = f"Delivery {attempt.delivery.id} brought a newer state."
                    concluding.supersede(tx, step, reason, now)
                self._end(tx, held)
                return None
            if attempt.answered and attempt.ledger.hold <= 0:  # one that is held asked nothing
                attempts.end_writes(tx, attempt.delivery.id)
            if result.at_once:
                return None
            concluding.note_wait(tx, attempt, result)
            if result.of_all:
                lanes.let_be(tx, held.lane)
            else:
                lanes.end(tx, held.lane, now + result.wait)
        if result.of_all:
            self._turns.rest(attempt.connection.id, result.wait, background=attempt.background)
        return result.wait

    def _end(self, tx: Connection, held: HeldLane) -> None:
        """End the lane's work, unless something is left of it or has arrived meanwhile; take what follows."""
        held.ended = lanes.end_if_done(tx, held.lane)
        if not (held.ended and held.goes_on and self._going):
            return
        lane = self._turns.after(held.lane, tx, held.now)
        if lane is None:
            return
        fence = lanes.take_free(tx, lane, held.now)
        if fence is None:
            self._turns.leave(lane)
        else:
            held.follow(lane, fence)
