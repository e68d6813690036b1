"""What is measured: a row is a figure, what it should be, and whether it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TIMES = "×"  # noqa: RUF001 - it is the sign that is meant
"""The unit of a ratio within the run: it means the same on every machine."""
TURNS = 3
"""What the processor bounds is measured so often, in turns with what it is beside, and the best of each is
taken: what else the machine does only slows."""


@dataclass(frozen=True)
class Aim:
    """What a figure should be at least, or at most."""

    least: float | None = None
    most: float | None = None

    def met(self, value: float | None) -> bool:
        """Whether the figure is as it should be; one that could not be taken is not."""
        if value is None:
            return False
        value = round(value, 9)  # 44 ÷ 20 is 2.2, and not less by what a float cannot hold
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        """Say it as the table does."""
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"


@dataclass(frozen=True)
class Row:
    """One figure; ``parts`` are what it was made of, by name, and ``note`` says what a reader must know."""

    name: str
    what: str
    """What is measured, in a line."""
    value: float | None
    """None where it could not be measured; ``note`` then says why."""
    unit: str
    aim: Aim
    parts: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the aim is met."""
        return self.aim.met(self.value)

    def document(self) -> dict[str, Any]:
        """Return the row for the JSON document."""
        shown = {"name": self.name, "value": self.value, "aim": str(self.aim), "met": self.met}
        return {**shown, "unit": self.unit, "what": self.what, "parts": dict(self.parts), "note": self.note}

    def __str__(self) -> str:
        """Say it in a line."""
        value = "—" if self.value is None else f"{self.value:.3g} {self.unit}".strip()
        mark = "met" if self.met else "NOT MET"
        return f"{self.name}: {value} (aim {self.aim}: {mark})"


class WrongResult(Exception):
    """The work was not done as it should be: there is no figure for how quickly."""


def expect(what: str, found: object, wanted: object) -> None:
    """Refuse a figure where what came of the work is not what it should be."""
    if found != wanted:
        raise WrongResult(f"{what}: {found!r}, and not {wanted!r}.")


Measure = Callable[["Scale"], Sequence[Row]]


@dataclass(frozen=True)
class Scale:
    """How much of it is measured: 1.0 is the whole run."""

    share: float = 1.0

    def of(self, whole: float, least: float = 1) -> int:
        """Return the scaled number, ``least`` at the least."""
        return round(max(whole * self.share, least))

    @property
    def turns(self) -> int:
        """In how many turns it is measured: a part of the run has no time for more than one."""
        return TURNS if self.share >= 1 else 1

    def seconds(self, whole: float, least: float = 1.0) -> float:
        """Return the scaled time."""
        return max(whole * self.share, least)
