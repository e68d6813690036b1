"""Doorbells: Dramatiq messages that say which lane has work, and nothing more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import dramatiq
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed
from redis.exceptions import RedisError

from .redis_client import redis_client

if TYPE_CHECKING:
    from dramatiq import MessageProxy
    from redis import Redis
    from redis.client import PubSub

    from .rabbitmq import RabbitBroker
    from .store.lanes import Lane

ACTOR = "work_lane"
CALL = "crmhost:bell"
"""The channel on which whoever waits for bells is called."""
LISTEN = 1.0
"""Seconds after which a worker looks for bells although nobody called."""
SILENCE = 2.0
"""Seconds for which no bell is rung after Redis did not answer: the sweep rings what is due."""
log = structlog.get_logger(__name__)


class Trips(Protocol):
    """A broker that bells are sent through."""

    lanes: str
    """The name of their queue."""

    def one_trip(self) -> AbstractContextManager[None]:
        """Send what is enqueued in the block together, where that is quicker."""

    def enqueue(self, message: dramatiq.Message[None]) -> object:
        """Send a message."""


class LaneBroker(RedisBroker):
    """Dramatiq's broker on Redis or Valkey, under keys of its own, for many bells in one trip.

    Its retries, delays, age and time limits are left out: the database says what is to be done, and
    the sweep sees to it that it is.
    """

    lanes = "lanes"

    def __init__(self, url: str) -> None:
        super().__init__(client=redis_client(url), namespace="crmhost", middleware=[])  # type: ignore[no-untyped-call]
        self._script = self.scripts["dispatch"]
        self._trip = threading.local()
        self.scripts["dispatch"] = self._dispatched

    @contextmanager
    def one_trip(self) -> Iterator[None]:
        """Send what this thread enqueues in the block together, when it ends, and call who listens."""
        with self.client.pipeline(transaction=False) as pipe:
            self._trip.pipe = pipe
            try:
                yield
            finally:
                self._trip.pipe = None
            pipe.publish(CALL, "")
            pipe.execute()

    def declare_queue(self, queue_name: str) -> None:
        """Declare a queue without the one for delayed messages, of which there are none."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> dramatiq.Consumer:  # noqa: ARG002
        """Return what a worker gets its bells from; it does not ask again and again whether one rang."""
        return Listener(super().consume(queue_name, prefetch, timeout=1), self.client)

    def _dispatched(self, *, args: list[Any], keys: list[str]) -> Any:
        """Run Dramatiq's script, or put it with what goes together."""
        return self._script(args=args, keys=keys, client=getattr(self._trip, "pipe", None))


class Listener(dramatiq.Consumer):
    """Dramatiq's consumer, which where it finds nothing waits until it is called, not for a while."""

    def __init__(self, consumer: dramatiq.Consumer, client: Redis) -> None:
        self._consumer = consumer
        self._calls: PubSub = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        with _closed():
            self._calls.subscribe(CALL)

    def __next__(self) -> MessageProxy | None:
        with _closed():
            message: MessageProxy | None = next(self._consumer)
            if message is None:
                # A call that came since the last look is there to be read: none is missed.
                self._calls.get_message(timeout=LISTEN)
        return message

    def ack(self, message: MessageProxy) -> None:
        """Say that a bell was answered; where Redis is away it rings once more some day, which is harmless.

        (Dramatiq would have the thread try again and again to say so.)
        """
        with _harmless():
            self._consumer.ack(message)

    def nack(self, message: MessageProxy) -> None:
        """Say that answering a bell failed."""
        with _harmless():
            self._consumer.nack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Leave bells to other workers."""
        with _harmless():
            self._consumer.requeue(messages)

    def close(self) -> None:
        """Stop to listen."""
        self._calls.close()
        self._consumer.close()


@contextmanager
def _closed() -> Iterator[None]:
    """Say a lost connection in Dramatiq's words, which then makes a new consumer after a while."""
    try:
        yield
    except RedisError as error:
        raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]


@contextmanager
def _harmless() -> Iterator[None]:
    """Go on where Redis is away: the database says what is to be done."""
    try:
        yield
    except (RedisError, ConnectionClosed) as error:
        log.warning("a bell is not acknowledged", error=str(error))


class Bell:
    """Sends doorbells; one that cannot be sent is left to the sweep."""

    def __init__(self, broker: Trips) -> None:
        self._broker = broker
        self._silent_until = 0.0

    def ring(self, lanes: Iterable[Lane]) -> None:
        """Send a doorbell for each lane."""
        messages: list[dramatiq.Message[None]] = [
            dramatiq.Message(self._broker.lanes, ACTOR, lane, {}, {}) for lane in lanes
        ]
        if not messages or time.monotonic() < self._silent_until:
            return
        try:
            with self._broker.one_trip():
                for message in messages:
                    self._broker.enqueue(message)
        except (RedisError, ConnectionClosed, OSError) as error:  # OSError: RabbitMQ's name has no address
            log.warning("no doorbell sent", error=str(error))
            self._silent_until = time.monotonic() + SILENCE


def lane_actor(
    broker: LaneBroker | RabbitBroker, work: Callable[[Lane], None]
) -> dramatiq.Actor[[int, int], None]:
    """Declare the one actor: two ids in, one call to the sync."""

    def work_lane(connection_id: int, contact_id: int) -> None:
        work((connection_id, contact_id))

    declare = dramatiq.actor(broker=broker, actor_name=ACTOR, queue_name=broker.lanes)
    return declare(work_lane)
