"""The client of Redis or Valkey that all parts use: it says soon that nobody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis import Redis

CONNECT, ANSWER = 1.0, 3.0
"""Seconds: whoever receives webhooks has to answer within five, whether Redis is there or not."""


def redis_client(url: str) -> Redis:
    """Return a client; a connection that turns out to be cut is made anew once, at once.

    (Redis' own default is to try three times more, with pauses of up to ten seconds.)
    """
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError as Cut
    from redis.retry import Retry

    again = Retry(NoBackoff(), 1, supported_errors=(Cut,))
    return Redis.from_url(url, socket_connect_timeout=CONNECT, socket_timeout=ANSWER, retry=again)
