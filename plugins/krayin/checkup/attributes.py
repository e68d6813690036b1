"""Krayin's attributes: those that the settings map something to, and the checkboxes that writes reset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from crmhost import ReportLine, SettingsError

from ..mappers.attribute_checks import check_mapping, mapped_attributes
from ..settings import ENTITIES, Attribute, Entity, KrayinSettings, target_of
from .rows import Row

MAPPING_FIX = (
    "Correct the setting attributes, or make the attribute in Krayin, under Settings, Attributes, or with "
    "crmhost-krayin attributes --create."
)


def attributes_found(rows: Sequence[Row], settings: KrayinSettings) -> tuple[Attribute, ...]:
    """Return the attributes that the settings map something to, or say which pairs could not work."""
    if problems := check_mapping(settings, rows):
        raise SettingsError(f"Setting attributes: {' '.join(problems)}", fix=MAPPING_FIX)
    return mapped_attributes(settings, rows)


def checkboxes(rows: Sequence[Row]) -> dict[Entity, tuple[str, ...]]:
    """Return the codes of the yes-or-no attributes that people made; Krayin's own are never such."""
    found = {
        entity: tuple(sorted(row["code"] for row in rows if _is_checkbox(row, entity))) for entity in ENTITIES
    }
    return {entity: codes for entity, codes in found.items() if codes}


def attribute_lines(found: Sequence[Attribute]) -> Iterator[ReportLine]:
    """Say what the mapped attributes are."""
    if found:
        yield ReportLine("Attributes", ", ".join(map(_spoken, found)))


def checkbox_lines(found: Mapping[Entity, tuple[str, ...]], settings: KrayinSettings) -> Iterator[ReportLine]:
    """Name the checkboxes, and say what is done so that no write resets them."""
    for entity, codes in found.items():
        said, fix = _protection(codes, settings)
        state: Literal["ok", "warning"] = "warning" if fix else "ok"
        yield ReportLine(f"Checkboxes of {entity}", said, state, fix)


def unprotected(
    found: Mapping[Entity, tuple[str, ...]], settings: KrayinSettings, *, changes_nothing: bool
) -> Iterator[ReportLine]:
    """Name the checkboxes that came after the connection was set up: writes do not know of them yet."""
    known = settings.facts.checkboxes
    new = [code for entity, codes in found.items() for code in codes if code not in known.get(entity, ())]
    if new and changes_nothing and settings.protect_checkboxes:
        text = f"{', '.join(new)}: new since the connection was set up."
        yield ReportLine("Not protected yet", text, "warning", "Have it set up again: crmhost set ID")


def _is_checkbox(row: Row, entity: Entity) -> bool:
    return row.get("entity_type") == entity and row.get("type") == "boolean"


def _protection(codes: tuple[str, ...], settings: KrayinSettings) -> tuple[str, str]:
    """Return which they are and what becomes of them, and what to do about it."""
    named = ", ".join(codes)
    if not settings.protect_checkboxes:
        return f"{named}: each write by crmhost sets them to no, as protect_checkboxes allows.", ""
    if len(codes) == 1:
        return (
            f"{named}: read before each write, which would set it to no, and sent along; that costs a call.",
            "",
        )
    return (
        f"{named}: Krayin does not tell which of them are yes, so what would set them to no is not written.",
        "Keep one at most (a choice of yes and no will do instead), or set protect_checkboxes=no.",
    )


def _spoken(found: Attribute) -> str:
    options = f" of {len(found.options)}" if found.options else ""
    return f"{target_of(found.entity, found.code)} ({found.type}{options})"
