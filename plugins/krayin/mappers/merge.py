"""What becomes of a field that Chatwoot and the sales team can both change.

Three things are compared: ``base`` is what we last brought, ``ours`` what Chatwoot has now, ``theirs``
what Krayin has now. Nothing of Chatwoot's is nothing to bring: a field is never emptied.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from ..settings import Rule

Verdict = Literal["write", "leave", "theirs"]
"""``theirs`` is to be told: what the sales team changed stays, though Chatwoot has something else."""
Same = Callable[[Any, Any], bool]


def is_equal(one: Any, other: Any) -> bool:
    """Whether two values are one; all that is empty is."""
    return bool(one == other or not (one or other))


def merge(rule: Rule, *, base: Any, ours: Any, theirs: Any, same: Same = is_equal) -> Verdict:
    """Return what to do with a field; ``same`` says what counts as no difference."""
    if rule == "never" or not ours or same(theirs, ours):
        return "leave"
    if rule == "chatwoot_wins":
        return "write"
    if same(ours, base):
        return "leave"
    if rule == "fill_empty":
        return "leave" if theirs else "write"
    return "write" if same(theirs, base) else "theirs"


def merge_list(rule: Rule, *, base: str, ours: str, theirs: list[str], same: Same = is_equal) -> list[str]:
    """Return a list of e-mails or phones with ours among them; what else is there stays.

    An entry that we brought before and that is there no more was removed, and is not put back. Only
    ``chatwoot_wins`` lets ours take the place of the one we brought.
    """
    new = bool(ours) and (rule == "chatwoot_wins" or not same(ours, base))
    if rule == "never" or not new or (rule == "fill_empty" and theirs):
        return theirs
    if any(same(value, ours) for value in theirs):
        return theirs
    if rule == "chatwoot_wins" and any(same(value, base) for value in theirs):
        return [ours if same(value, base) else value for value in theirs]
    return [*theirs, ours]
