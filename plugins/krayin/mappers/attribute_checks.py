"""The mapping held against Krayin's own list of attributes, when a connection is set up.

A row of settings/attributes is ``{"id", "code", "name", "type", "lookup_type", "entity_type", "options":
[{"id", "name"}], …}``; the list holds those of all kinds of records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..settings import Attribute, KrayinSettings
from ..settings.mapping import Mapped, Transform, mapping_of
from .attribute_types import TYPES, Zones, zones_of
from .transforms import transformed

Row = Mapping[str, Any]
MISFITS: Mapping[str, frozenset[str]] = {
    "number": frozenset({"date", "datetime"}),
    "yes_no": frozenset({"date", "datetime"}),
    "date": frozenset({"price", "boolean"}),
}
"""Which kinds of attribute can't hold what a last step makes."""


def check_mapping(settings: KrayinSettings, rows: Iterable[Row]) -> list[str]:
    """Return a sentence for each pair of the mapping that could not work."""
    rows = list(rows)
    found = ((mapped, mapping_problem(settings, mapped, rows)) for mapped in mapping_of(settings.attributes))
    return [f"{mapped.target}: {problem}." for mapped, problem in found if problem]


def mapped_attributes(settings: KrayinSettings, rows: Iterable[Row]) -> tuple[Attribute, ...]:
    """Return the attributes that the mapping names and that can be written, to be kept with the facts."""
    named = {(mapped.entity, mapped.code) for mapped in mapping_of(settings.attributes)}
    wanted = (row for row in rows if (row.get("entity_type"), row.get("code")) in named)
    return tuple(attribute_of(row) for row in wanted if not _untakable(row))


def attribute_of(row: Row) -> Attribute:
    """Return what is kept of an attribute."""
    options = row.get("options") or ()
    return Attribute(
        entity=row["entity_type"],
        id=row["id"],
        code=row["code"],
        type=row["type"],
        options={" ".join(str(option["name"]).split()).casefold(): option["id"] for option in options},
    )


def mapping_problem(settings: KrayinSettings, mapped: Mapped, rows: Iterable[Row]) -> str:
    """Return in a clause why a pair could not work; "" where it can."""
    rows = list(rows)
    if mapped.code == settings.reference_attribute:
        return "that attribute holds the reference by which records are found again"
    row = next((one for one in rows if _is_at(one, mapped.entity, mapped.code)), None)
    if row is None:
        return _unknown(mapped, rows)
    if why := _untakable(row):
        return why
    last = mapped.transforms[-1].name if mapped.transforms else ""
    if row["type"] in MISFITS.get(last, ()):
        return f"the attribute is of type {row['type']}, which can't hold what {last} makes"
    return "; ".join(_unfit(mapped, attribute_of(row), zones_of(settings)))


def _is_at(row: Row, entity: str, code: str) -> bool:
    return row.get("entity_type") == entity and row.get("code") == code


def _unknown(mapped: Mapped, rows: Iterable[Row]) -> str:
    """Say what there is instead: the same code in another case or of other records, or what can be named."""
    rows = list(rows)
    for row in rows:
        if str(row.get("code")).casefold() == mapped.code.casefold() and row.get("is_user_defined"):
            there = f"{row['code']} is one of its {row['entity_type']}"
            return f"Krayin's {mapped.entity} have no attribute {mapped.code}; {there}"
    own = (row for row in rows if row.get("entity_type") == mapped.entity and row.get("is_user_defined"))
    known = ", ".join(sorted(str(row["code"]) for row in own)) or "none that you added"
    return f"Krayin's {mapped.entity} have no attribute {mapped.code}; they have {known}"


def _untakable(row: Row) -> str:
    """Say why an attribute can't be written from a mapping, where that is so."""
    if row.get("type") not in TYPES:
        return f"the attribute is of type {row.get('type')}; there can be {', '.join(TYPES)}"
    if row.get("lookup_type"):
        return f"the attribute's options are Krayin's {row['lookup_type']}, which can't be named here"
    return ""


def _unfit(mapped: Mapped, attribute: Attribute, zones: Zones) -> Iterator[str]:
    """Say which of the words that the mapping itself brings in its attribute can't hold."""
    for place, step in enumerate(mapped.transforms):
        for word in _words(step):
            try:
                value = transformed(word, mapped.transforms[place + 1 :], zones.people)
                problem = TYPES[attribute.type](value, attribute, zones)[1] if value is not None else ""
            except ValueError as error:
                problem = str(error)
            if problem:
                yield f"the word {word} {problem}"


def _words(step: Transform) -> list[str]:
    if step.name == "map":
        return list(step.argument.values())
    return [step.argument] if step.name == "default" else []
