"""What a check found: fine, to be thought of, or to be mended; and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in a sentence; ``fix`` where there is something to do."""

    check: str
    state: State
    said: str
    fix: str = ""
