"""What is committed with the end of a step: what became of its deliveries, and of their connection's work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from .fold import dated
from .store import attempts, deliveries, gates, links

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .attempt import Attempt, Result
    from .fold import Step
    from .store.deliveries import Delivery

log = structlog.get_logger(__name__)


def open_or_shut(tx: Connection, attempt: Attempt, result: Result, now: float) -> None:
    """Let the connection's work wait where the CRM refuses us or is away; let it go on where it is not."""
    connection = attempt.connection
    if result.pauses:
        gates.refused(tx, connection.id, result.reason, result.fix, now + result.wait)
    elif result.away:
        until = gates.away(tx, connection.id, result.reason, result.fix, now, result.asked)
        log.warning("the CRM is away", connection=connection.id, again_in=round(until - now))
    elif connection.paused_reason is not None:  # this attempt was to find out
        no_plugin = connection.paused_reason.startswith(gates.NO_PLUGIN)
        if attempt.reached or result.state == "applied" or no_plugin:
            gates.reached(tx, connection.id)
        else:
            gates.tried_in_vain(tx, connection.id, now)


def finish(tx: Connection, attempt: Attempt, result: Result, state: str, now: float) -> None:
    """End the delivery; where it was applied, remember how new its state was."""
    connection, delivery = attempt.connection, attempt.delivery
    told = attempt.told(result.outcome)
    if state != "dead" and not attempt.stranger and delivery.version is not None:
        for name in dated(delivery, attempt.changed):
            links.note_version(tx, connection.id, name, delivery.version)
    # Late: what is counted of the hour is one row for all workers, and theirs until the commit.
    deliveries.finish(tx, [delivery.id], state, now=now, reason=result.reason, fix=result.fix, outcome=told)
    if state == "dead" and not result.refused:
        _keep_unsettled(tx, attempt, now)


def _keep_unsettled(tx: Connection, attempt: Attempt, now: float) -> None:
    """Keep of what is given up what it may have written: before anything newer that is settled, once."""
    handed = attempt.unsettled
    if handed is not None and attempts.AGAIN not in handed:
        attempts.begin_write(tx, attempt.delivery.id, handed, now)
        record = f"contact:{attempt.delivery.contact_id}"
        links.begin_intents(tx, attempt.connection.id, record, [links.GIVEN_UP], now)


def revive(tx: Connection, attempt: Attempt, now: float) -> None:
    """Take up what was ignored while the contact was a stranger, but for conversations that the CRM has."""
    connection, delivery = attempt.connection, attempt.delivery
    waiting = deliveries.of_a_stranger(tx, connection.id, delivery.contact_id)
    if not waiting:
        return
    known = {record for record, _ in links.load(tx, connection.id, set(waiting.values()))}
    ids = [number for number, record in waiting.items() if record not in known]
    deliveries.revive(tx, ids, f"Delivery {delivery.id} brought its contact into the CRM.", now)


def note_wait(tx: Connection, attempt: Attempt, result: Result) -> None:
    """Keep why the delivery waits, if that is a failure."""
    delivery: Delivery = attempt.delivery
    say = log.warning if result.failed else log.info
    say(
        "not applied yet",
        connection=attempt.connection.id,
        delivery=delivery.id,
        wait=round(result.wait),
        pauses=result.pauses,
    )
    if result.failed:
        attempts.failed(tx, delivery.id, result.reason, result.fix, attempt.told(result.outcome))


def supersede(tx: Connection, step: Step, reason: str, now: float) -> None:
    """End what a newer state has made needless."""
    if step.superseded:
        ids = [delivery.id for delivery in step.superseded]
        deliveries.finish(tx, ids, "superseded", now=now, reason=reason)
