"""Wrapping crmhost's functions, in a process of the run, so that it can be hit between one and the next.

Nothing of this is in crmhost itself: what runs is what is shipped.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import IO, Any

from crmhost.store.lanes import Lane

from .board import Place, Step
from .short import replace

HEADER = "x-chaos"
"""Tells the proxy who asks: a process's place, its lane, since when a write may be on its way (or 0)."""
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def is_note(path: str) -> bool:
    """Whether a path is that of the conversations' notes."""
    return "/activities" in path


@dataclass
class At:
    """What is being worked, in whichever threads: a plugin's code has one of its own."""

    lane: Lane = (0, 0)
    since: float = 0.0
    """Before the last write was noted, or an intent: from then on the CRM has the hold to be done."""
    noted: bool = False
    """Whether what goes on has noted it anew: a write that follows an intent at once does not."""
    asks_crm: bool = True


_at: ContextVar[At] = ContextVar("at")


def here() -> At:
    """Return what this thread is at, or what the thread is that waits for it."""
    try:
        return _at.get()
    except LookupError:
        return at(At())


def at(work: At) -> At:
    """Say what is worked from now on."""
    _at.set(work)
    return work


def watch(place: Place, attempts: Path) -> None:
    """Have this process pass by the steps that the board knows, by a clock that the board can put wrong."""
    right = time.time
    replace("time.time", lambda: right() + place.clock)
    _wrap("crmhost.sync.take", lambda run: _then(run, place, Step.TAKEN, when=bool))
    _wrap("crmhost.locks.HeldLane.exchange", lambda run: _then(run, place, Step.TAKEN, when=bool))
    _wrap("crmhost.sync.Sync._apply", lambda run: _then(run, place, Step.COMMITTED))
    _wrap("crmhost.attempt.Attempt.run", lambda run: _attempting(run, place, attempts))
    _wrap("crmhost.ledger.Ledger._begin", lambda run: _intending(run, place))
    _wrap("crmhost.ledger.Ledger.writing", _about_to_write)
    _wrap("crmhost.ledger.Ledger._note_write", _noting_write)
    _wrap("crmhost.http.Http.request", lambda run: _requesting(run, place))
    _wrap("crmhost.chatwoot.transport.Transport.ask", _not_the_crm)
    _wrap("httpx.Client.send", lambda run: _signed(run, place))


def _wrap(path: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    run = replace(path, None)
    replace(path, wraps(run)(wrapper(run)))


def _then(
    run: Callable[..., Any], place: Place, step: Step, when: Callable[[Any], bool] = lambda _result: True
) -> Callable[..., Any]:
    def then(*args: Any, **kwargs: Any) -> Any:
        result = run(*args, **kwargs)
        if when(result):
            place.pass_by(step, here().lane)
        return result

    return then


def _attempting(run: Callable[..., Any], place: Place, attempts: Path) -> Callable[..., Any]:
    def attempting(attempt: Any) -> Any:
        at(At(attempt._held.lane))
        with reading(attempts, attempt._held.lane):
            result = run(attempt)
        if attempt.delivery.conversation_id is None:
            place.pass_by(Step.WORKED, attempt._held.lane)
        return result

    return attempting


def _intending(run: Callable[..., Any], place: Place) -> Callable[..., Any]:
    def intending(ledger: Any, record: str, kinds: tuple[str, ...]) -> None:
        noting = record.startswith("conversation:")
        place.pass_by(Step.INTENDING_NOTE if noting else Step.INTENDING, here().lane)
        here().since = time.monotonic()
        run(ledger, record, kinds)
        place.pass_by(Step.INTENDED, here().lane)

    return intending


def _about_to_write(run: Callable[..., Any]) -> Callable[..., Any]:
    def about_to_write(ledger: Any) -> None:
        work, began = here(), time.monotonic()
        work.noted = False
        run(ledger)
        if work.noted:
            work.since = began

    return about_to_write


def _noting_write(run: Callable[..., Any]) -> Callable[..., Any]:
    def noting_write(*args: Any) -> None:
        here().noted = True
        run(*args)

    return noting_write


def _requesting(run: Callable[..., Any], place: Place) -> Callable[..., Any]:
    def requesting(http: Any, method: str, url: str, **parts: Any) -> Any:
        writes = here().asks_crm and method in WRITES
        if writes:
            place.pass_by(Step.WRITING, here().lane)
        answer = run(http, method, url, **parts)
        if writes and answer.status < 300:
            place.pass_by(Step.ANSWERED_NOTE if is_note(url) else Step.ANSWERED, here().lane)
        return answer

    return requesting


def _not_the_crm(run: Callable[..., Any]) -> Callable[..., Any]:
    def asking_chatwoot(*args: Any, **kwargs: Any) -> Any:
        here().asks_crm = False
        try:
            return run(*args, **kwargs)
        finally:
            here().asks_crm = True

    return asking_chatwoot


def _signed(run: Callable[..., Any], place: Place) -> Callable[..., Any]:
    def signed(client: Any, request: Any, **kwargs: Any) -> Any:
        connection, contact = here().lane
        request.headers[HEADER] = f"{place.number} {connection} {contact} {here().since}"
        return run(client, request, **kwargs)

    return signed


@contextmanager
def reading(attempts: Path, lane: tuple[int, int]) -> Iterator[None]:
    """Hold what keeps the sales team from editing a record between our look at it and our write.

    Krayin has no way to write only what nobody changed meanwhile (docs/chaos.md). The operating system
    lets go where the process dies.
    """
    with (attempts / "{}-{}".format(*lane)).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def editing(attempts: Path, lanes: Iterable[tuple[int, int]]) -> Iterator[bool]:
    """Hold off attempts in these lanes while the block lasts; false where one is going on."""
    with ExitStack() as stack:
        files = [stack.enter_context((attempts / "{}-{}".format(*lane)).open("w")) for lane in lanes]
        yield all(_locked(file) for file in files)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
