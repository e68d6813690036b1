"""What is told of one delivery: a change for each record that was touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from crmhost import Change, Outcome

Action = Literal["created", "updated", "linked", "left"]
"""What a ``Change`` can say."""
SAYING: tuple[Action, ...] = ("left", "linked", "updated", "created")
"""The same, what says most last."""


DELETED = "It was deleted in Krayin, and the settings say to leave it so."
"""What is told of a record that the sales team deleted."""


class Told:
    """The changes so far, in the order in which they came about."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def say(self, kind: str, action: Action, remote_id: int, note: str = "") -> None:
        """Tell what became of a record, and in a sentence what a person should know of it.

        A record is told of once: of several things that became of it the one that says most.
        """
        for index, before in enumerate(self.changes):
            if (before.kind, before.remote_id) == (kind, str(remote_id)):
                most = max(before.action, action, key=SAYING.index)
                self.changes[index] = replace(before, action=most, note=f"{before.note} {note}".strip())
                return
        self.changes.append(Change(kind, action, str(remote_id), note))

    def note(self, kind: str, sentence: str) -> None:
        """Add a sentence to what was told last of this kind of record, if anything was."""
        for index in reversed(range(len(self.changes))):
            change = self.changes[index]
            if change.kind == kind:
                self.changes[index] = replace(change, note=f"{change.note} {sentence}".strip())
                return

    def has(self, kind: str) -> bool:
        """Whether anything was told of this kind of record."""
        return any(change.kind == kind for change in self.changes)

    def is_new(self, kind: str, remote_id: int) -> bool:
        """Whether this very record was told to have been made."""
        made = (kind, "created", str(remote_id))
        return any((change.kind, change.action, change.remote_id) == made for change in self.changes)

    def outcome(self) -> Outcome:
        """Return all that was told."""
        return Outcome(tuple(self.changes))
