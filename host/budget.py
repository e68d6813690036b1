"""The calls that may be made in a minute, or another span, and at once: counted in Redis for all workers.

A minute begins with its first call and ends as a whole, as Laravel counts (Krayin 2.1); what the CRM
itself says is heeded. Each operation is one script, by Redis' own clock.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError

from .errors import NotYet
from .http import DEADLINE
from .pool import TIMEOUTS

if TYPE_CHECKING:
    from redis import Redis
    from redis.commands.core import Script

WINDOW = 60.0
"""Seconds for which a CRM counts, unless the plugin says otherwise: what is called a minute here."""
FOR_LIVE = 0.25
"""The share of each minute that what tells of the past leaves to what is live; and of the slots one."""
RESERVE = 4
"""Calls that a delivery takes at its first one, so that it does not run out in its middle."""
SOON = 250
"""Milliseconds after which it is asked again where others hold some in reserve, and may give them back."""
SPREAD = 0.25
"""Seconds over which those are spread who go on with a new minute."""
SLOT = DEADLINE + TIMEOUTS["read"] + 5
"""Seconds after which the slot of a process that died is free again: no call takes as long."""
PATIENCE = 1.0
"""Seconds that a call waits where it stands; for longer ones the delivery is put off."""
SHORT = 10.0
"""Seconds of a span whose end a delivery waits for in its middle: to begin anew would take as many calls."""
PEEK = 0.05
"""Seconds between two looks for a free slot."""
KNOWN = 3600
"""Seconds for which it is known which budgets a connection uses."""
AWAY = 5.0
"""Seconds after which it is tried again where Redis is away."""
log = structlog.get_logger(__name__)

# KEYS: the minute, the slots. ARGV: now, window (ms), a minute's calls, calls wanted, slots, our slot's
# name, its time (ms), the share of the minute that is ours to use, after how many ms to ask again for
# calls that others hold, how many of those that we held are made. Returns {1, granted, the minute's
# name, ms left of it} or {0, ms to wait}.
TAKE = """
local time = redis.call('TIME')
local now = tonumber(ARGV[1]) or time[1] * 1000 + math.floor(time[2] / 1000)
local slots, granted, name, ends = tonumber(ARGV[5]), 0, 0, now
if slots > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  if redis.call('ZCARD', KEYS[2]) >= slots then return {0, 0} end
end
if tonumber(ARGV[4]) > 0 then
  local minute = redis.call('HMGET', KEYS[1], 'name', 'ends', 'used', 'limit', 'held')
  local used, held = tonumber(minute[3]) or 0, tonumber(minute[5]) or 0
  name, ends = tonumber(minute[1]) or 0, tonumber(minute[2]) or 0
  if ends <= now then name, ends, used, held = now, now + ARGV[2], 0, 0 end
  local limit = math.min(tonumber(ARGV[3]), tonumber(minute[4]) or math.huge)
  local left = math.max(math.floor(limit * ARGV[8]), 1) - used
  held = math.max(held - ARGV[10], 0)
  redis.call('HSET', KEYS[1], 'held', held)
  if left < 1 and held > 0 then return {0, math.min(ends - now, tonumber(ARGV[9]))} end
  if left < 1 then return {0, ends - now} end
  granted = math.min(left, tonumber(ARGV[4]))
  held = held + granted - 1
  redis.call('HSET', KEYS[1], 'name', name, 'ends', ends, 'used', used + granted, 'held', held)
  redis.call('PEXPIRE', KEYS[1], 3600000)
end
if slots > 0 then
  redis.call('ZADD', KEYS[2], now + ARGV[7], ARGV[6])
  redis.call('PEXPIRE', KEYS[2], ARGV[7])
