"""The client of Redis or Valkey that all parts use: it says soon that nobody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def in_one_trip(client: Redis, *commands: tuple[str | bytes | int, ...]) -> list[Any]:
    """Send commands together; return their answers, an error in the place of each that is refused.

    redis-py's own pipeline does the same, and takes twice as much of a processor. RedisError where nothing
    answers.
    """
    pool = client.connection_pool
    connection: Any = pool.get_connection()
    try:
        connection.send_packed_command(connection.pack_commands(commands))
        return [_answer(connection) for _ in commands]
    except BaseException:
        connection.disconnect()  # what comes on it yet is nobody's answer
        raise
    finally:
        pool.release(connection)


def _answer(connection: Any) -> Any:
    from redis.exceptions import ResponseError

    try:
        return connection.read_response()
    except ResponseError as refused:
        return refused


def silent(client: Redis, *, named: bool) -> tuple[str, str] | None:
    """Say that Redis does not answer, and what to do; None where it does.

    ``named`` says that it is the one of CRMHOST_REDIS_URL, not the data folder's Valkey.
    """
    from redis.exceptions import RedisError, ResponseError

    try:
        client.ping()
    except ResponseError as error:  # where its disk is full, say
        return f"Redis refuses to work: {error}.", "See its log; where its disk is full, make room."
    except RedisError as error:
        if named:
            return f"Nothing answers at CRMHOST_REDIS_URL ({error}).", "Start it, or mend the address."
        return "The data folder's Valkey is not running.", "Start crmhost serve, which runs it."
    return None
