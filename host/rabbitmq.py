"""Doorbells by way of RabbitMQ, where ``CRMHOST_BROKER_URL`` names one; locks and budgets stay in Redis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit

from dramatiq.brokers.rabbitmq import RabbitmqBroker

from .errors import SettingsError

PATIENT = {"connection_attempts": "1", "socket_timeout": "2", "stack_timeout": "4"}
"""Seconds: whoever rings answers webhooks too, and pika's own patience is fifteen."""


class RabbitBroker(RabbitmqBroker):
    """Dramatiq's broker on RabbitMQ; its retries and limits are left out, as on Redis.

    A bell that waits for a lane's end longer than RabbitMQ's own half an hour rings again, which is
    harmless; so is one that is lost.
    """

    lanes = "crmhost.lanes"
    """The queue's name: others may live in the same virtual host."""

    def __init__(self, url: str) -> None:
        super().__init__(url=patient(url), middleware=[])

    @contextmanager
    def one_trip(self) -> Iterator[None]:
        """Send what is enqueued in the block; RabbitMQ's protocol does not wait for answers in between."""
        yield


def patient(url: str) -> str:
    """Return the address with short times to wait, where it says none."""
    parts = urlsplit(url)
    said = dict(parse_qsl(parts.query))
    return parts._replace(query=urlencode({**PATIENT, **said})).geturl()


def require(url: str) -> None:
    """Say in one sentence that no RabbitMQ answers, where that is so."""
    import pika
    from pika.exceptions import AMQPError

    try:
        pika.BlockingConnection(pika.URLParameters(patient(url))).close()
    except (AMQPError, OSError, ValueError) as error:
        fix = "Start it, or mend the address, its user and its virtual host."
        raise SettingsError("No RabbitMQ lets us in at CRMHOST_BROKER_URL.", fix=fix) from error