end
return {1, granted, name, ends - now}
"""
# KEYS: the minute. ARGV: calls given back, of how many held, the name of the minute they were taken in.
GIVE_BACK = """
local minute = redis.call('HMGET', KEYS[1], 'name', 'used', 'held')
if minute[1] ~= ARGV[3] then return end
local used, held = minute[2] - ARGV[1], (tonumber(minute[3]) or 0) - ARGV[2]
redis.call('HSET', KEYS[1], 'used', math.max(used, 0), 'held', math.max(held, 0))
"""
# KEYS: the minute. ARGV: now, window (ms), the limit and how many calls the CRM has counted.
# The first one counted says that the CRM's minute began just now: that of the call that began ours,
# which ours must not end before, or a new one, where ours is near its end.
TOLD = """
local time = redis.call('TIME')
local now = tonumber(ARGV[1]) or time[1] * 1000 + math.floor(time[2] / 1000)
local minute = redis.call('HMGET', KEYS[1], 'name', 'ends', 'used')
local name, ends, used = tonumber(minute[1]) or 0, tonumber(minute[2]) or 0, tonumber(minute[3]) or 0
local counted = tonumber(ARGV[4])
local anew = counted == 1 and ends - now < ARGV[2] / 2
if anew or ends <= now then
  name, ends, used = now, now + ARGV[2], 0
  redis.call('HDEL', KEYS[1], 'held')
end
if counted == 1 then ends = now + ARGV[2] end
redis.call('HSET', KEYS[1], 'name', name, 'ends', ends, 'used', math.max(used, counted), 'limit', ARGV[3])
redis.call('PEXPIRE', KEYS[1], 3600000)
"""


@dataclass
class Reserve:
    """Calls of a minute that a delivery has taken and not made yet."""

    minute: int
    left: int
    until: float
    held: int
    """How many it held beside the one it was about to make."""


class DeliveryBudget:
    """The budgets as one delivery uses them (see ``crmhost.context.Budget``); closed when its attempt ends.

    ``whose`` is the connection of which ``spent`` can then be asked. With ``background`` it leaves a part of
    them to what is live. ``clock`` (seconds) stands in for Redis' own in tests.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        background: bool = False,
        whose: int | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._redis = redis
        self._whose = whose
        self._background = background
        self._take, self._give_back, self._told = _scripts(redis)
        self._clock = clock
        self._reserves: dict[str, Reserve] = {}

    @contextmanager
    def call(self, key: str, *, calls: int, seconds: float = WINDOW, at_once: int = 0) -> Iterator[None]:
        """Take one call for the block; NotYet where none is left, or Redis is away."""
        if self._whose is not None and key not in self._reserves:
            with _harmless():
                self._redis.hset(_of(self._whose), key, calls)
                self._redis.expire(_of(self._whose), KNOWN)
        slot = uuid.uuid4().hex if at_once else ""
        patience = seconds if key in self._reserves and seconds <= SHORT else PATIENCE
        while wait := self._try(key, calls, seconds, at_once, slot):
            if wait > patience:
                allowed = f"{calls} in {seconds:.0f} seconds" + (f", {at_once} at once" if at_once else "")
                delay = wait + random.uniform(0, SPREAD)  # noqa: S311 - it spreads the waiting, it keeps no secret
                raise NotYet(f"Calls to the CRM must wait: {allowed} are allowed.", delay=delay)
            time.sleep(wait)
            patience -= wait
        try:
            yield
        finally:
            if slot:
                with _harmless():
                    self._redis.zrem(_slots(key), slot)

    def told(self, key: str, *, limit: int, remaining: int) -> None:
        """Keep what the CRM said is left of this minute."""
        with _harmless():
            self._told(keys=[_minute(key)], args=[*self._times(WINDOW), limit, max(limit - remaining, 0)])

    def close(self) -> None:
        """Give back what was taken and not used."""
        now = self._now()
        for key, reserve in self._reserves.items():
            if reserve.held and now < reserve.until:
                with _harmless():
                    self._give_back(keys=[_minute(key)], args=[reserve.left, reserve.held, reserve.minute])
        self._reserves.clear()

    def _try(self, key: str, calls: int, seconds: float, at_once: int, slot: str) -> float:
        """Take a call; return 0, or for how many seconds none is to be had."""
        now = self._now()
        reserve = self._reserves.get(key)
        held = reserve if reserve and reserve.left and now < reserve.until else None
        if held is None or at_once:
            wanted = 0 if held else 1 if reserve else RESERVE
            slots, share = at_once, 1.0
            if self._background:
                slots, share = max(at_once - 1, min(at_once, 1)), 1 - FOR_LIVE
            made = reserve.held if reserve and now < reserve.until and held is None else 0
            args = [*self._times(seconds), calls, wanted, slots, slot, round(SLOT * 1000), share, SOON, made]
            taken, *said = self._ask(keys=[_minute(key), _slots(key)], args=args)
            if made and reserve:
                reserve.held = 0
            if not taken:
                return said[0] / 1000 or PEEK
            if held is None:
                granted, minute, lasts = said
                held = self._reserves[key] = Reserve(minute, granted, now + lasts / 1000, granted - 1)
        held.left -= 1
        return 0.0

    def _ask(self, keys: list[str], args: list[int | float | str]) -> list[int]:
        try:
            said: list[int] = self._take(keys=keys, args=args)
        except RedisError as error:
            log.warning("no budget to be had", error=str(error))
            fix = "Start Redis; nothing is lost meanwhile."
            raise NotYet("Redis is away, and calls cannot be counted.", delay=AWAY, fix=fix) from error
        return said

    def _now(self) -> float:
        return self._clock() if self._clock else time.monotonic()

    def _times(self, seconds: float) -> list[int | str]:
        """Return what a script is told of time: now, where it is not Redis' own, and how long a minute is."""
        return [round(self._clock() * 1000) if self._clock else "", round(seconds * 1000)]


