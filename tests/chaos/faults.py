"""What may befall a request on its way: which, by the dice, and how often it did."""

from __future__ import annotations

import random
from collections.abc import Mapping
from enum import Enum

from .wire import Message


class Fault(Enum):
    """What befalls a request; the text is how it is told."""

    NONE = "nothing"
    RESET = "connection reset, nothing done"
    UNHEARD = "done, answer lost"
    LATE = "done, answer after the client's patience"
    OUTLIVED = "done, answer after the lane was the worker's"
    OVERDUE = "done long after the client has gone"
    SLOW = "answered slowly"
    FAILED = "500, nothing done"
    FATAL = "done, then a blank 500"
    PAGE = "HTML page with status 200, nothing done"
    PAGE_AFTER = "done, then an HTML page with status 200"
    GATEWAY = "done, then 502 as HTML"
    BUSY = "503 as HTML, nothing done"
    THROTTLED = "429, nothing done"


CRM: Mapping[Fault, float] = {
    Fault.RESET: 2,
    Fault.UNHEARD: 3,
    Fault.LATE: 1,
    Fault.OUTLIVED: 1,
    Fault.OVERDUE: 2,
    Fault.SLOW: 4,
    Fault.FAILED: 1,
    Fault.FATAL: 2,
    Fault.PAGE: 1,
    Fault.PAGE_AFTER: 1,
    Fault.GATEWAY: 2,
    Fault.BUSY: 1,
    Fault.THROTTLED: 1,
}
"""What Krayin and what stands before it do, by weight."""
CHATWOOT: Mapping[Fault, float] = {
    Fault.RESET: 2,
    Fault.SLOW: 3,
    Fault.LATE: 1,
    Fault.FAILED: 2,
    Fault.BUSY: 2,
    Fault.THROTTLED: 1,
}
"""What Chatwoot's API does."""
WEBHOOKS: Mapping[Fault, float] = {Fault.RESET: 1, Fault.UNHEARD: 2, Fault.SLOW: 1}
"""What happens to webhooks on the way to the receiver, beside what Chatwoot itself does to them."""


LINGERS = 0.3
"""The part of what is read that is answered only after a while."""


class Dice:
    """Says what befalls a request: ``rate`` is the part of all that something does, while it ``rolls``."""

    def __init__(self, dice: random.Random, faults: Mapping[Fault, float], rate: float) -> None:
        self._dice = dice
        self._kinds = list(faults)
        self._weights = list(faults.values())
        self._rate = rate
        self.rolls = False

    def befall(self, request: Message) -> Fault:
        """Throw the dice; a read is spared half of it."""
        rate = self._rate if request.method != "GET" else self._rate / 2
        if not self.rolls or self._dice.random() >= rate:
            return Fault.NONE
        return self._dice.choices(self._kinds, self._weights)[0]

    def lingers(self, request: Message) -> bool:
        """Whether the answer to a search takes its time: meanwhile others may search for the same."""
        return self.rolls and request.method == "GET" and self._dice.random() < LINGERS

    def between(self, least: float, most: float) -> float:
        """Throw for a time."""
        return self._dice.uniform(least, most)
