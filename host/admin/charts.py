"""What the charts of a connection show: what arrived and what became of it, calls, and lateness."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..store import hours
from ..store.hours import HOUR, RECEIVED, TRIED, Count
from . import formats
from .drawing import Bar, Chart
from .words import N_, ngettext
from .words import gettext as _

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Span:
    """How far back is looked, and how many hours a bar is."""

    name: str
    title: str
    bars: int
    hours: int


SPANS = (
    Span("day", N_("24 hours"), 24, 1),
    Span("week", N_("7 days"), 28, 6),
    Span("month", N_("30 days"), 30, 24),
)
OUTCOMES = {
    "applied": N_("applied"),
    "unchanged": N_("nothing new"),
    "superseded": N_("superseded"),
    "ignored": N_("ignored"),
    "dead": N_("failed"),
}
"""What can become of a delivery, as the charts show it from the foot up."""
ENDED = tuple(OUTCOMES)
COUNTED = (*ENDED, RECEIVED, TRIED)
Counts = Mapping[str, Count]


def span_of(name: str) -> Span:
    """Return the span of that name, or the first."""
    return next((span for span in SPANS if span.name == name), SPANS[0])


def counted(tx: Connection, connection_id: int, span: Span) -> list[tuple[float, Counts]]:
    """Return what was counted, by bar: when it begins, and how much of what."""
    now = int(time.time() // HOUR)
    first = now - span.bars * span.hours + 1
    slots: list[dict[str, Count]] = [{} for _ in range(span.bars)]
    for (_id, what, hour), count in hours.since(tx, [connection_id], first, COUNTED).items():
        slot = slots[min((hour - first) // span.hours, span.bars - 1)]
        slot[what] = slot.get(what, Count()) + count
    return [((first + index * span.hours) * float(HOUR), slot) for index, slot in enumerate(slots)]


def charts(slots: list[tuple[float, Counts]], span: Span) -> list[Chart]:
    """Return the charts of what was counted."""
    written = formats.day_and_hour if span.hours < 24 else formats.day
    named = [(written(at), counts) for at, counts in slots]
    return [_outcomes(named), _received(named), _calls(named), _lateness(named)]


def _received(slots: list[tuple[str, Counts]]) -> Chart:
    counted = [(label, counts.get(RECEIVED, Count()).count) for label, counts in slots]
    bars = tuple(Bar(label, (float(count),), formats.number(count)) for label, count in counted)
    whole, most = sum(bar.whole for bar in bars), max((bar.whole for bar in bars), default=0)
    return Chart(
        title=_("Deliveries that arrived"),
        bars=bars,
        looks=(RECEIVED,),
        names=(),
        summary=ngettext(
            "%(count)s delivery arrived in this time.",
            "%(count)s deliveries arrived in this time.",
            round(whole),
        ),
        top=formats.number(most),
    )


def _outcomes(slots: list[tuple[str, Counts]]) -> Chart:
    bars = []
    for label, counts in slots:
        parts = tuple(counts.get(name, Count()).count for name in ENDED)
        said = ", ".join(
            f"{formats.number(part)} {_(OUTCOMES[name])}"
            for name, part in zip(ENDED, parts, strict=True)
            if part
        )
        bars.append(Bar(label, tuple(map(float, parts)), said or _("nothing")))
    most = max((bar.whole for bar in bars), default=0)
    whole = sum(bar.whole for bar in bars)
    return Chart(
        title=_("Deliveries, by what became of them"),
        bars=tuple(bars),
        looks=ENDED,
        names=tuple(_(OUTCOMES[name]) for name in ENDED),
        summary=ngettext(
            "%(count)s delivery was worked in this time.",
            "%(count)s deliveries were worked in this time.",
            round(whole),
        ),
        top=formats.number(most),
    )


def _calls(slots: list[tuple[str, Counts]]) -> Chart:
    bars = []
    for label, counts in slots:
        calls = sum(counts.get(name, Count()).calls for name in (*ENDED, TRIED))
        done = sum(counts.get(name, Count()).count for name in ENDED)
        each = calls / done if done else 0.0
        bars.append(Bar(label, (each,), formats.number(each, 2)))
    most = max((bar.whole for bar in bars), default=0)
    return Chart(
        title=_("Calls to the CRM for each delivery"),
        bars=tuple(bars),
        looks=("calls",),
        names=(),
        summary=_("Calls for a delivery, on average: %(calls)s at most.", calls=formats.number(most, 2)),
        top=formats.number(most, 2),
    )


def _lateness(slots: list[tuple[str, Counts]]) -> Chart:
    bars = []
    for label, counts in slots:
        seconds, _longest = lateness(counts)
        bars.append(Bar(label, (seconds,), formats.duration(seconds)))
    most = max((bar.whole for bar in bars), default=0)
    return Chart(
        title=_("From received to done, on average"),
        bars=tuple(bars),
        looks=("late",),
        names=(),
        summary=_("It took %(time)s at most, on average.", time=formats.duration(most)),
        top=formats.duration(most),
    )


def lateness(counts: Counts) -> tuple[float, float]:
    """Return how many seconds it took on average from received to done, and at the longest."""
    done = sum((counts[name] for name in ("applied", "unchanged") if name in counts), Count())
    return (done.waited / done.count if done.count else 0.0), done.longest