@dataclass(frozen=True)
class Spent:
    """How much of its calls a connection has used now, and for how many seconds that counts."""

    used: int
    limit: int
    lasts: float

    @property
    def up(self) -> bool:
        """Whether none is left until a new minute begins."""
        return self.used >= self.limit and self.lasts > 0


def spent(redis: Redis, connection_ids: Iterable[int]) -> dict[int, Spent]:
    """Return what is used of the fullest budget of each connection.

    One that used none for an hour is not among them; while Redis is away none is.
    """
    found: dict[int, Spent] = {}
    with suppress(RedisError):
        for one, spent in _each_spent(redis, list(connection_ids)):
            if one not in found or _share(found[one]) < _share(spent):
                found[one] = spent
    return found


def _share(one: Spent) -> float:
    return one.used / max(one.limit, 1)


def _each_spent(redis: Redis, connection_ids: list[int]) -> Iterator[tuple[int, Spent]]:
    """Yield each budget with its connection; Redis is asked twice, however many there are."""
    asked = redis.pipeline(transaction=False)
    asked.time()
    for one in connection_ids:
        asked.hgetall(_of(one))
    (seconds, micros), *known = asked.execute()
    now = seconds * 1000 + micros // 1000
    budgets = [(one, *each) for one, of in zip(connection_ids, known, strict=True) for each in of.items()]
    for _one, key, _calls in budgets:
        asked.hmget(_minute(key.decode()), "used", "ends", "limit")
    for (one, _key, calls), kept in zip(budgets, asked.execute(), strict=True):
        used, ends, told = (int(float(each)) if each is not None else None for each in kept)
        limit = min(int(calls), told or int(calls))
        going = ends is not None and ends > now
        yield one, Spent(used or 0 if going else 0, limit, ((ends or now) - now) / 1000 if going else 0.0)


@lru_cache(maxsize=1)
def _scripts(redis: Redis) -> tuple[Script, ...]:
    """Return what takes calls, gives them back and is told of them; their digests are made once."""
    return tuple(redis.register_script(script) for script in (TAKE, GIVE_BACK, TOLD))


def _of(connection_id: int) -> str:
    return f"crmhost:budgets:{connection_id}"


def _minute(key: str) -> str:
    return f"crmhost:budget:{{{key}}}:minute"


def _slots(key: str) -> str:
    return f"crmhost:budget:{{{key}}}:slots"


@contextmanager
def _harmless() -> Iterator[None]:
    """Go on where Redis is away: what is not told or given back now ends with its minute, or its time."""
    try:
        yield
    except RedisError as error:
        log.warning("budget not told", error=str(error))
