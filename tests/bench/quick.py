"""The minute's part: ratios only, and it fails where one fell by more than a third of what is kept here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from .rows import TIMES, Row, Scale
from .run import run

KEPT = Path(__file__).parent / "kept.json"
"""What each ratio was when it was last kept, the lowest of a few runs; more is better in each."""
FAMILIES = ("receive", "sync")
SCALE = Scale(0.1)
MAY_FALL = 1 / 3


def fallen(kept: Mapping[str, float], found: Mapping[str, float]) -> list[str]:
    """Return a sentence for each ratio that fell by more than it may, or was not measured."""
    return [
        f"{name} was {was:.3g} and is {found.get(name, 0.0):.3g}: it fell by more than a third."
        for name, was in kept.items()
        if found.get(name, 0.0) < was * (1 - MAY_FALL)
    ]


def ratios(rows: list[Row]) -> dict[str, float]:
    """Return the figures that mean the same on every machine, so that more is better."""
    shares = {row.name: row.value for row in rows if row.unit == TIMES and row.value is not None}
    return {name: round(value, 3) for name, value in shares.items()}


def better(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Return the better of two measurements of each ratio."""
    return {name: max(one.get(name, 0.0), other.get(name, 0.0)) for name in {*one, *other}}


def main(say: Callable[[str], None], *, keep: bool) -> int:
    """Measure, and compare or keep; return the exit status."""
    ended = run(FAMILIES, SCALE, say)
    found = ratios(ended.rows)
    if keep:
        KEPT.write_text(json.dumps(found, indent=2) + "\n")
        return 0
    kept = json.loads(KEPT.read_text())
    if not ended.problems and fallen(kept, found):
        say("Once more: whatever else the machine did may have slowed it.")
        again = run(FAMILIES, SCALE, say)
        found = better(found, ratios(again.rows))
        ended.problems.extend(again.problems)
    wrong = [*ended.problems, *fallen(kept, found)]
    for line in wrong:
        say(line)
    return int(bool(wrong))
