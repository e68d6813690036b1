"""The run: one family of rows after the other, each said as it is measured, and a document of all."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from . import fairness, growth, install, memory, minute, mixed, pickup, receive, scaleout, sync
from .rows import Measure, Row, Scale, WrongResult

FAMILIES: Mapping[str, Measure] = {
    "install": install.measure,
    "receive": receive.measure,
    "pickup": pickup.measure,
    "sync": sync.measure,
    "minute": minute.measure,
    "mixed": mixed.measure,
    "fairness": fairness.measure,
    "scale-out": scaleout.measure,
    "growth": growth.measure,
    "memory": memory.measure,
}
"""In the order in which they are measured."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """What was measured, and how long it took."""

    rows: list[Row]
    problems: list[str]
    """Families without figures, and why: a wrong result is no figure."""
    seconds: float

    def document(self) -> dict[str, Any]:
        """Return all as one JSON document."""
        return {
            "machine": machine(),
            "seconds": round(self.seconds),
            "rows": [row.document() for row in self.rows],
            "problems": self.problems,
        }


def machine() -> dict[str, Any]:
    """Return what was measured on; figures of two machines are not to be compared."""
    return {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}


def run(names: Iterable[str], scale: Scale, say: Say) -> Run:
    """Measure these families; what has no right result is a problem, and the others are measured still."""
    began = time.monotonic()
    rows: list[Row] = []
    problems: list[str] = []
    for name in names:
        say(f"… {name}, {time.monotonic() - began:.0f} s after the beginning")
        try:
            found = FAMILIES[name](scale)
        except (WrongResult, RuntimeError, OSError, SQLAlchemyError) as error:
            problems.append(f"{name}: {error}")
            say("\n".join([f"  {problems[-1]}", *getattr(error, "__notes__", ())]))
            continue
        for row in found:
            say(f"  {row}")
        rows += found
    return Run(rows, problems, time.monotonic() - began)
