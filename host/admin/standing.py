"""How a connection stands, in words: its name, its state and what to do, and what happened lately."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import naming, refusals
from ..errors import SettingsError
from ..naming import address
from ..overview import not_compared
from ..redis_client import silent
from ..states import STATES
from ..store import browse, connections, gates, hours, reconciliations
from ..store.browse import MANY
from ..store.hours import HOUR, RECEIVED, Count
from ..validation import validated
from . import formats
from .heard import translated
from .words import gettext as _
from .words import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from ..budget import Spent
    from ..house import House
    from ..store.connections import CRMConnection
    from ..store.reconciliations import Reconciliation

BY_HAND = "Paused by hand."
"""What is kept as the reason where a person paused a connection."""


@dataclass(frozen=True)
class Standing:
    """What is to be seen of a connection at a glance."""

    id: int
    name: str
    where: str
    """The CRM's own address, where the settings name one."""
    account_id: int
    mark: str
    """How it is drawn: good, idle, wait or bad."""
    state: str
    sentence: str
    fix: str
    waiting: int
    dead: int
    last_received: float | None
    oldest_waiting: float | None
    today: Count
    """What ended within the last 24 hours."""
    spent: Spent | None
    """How much of the CRM's limit is used; None where nobody knows."""

    @property
    def needs_somebody(self) -> bool:
        """Whether it does not get along by itself."""
        return self.mark == "bad" or self.dead > 0


def standing(
    tx: Connection, house: House, one: CRMConnection, used: Spent | None, *, redis: bool
) -> Standing:
    """Return how a connection stands now.

    ``used`` is what is known of its calls, ``redis`` whether Redis answers.
    """
    now = time.time()
    waiting = browse.count(tx, one.id, "pending")
    mark, state, sentence, fix = _state(house, one, used if waiting else None)
    if mark == "good" and not redis:
        mark, state, sentence, fix = without_redis()
    if mark == "good" and (refused := refusals.trouble(tx, one, now)):
        mark, state, sentence, fix = "bad", _("Webhooks are refused"), refused.said, refused.fix
    if mark == "good" and (failed := not_compared(house, one, reconciliations.every(tx))):
        mark, state, sentence, fix = _not_compared(failed)
    counted = hours.since(tx, [one.id], int(now // HOUR) - 23)
    ended = [count for (_id, what, _hour), count in counted.items() if what in STATES]
    return Standing(
        id=one.id,
        name=title(house, one),
        where=address(house.plugins, one),
        account_id=one.account_id,
        mark=mark,
        state=state,
        sentence=sentence,
        fix=fix,
        waiting=waiting,
        dead=browse.count(tx, one.id, "dead"),
        last_received=hours.last(tx, one.id, RECEIVED),
        oldest_waiting=browse.oldest_waiting(tx, one.id),
        today=sum(ended, Count()),
        spent=used,
    )


def title(house: House, one: CRMConnection) -> str:
    """Return what a connection's CRM is called."""
    return translated(naming.title(house.plugins, one))


def names(house: House, every: Iterable[CRMConnection]) -> dict[int, str]:
    """Return by id what each connection is called, unlike all others."""
    return naming.names(
        house.plugins, every, lambda number: _("account %(id)s", id=number), lambda one: title(house, one)
    )


def called(house: House, one: CRMConnection) -> str:
    """Return what a connection is called among all that there are."""
    with house.store.read() as tx:
        return names(house, connections.every(tx, house.vault)).get(one.id, title(house, one))


def _state(house: House, one: CRMConnection, used: Spent | None) -> tuple[str, str, str, str]:
    """Return mark, word, sentence and fix; ``used`` are the calls that what waits would take of."""
    if missing := house.plugins.missing(one.plugin):
        return "bad", _("Paused"), gates.NO_PLUGIN + str(missing), missing.fix + gates.THEN_START
    try:
        validated(house.plugins[one.plugin], one.settings)
    except SettingsError as error:
        return "bad", _("Wrong settings"), str(error), error.fix
    if one.away_since is not None:
        fix = _("It goes on by itself once the CRM answers; what waits is kept.")
        return "bad", _("The CRM is away"), one.paused_reason or "", _and_next(fix, one)
    if one.paused_reason is not None:
        return _paused(one)
    if not one.webhook_secrets and not one.unsigned:
        return (
            "wait",
            _("Waiting for its secret"),
            _("Chatwoot shows a secret once the webhook is made; without it nothing can be taken."),
            _("Paste the secret below."),
        )
    if used is not None and used.up:
        return _at_the_limit(used)
    return "good", _("Working"), _("What Chatwoot sends is brought to the CRM as it comes."), ""


def redis_answers(house: House) -> bool:
    """Whether Redis, or the data folder's Valkey, is there."""
    return silent(house.redis, named=house.settings.redis_url is not None) is None


def without_redis() -> tuple[str, str, str, str]:
    """Return mark, word, sentence and fix of what cannot go on without Redis."""
    return (
        "bad",
        _("Redis does not answer"),
        _("Nothing is worked without Redis. What arrives is kept, and waits."),
        _("Start it, or mend CRMHOST_REDIS_URL: crmhost doctor says more."),
    )


def _not_compared(failed: Reconciliation) -> tuple[str, str, str, str]:
    """Tell that all goes well, but that losses are not found."""
    why = _("What Chatwoot never delivered is not found: %(why)s", why=translated(failed.problem or ""))
    return "wait", _("Working, not compared"), why, failed.fix or ""


def _paused(one: CRMConnection) -> tuple[str, str, str, str]:
    if one.paused_reason == BY_HAND:
        sentence = _("Somebody paused it. What arrives is kept, and waits.")
        return "wait", _("Paused"), sentence, _("Let it go on when you are ready.")
    tried = _and_next(_("It is tried again by itself, each minute."), one) if one.paused_until else ""
    return "bad", _("Paused"), one.paused_reason or "", " ".join(filter(None, (one.paused_fix, tried)))


def _and_next(fix: str, one: CRMConnection) -> str:
    """Say as well when it is tried next, where that is not just now."""
    if one.paused_until is None or one.paused_until <= time.time():
        return fix
    soon = _("The next try is at %(time)s.", time=formats.clock(one.paused_until))
    return f"{fix} {soon}"


def _at_the_limit(used: Spent) -> tuple[str, str, str, str]:
    until = formats.clock(time.time() + used.lasts)
    return (
        "idle",
        _("Waiting for the CRM's limit until %(time)s", time=until),
        _("The %(limit)s calls that the CRM allows for now are used up.", limit=formats.number(used.limit)),
        _("It goes on by itself then; what waits is kept."),
    )


def how_many(count: int) -> str:
    """Return a count, or that there are many."""
    return _("more than %(count)s", count=formats.number(MANY)) if count > MANY else formats.number(count)


def headline(standings: Sequence[Standing], *, redis: bool) -> str:
    """Say in a sentence how everything does."""
    if not redis:
        return without_redis()[1]
    if not standings:
        return _("Nothing is connected yet")
    needy = sum(one.needs_somebody for one in standings)
    if needy:
        return ngettext("%(count)s connection needs you", "%(count)s connections need you", needy)
    if any(one.mark == "wait" for one in standings):
        return _("Something waits for you")
    return _("Everything is in step")
