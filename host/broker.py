"""Doorbells: Dramatiq messages that say which lane has work, and nothing more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import dramatiq
import structlog
from dramatiq.brokers.redis import RedisBroker
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from dramatiq import Broker

    from .store.lanes import Lane

ACTOR = "work_lane"
QUEUE = "lanes"
SILENCE = 5.0
"""Seconds for which no bell is rung after Redis did not answer: the sweep rings what is due."""
log = structlog.get_logger(__name__)


def redis_broker(url: str) -> Broker:
    """Return a broker on Redis or Valkey, under keys of its own.

    Dramatiq's retries, age and time limits are left out: the database says what is to be done,
    and the sweep sees to it that it is.
    """
    broker: Broker = RedisBroker(url=url, namespace="crmhost", middleware=[])  # type: ignore[no-untyped-call]
    return broker


class Bell:
    """Sends doorbells; one that cannot be sent is left to the sweep."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._silent_until = 0.0
        self._lock = threading.Lock()

    def ring(self, lanes: Iterable[Lane]) -> None:
        """Send a doorbell for each lane."""
        for lane in lanes:
            if time.monotonic() < self._silent_until:
                return
            message: dramatiq.Message[None] = dramatiq.Message(QUEUE, ACTOR, lane, {}, {})
            try:
                self._broker.enqueue(message)
            except (RedisError, dramatiq.errors.BrokerConnectionError) as error:
                log.warning("no doorbell sent", error=str(error))
                self._silent_until = time.monotonic() + SILENCE


def lane_actor(broker: Broker, work: Callable[[Lane], None]) -> dramatiq.Actor[[int, int], None]:
    """Declare the one actor: two ids in, one call to the sync."""

    def work_lane(connection_id: int, contact_id: int) -> None:
        work((connection_id, contact_id))

    declare = dramatiq.actor(broker=broker, actor_name=ACTOR, queue_name=QUEUE)
    return declare(work_lane)
