"""Telling operators what needs them: each thing once, several in one message, and when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .signatures import SIGNED_WRONG
from .store import notices
from .store.notices import Known

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .loop import Rest
    from .messenger import Messenger
    from .store import Store

PERIOD = 15.0
"""Seconds between two looks."""
QUIET = 600.0
"""Seconds in which the same thing is told once."""
BLIP = 30.0
"""Seconds for which a CRM may be away without a word."""
GAP = 60.0
"""Seconds from one message to the next: what comes up meanwhile is told in one."""
CALM = 7200.0
"""Seconds after which what only grows is over, if it grew no more."""
OVER = {
    "paused": "Connection {id} works again.",
    "away": "The CRM of connection {id} is reached again.",
    "dead": "No delivery of connection {id} is dead any more.",
    "compare": "Connection {id} is compared with Chatwoot again.",
    "signature": "No webhook of connection {id} was refused for its signature in the last two hours.",
    "lost": "Nothing more that Chatwoot never delivered to connection {id} was found in the last two hours.",
}
"""What is said once a thing is over, by the beginning of its key."""
MESSAGE = "message"
"""The key of the last message."""
Called = Callable[[int], str]
"""What a connection is called, by its number."""
_NEVER = Known(0, 0.0, over=True)


@dataclass(frozen=True)
class Matter:
    """Something a person should know: a state that will be over, or a number that ``grows``.

    ``{}`` in the text is where the number is said. One that ``fades`` never falls, and is over once it
    has not grown for a while.
    """

    text: str
    count: int = 1
    grows: bool = False
    fades: bool = False


@dataclass(frozen=True)
class News:
    """The sentences of one message, and what is known to have been told once it is delivered."""

    lines: tuple[str, ...]
    told: Mapping[str, Known]


def matters(tx: Connection, called: Called = str) -> dict[str, Matter]:
    """Return all that needs a person now, by key; ``called`` says which connection a number is."""
    found, by_itself = {}, "It goes on by itself once the CRM answers."
    for connection_id, why in notices.paused(tx).items():
        waits = f"Connection {called(connection_id)} waits: {why.reason}"
        if why.away_for is None:
            found[f"paused:{connection_id}"] = Matter(f"{waits} {why.fix}".strip())
        elif why.away_for >= BLIP:
            found[f"away:{connection_id}"] = Matter(f"{waits} {by_itself}")
    for connection_id, (count, reason) in notices.dead(tx).items():
        text = f"Dead deliveries of connection {called(connection_id)}: {{}} more. The last: {reason}"
        found[f"dead:{connection_id}"] = Matter(text, count, grows=True)
    for connection_id, count in notices.counted(tx, "refused", *sorted(SIGNED_WRONG)).items():
        text = (
            f"Webhooks of connection {called(connection_id)} refused for their signature: {{}} more. "
            "crmhost doctor says why."
        )
        found[f"signature:{connection_id}"] = Matter(text, count, grows=True, fades=True)
    for connection_id, count in notices.counted(tx, "reconcile", "lost").items():
        text = (
            f"Connection {called(connection_id)}: {{}} more events that Chatwoot never delivered, "
            "found by reconcile."
        )
        found[f"lost:{connection_id}"] = Matter(text, count, grows=True, fades=True)
    for connection_id, (problem, fix) in notices.not_compared(tx).items():
        text = f"Connection {called(connection_id)} cannot be compared with Chatwoot: {problem}"
        found[f"compare:{connection_id}"] = Matter(f"{text} {fix}")
    return found


def news(found: Mapping[str, Matter], known: Mapping[str, Known], now: float, called: Called = str) -> News:
    """Return what is to be said now: what began, what grew, what is over."""
    lines: list[str] = []
    told: dict[str, Known] = {}
    for key, matter in found.items():
        before = known.get(key, _NEVER)
        more = matter.count - before.count if matter.grows else int(before.over)
        if more > 0 and now - before.told_at >= QUIET:
            lines.append(matter.text.replace("{}", str(more)) if matter.grows else matter.text)
            told[key] = Known(matter.count, now, over=False)
        elif more < 0:  # some were mended
            told[key] = Known(matter.count, before.told_at, over=False)
        elif matter.fades and more == 0 and not before.over and now - before.told_at >= CALM:
            lines.append(_over(key, called))
            told[key] = Known(matter.count, before.told_at, over=True)
    for key, before in known.items():
        if key not in found and not before.over:
            lines.append(_over(key, called))
            told[key] = Known(0, before.told_at, over=True)
    return News(tuple(lines), told)


def _over(key: str, called: Called) -> str:
    what, _, connection_id = key.partition(":")
    return OVER[what].format(id=called(int(connection_id)))


class Notices:
    """Looks and tells; of all processes one does at a time. ``names`` returns what connections are called."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        *,
        names: Callable[[Connection], Mapping[int, str]] = lambda _: {},
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._names = names
        self._messenger = messenger
        self._clock = clock

    def look(self, _rest: Rest | None = None) -> None:
        """Look once, and tell what is new; what could not be delivered is told the next time."""
        now = self._clock()
        with self._store.write() as tx:
            if not notices.take_turn(tx, now, PERIOD * 0.8):
                return
            known = notices.known(tx)
            names = self._names(tx)

            def called(number: int) -> str:
                return f"{number} «{names[number]}»" if number in names else str(number)

            said = news(matters(tx, called), known, now, called)
        told = dict(said.told)
        if said.lines:
            if now - known.get(MESSAGE, _NEVER).told_at < GAP:
                return
            self._messenger.send(said.lines)
            told[MESSAGE] = Known(0, now, over=True)
        with self._store.write() as tx:
            notices.keep(tx, told)
