"""How a connection stands, in words: in one, in a sentence, and what to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import idle, refusals
from ..errors import SettingsError
from ..overview import not_compared
from ..store import gates, reconciliations
from ..validation import validated
from . import formats
from .heard import translated
from .needs import MARKS, Mark, State
from .words import gettext as _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ..budget import Spent
    from ..house import House
    from ..store.connections import CRMConnection
    from .needs import Facts

Words = tuple[str, str, str]
"""The state in a word, a sentence, and what to do."""


@dataclass(frozen=True)
class Said:
    """How a connection stands: how it is drawn, in a word, in a sentence, and what to do."""

    mark: Mark
    state: str
    sentence: str
    fix: str


@dataclass(frozen=True)
class Case:
    """A connection that something is said of, and what that is looked up in."""

    tx: Connection
    house: House
    one: CRMConnection
    known: Facts


def said(case: Case, state: State, used: Spent | None) -> Said:
    """Say in words how a connection stands; ``used`` are the calls that what waits would take of."""
    if state == "working" and used is not None and used.up:
        return Said("idle", *_at_the_limit(used))
    return Said(MARKS[state], *WORDS[state](case))


def _without_plugin(case: Case) -> Words:
    missing = case.house.plugins.missing(case.one.plugin)
    why, fix = (str(missing), missing.fix) if missing else ("", "")
    return _("Paused"), gates.NO_PLUGIN + why, fix + gates.THEN_START


def _wrong_settings(case: Case) -> Words:
    try:
        validated(case.house.plugins[case.one.plugin], case.one.settings)
    except SettingsError as error:
        return _("Wrong settings"), str(error), error.fix
    return _("Wrong settings"), "", ""  # they were mended a moment ago


def _away(case: Case) -> Words:
    fix = _("It goes on by itself once the CRM answers; what waits is kept.")
    return _("The CRM is away"), case.one.paused_reason or "", _and_next(fix, case.one)


def _by_hand(_case: Case) -> Words:
    sentence = _("Somebody paused it. What arrives is kept, and waits.")
    return _("Paused"), sentence, _("Let it go on when you are ready.")


def _paused(case: Case) -> Words:
    one = case.one
    tried = _and_next(_("It is tried again by itself, each minute."), one) if one.paused_until else ""
    return _("Paused"), one.paused_reason or "", " ".join(filter(None, (one.paused_fix, tried)))


def _and_next(fix: str, one: CRMConnection) -> str:
    """Say as well when it is tried next, where that is not just now."""
    if one.paused_until is None or one.paused_until <= time.time():
        return fix
    soon = _("The next try is at %(time)s.", time=formats.clock(one.paused_until))
    return f"{fix} {soon}"


def _without_secret(_case: Case) -> Words:
    return (
        _("Waiting for its secret"),
        _("Chatwoot shows a secret once the webhook is made; without it nothing can be taken."),
        _("Paste the secret below."),
    )


def without_redis(_case: Case | None = None) -> Words:
    """Say of what cannot go on without Redis that it cannot."""
    return (
        _("Redis does not answer"),
        _("Nothing is worked without Redis. What arrives is kept, and waits."),
        _("Start it, or mend CRMHOST_REDIS_URL: crmhost doctor says more."),
    )


def _untaken(case: Case) -> Words:
    found = idle.finding(case.one, case.known.untaken[case.one.id])
    return _("No worker"), found.said, found.fix


def _refused(case: Case) -> Words:
    found = refusals.trouble(case.tx, case.one, time.time())
    return _("Webhooks are refused"), found.said if found else "", found.fix if found else ""


def _not_compared(case: Case) -> Words:
    """Tell that all goes well, but that losses are not found."""
    one = case.one
    failed = not_compared(case.house, one, reconciliations.every(case.tx, [one.id]))
    why = translated((failed.problem if failed else "") or "")
    sentence = _("What Chatwoot never delivered is not found: %(why)s", why=why)
    return _("Working, not compared"), sentence, (failed.fix if failed else "") or ""


def _working(_case: Case) -> Words:
    return _("Working"), _("What Chatwoot sends is brought to the CRM as it comes."), ""


WORDS: Mapping[State, Callable[[Case], Words]] = {
    "no_plugin": _without_plugin,
    "wrong_settings": _wrong_settings,
    "away": _away,
    "by_hand": _by_hand,
    "paused": _paused,
    "no_secret": _without_secret,
    "no_redis": without_redis,
    "untaken": _untaken,
    "refused": _refused,
    "not_compared": _not_compared,
    "working": _working,
}


def _at_the_limit(used: Spent) -> Words:
    until = formats.clock(time.time() + used.lasts)
    return (
        _("Waiting for the CRM's limit until %(time)s", time=until),
        _("The %(limit)s calls that the CRM allows for now are used up.", limit=formats.number(used.limit)),
        _("It goes on by itself then; what waits is kept."),
    )
