"""Checkboxes: yes-or-no attributes, which Krayin resets at each write that leaves them out, and never shows.

One can be read by a search and be sent along. Where there are several, the search does not tell which
is set, so nothing is written until the settings allow it.
"""

from __future__ import annotations

from .desk import Desk
from .settings import Entity, KrayinSettings

COLUMN = "boolean_value"


def protect(desk: Desk, entity: Entity, record_id: int) -> dict[str, int] | None:
    """Return what must be sent along with a write, so that it stays; None where the write must not be.

    A lead's move by ``stage/edit`` resets nothing and needs none of this.
    """
    if is_withheld(desk.settings, entity):
        return None
    holder = desk.persons if entity == "persons" else desk.leads
    codes = _protected(desk.settings, entity)
    return {code: int(holder.holds(record_id, COLUMN, 1)) for code in codes}


def is_withheld(settings: KrayinSettings, entity: Entity) -> bool:
    """Whether writes to such records are withheld: they would reset checkboxes that can't be told apart."""
    return len(_protected(settings, entity)) > 1


def why_withheld(settings: KrayinSettings, entity: Entity) -> str:
    """Return the sentence that tells of it, and how to allow it."""
    names = " and ".join(_protected(settings, entity))
    return (
        f"Not written: Krayin would reset the checkboxes {names}, and does not say which are set. "
        "With protect_checkboxes=false it is written all the same."
    )


def _protected(settings: KrayinSettings, entity: Entity) -> tuple[str, ...]:
    return settings.facts.checkboxes.get(entity, ()) if settings.protect_checkboxes else ()
