"""What a run did and found, counted; rounds are added up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "lost": "lost",
    "double": "twice in the CRM",
    "stale": "not the newest at the end",
    "theirs": "the sales team's, lost",
    "again": "found by a second reconciliation",
    "unfinished": "deliveries without an end or a reason",
    "seldom": "what happened too seldom",
}
"""The ways in which something can be wrong, as they are told."""


@dataclass
class Tally:
    """All that is counted, by what it was."""

    kills: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    """What Chatwoot's people and the sales team did, and what became of the deliveries."""
    wrong: list[tuple[str, str]] = field(default_factory=list)
    """Each thing that is not as promised: its kind, and a sentence."""
    seconds: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.kills + other.kills,
            self.troubles + other.troubles,
            self.faults + other.faults,
            self.done + other.done,
            self.wrong + other.wrong,
            self.seconds + other.seconds,
        )

    @classmethod
    def read(cls, document: dict[str, Any]) -> Tally:
        """Return the tally that a document was made of."""
        kills, troubles, faults, done = (
            Counter(document[name]) for name in ("kills", "troubles", "faults", "done")
        )
        del kills["all"]
        wrong = [(kind, said) for kind, _, said in (line.partition(": ") for line in document["sentences"])]
        return cls(kills, troubles, faults, done, wrong, document["seconds"])

    @property
    def verdict(self) -> dict[str, int]:
        """How much is wrong, by its kind."""
        return {kind: sum(of == kind for of, _ in self.wrong) for kind in KINDS}

    @property
    def kinds(self) -> set[str]:
        """In which ways something is wrong."""
        return {kind for kind, _ in self.wrong}

    def document(self) -> dict[str, Any]:
        """Return it as JSON can show it."""
        return {
            "kills": {"all": self.kills.total(), **self.kills},
            "troubles": dict(self.troubles),
            "faults": dict(self.faults),
            "done": dict(self.done),
            "wrong": self.verdict,
            "sentences": [f"{kind}: {said}" for kind, said in self.wrong],
            "seconds": round(self.seconds, 1),
        }

    def lines(self) -> list[str]:
        """Return it as a table."""
        parts = {
            f"kills: {self.kills.total()}": self.kills,
            "other troubles": self.troubles,
            "faults on the wire": self.faults,
            "what was done": self.done,
        }
        lines = []
        for title, counts in parts.items():
            lines += ["", title, *(_line(what, count) for what, count in sorted(counts.items()))]
        lines += ["", "what is wrong", *(_line(KINDS[kind], count) for kind, count in self.verdict.items())]
        return [*lines, *(f"  {kind}: {said}" for kind, said in self.wrong)]


def _line(what: str, count: int) -> str:
    return f"  {what:<52} {count:>7}"
