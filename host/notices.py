"""Telling operators what needs them: each thing once, several in one message, and when it is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from .messenger import Messenger, Undelivered
from .store import notices
from .store.notices import Known

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .store import Store

PERIOD = 15.0
"""Seconds between two looks."""
QUIET = 600.0
"""Seconds in which the same thing is told once."""
BLIP = 30.0
"""Seconds for which a CRM may be away without a word."""
OVER = {
    "paused": "Connection {} works again.",
    "away": "The CRM of connection {} is reached again.",
    "dead": "No delivery of connection {} is dead any more.",
}
_NEVER = Known(0, 0.0, over=True)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Matter:
    """Something a person should know: a state that will be over, or a number that ``grows``.

    ``{}`` in the text is where the number is said.
    """

    text: str
    count: int = 1
    grows: bool = False


@dataclass(frozen=True)
class News:
    """The sentences of one message, and what is known to have been told once it is delivered."""

    lines: tuple[str, ...]
    told: Mapping[str, Known]


def matters(tx: Connection) -> dict[str, Matter]:
    """Return all that needs a person now, by key."""
    found = {}
    for connection_id, why in notices.paused(tx).items():
        waits = f"Connection {connection_id} waits: {why.reason}"
        if why.away_for is None:
            found[f"paused:{connection_id}"] = Matter(f"{waits} {why.fix}".strip())
        elif why.away_for >= BLIP:
            found[f"away:{connection_id}"] = Matter(f"{waits} It goes on by itself once the CRM answers.")
    for connection_id, (count, reason) in notices.dead(tx).items():
        text = f"Dead deliveries of connection {connection_id}: {{}} more. The last: {reason}"
        found[f"dead:{connection_id}"] = Matter(text, count, grows=True)
    for connection_id, count in notices.counted(tx, "refused", "bad_signature", "no_secret").items():
        text = f"Webhooks of connection {connection_id} refused for their signature: {{}} more."
        found[f"signature:{connection_id}"] = Matter(text, count, grows=True)
    for connection_id, count in notices.counted(tx, "reconcile", "lost").items():
        text = (
            f"Connection {connection_id}: {{}} more events that Chatwoot never delivered, found by reconcile."
        )
        found[f"lost:{connection_id}"] = Matter(text, count, grows=True)
    return found


def news(found: Mapping[str, Matter], known: Mapping[str, Known], now: float) -> News:
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
    for key, before in known.items():
        if key not in found and not before.over:
            what, _, connection_id = key.partition(":")
            lines += [OVER[what].format(connection_id)] if what in OVER else []
            told[key] = Known(0, before.told_at, over=True)
    return News(tuple(lines), told)


class Notices:
    """A loop that looks and tells; of all processes one does at a time."""

    def __init__(self, store: Store, messenger: Messenger, *, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._messenger = messenger
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; returns when the loop has ended."""
        self._stop.set()
        self._thread.join()

    def look(self) -> None:
        """Look once, and tell what is new; what could not be delivered is told the next time."""
        now = self._clock()
        with self._store.write() as tx:
            if not notices.take_turn(tx, now, PERIOD * 0.8):
                return
            said = news(matters(tx), notices.known(tx), now)
        if said.lines:
            self._messenger.send(said.lines)
        with self._store.write() as tx:
            notices.keep(tx, said.told)

    def _run(self) -> None:
        while not self._stop.wait(PERIOD):
            try:
                self.look()
            except (Undelivered, SQLAlchemyError) as error:
                log.warning("a notice could not be delivered", error=str(error) or type(error).__name__)
