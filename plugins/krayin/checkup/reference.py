"""The reference attribute: unique, so that Krayin itself refuses a double. Made where it is missing."""

from __future__ import annotations

from collections.abc import Sequence

from crmhost import ReportLine, SettingsError

from ..clients.errors import Invalid
from ..desk import Bench
from ..settings import Entity, KrayinSettings
from .rows import Row

NAME = "Chatwoot reference"
"""What the sales team sees it called, on the page of each person and lead."""
DECLINE = "To do without, set reference_attribute to nothing."


def references_found(bench: Bench, rows: Sequence[Row]) -> tuple[frozenset[Entity], ReportLine]:
    """Return which records have the attribute, made by now where it was missing; and say so."""
    code = bench.settings.reference_attribute
    if not code:
        return frozenset(), ReportLine("Reference attribute", "none, as set")
    found: set[Entity] = set()
    said: list[str] = []
    is_fit = True
    for entity in _wanted(bench.settings):
        row = next((row for row in rows if row.get("entity_type") == entity and _is_called(row, code)), None)
        if row is None and not bench.context.read_only:
            row = _make(bench, entity)
            said.append(f"made for {entity}")
        elif row is None:
            said.append(f"to be made for {entity} by the next setup")
            continue
        if why := _unfit(row):
            is_fit = False
            said.append(f"not used for {entity}: it {why}")
        else:
            found.add(entity)
    return frozenset(found), _line(code, said, is_fit=is_fit or bool(found))


def _wanted(settings: KrayinSettings) -> tuple[Entity, ...]:
    return ("persons", "leads") if settings.leads else ("persons",)


def _is_called(row: Row, code: str) -> bool:
    """Whether this is the attribute's code: Krayin takes no second one that differs in case alone."""
    return str(row.get("code")).casefold() == code.casefold()


def _make(bench: Bench, entity: Entity) -> Row:
    code = bench.settings.reference_attribute
    try:
        return bench.attributes.create(
            {
                "code": code,
                "name": NAME,
                "type": "text",
                "entity_type": entity,
                "is_required": 0,
                "is_unique": 1,
                "is_user_defined": 1,
            }
        )
    except Invalid as error:
        raise SettingsError(
            f"Krayin does not make the attribute {code} for {entity}: {error}",
            fix="Set reference_attribute to another code, or to nothing.",
        ) from error


def _unfit(row: Row) -> str:
    """Return why a reference can't be kept there; "" where it can."""
    if row.get("type") != "text":
        return f"is a {row.get('type')} and no text"
    if not row.get("is_unique"):
        return "is not unique"
    return f"takes only what is {row['validation']}" if row.get("validation") else ""


def _line(code: str, said: list[str], *, is_fit: bool) -> ReportLine:
    if is_fit:
        how = f"{code}: {', '.join(said)}." if said else f"{code}."
        return ReportLine("Reference attribute", f"{how} {DECLINE}")
    how = f"{code} does not serve as the reference attribute: {', '.join(said)}."
    return ReportLine("Reference attribute", how, "warning", "Set reference_attribute to another code.")
