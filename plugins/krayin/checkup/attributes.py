"""Krayin's attributes: those that the settings map something to, and the checkboxes that writes reset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crmhost import ReportLine, SettingsError

from ..settings import Attribute, Entity, KrayinSettings
from .rows import Row

ENTITIES: Mapping[str, Entity] = {"person": "persons", "lead": "leads"}
"""By what a mapping calls it."""
OURS: Mapping[Entity, frozenset[str]] = {
    "persons": frozenset({"name", "emails", "contact_numbers", "job_title", "user_id", "organization_id"}),
    "leads": frozenset(
        {
            "title",
            "description",
            "lead_value",
            "lead_source_id",
            "lead_type_id",
            "lead_pipeline_id",
            "lead_pipeline_stage_id",
            "user_id",
            "expected_close_date",
        }
    ),
}
"""What other settings decide of, or what is the sales team's."""
TAKEN = ("text", "textarea", "price", "boolean", "select", "multiselect", "checkbox", "date", "datetime")
MAKE_FIX = "Make it in Krayin, under Settings, Attributes, or correct the setting attributes."


def mapped_attributes(rows: Sequence[Row], settings: KrayinSettings) -> list[Attribute]:
    """Return the attributes that the settings map something to, or say which mapping can't be."""
    return [_mapped(rows, target) for target in settings.attributes]


def checkboxes(rows: Sequence[Row]) -> dict[Entity, tuple[str, ...]]:
    """Return the codes of the yes-or-no attributes that people made; those of Krayin's own never are."""
    found = {
        entity: tuple(sorted(row["code"] for row in _of(rows, entity) if row.get("type") == "boolean"))
        for entity in ENTITIES.values()
    }
    return {entity: codes for entity, codes in found.items() if codes}


def attribute_lines(found: Sequence[Attribute]) -> Iterator[ReportLine]:
    """Say what the mapped attributes are."""
    if found:
        yield ReportLine("Attributes", ", ".join(map(_spoken, found)))


def checkbox_lines(found: Mapping[Entity, tuple[str, ...]], settings: KrayinSettings) -> Iterator[ReportLine]:
    """Name the checkboxes, and say what is done so that no write resets them."""
    for entity, codes in found.items():
        yield ReportLine(f"Checkboxes of {entity}", f"{', '.join(codes)}: {_protection(codes, settings)}")


def same(code: str, row: Row) -> bool:
    """Whether this is the attribute's code: Krayin takes no second one that differs in case alone."""
    return code.casefold() == str(row.get("code")).casefold()


def _of(rows: Sequence[Row], entity: Entity) -> list[Row]:
    return [row for row in rows if row.get("entity_type") == entity]


def _mapped(rows: Sequence[Row], target: str) -> Attribute:
    prefix, _, code = target.partition(".")
    entity = ENTITIES.get(prefix)
    if entity is None or not code:
        raise SettingsError(
            f"attributes maps something to {target}, which is no attribute of a person or lead.",
            fix="A target is called such as person.plan or lead.budget.",
        )
    if code in OURS[entity]:
        raise SettingsError(f"attributes can't map to {target}: other settings decide of it.", fix=MAKE_FIX)
    row = next((row for row in _of(rows, entity) if same(code, row)), None)
    if row is None:
        known = ", ".join(sorted(row["code"] for row in _of(rows, entity) if row.get("is_user_defined")))
        raise SettingsError(
            f"Krayin's {entity} have no attribute {code}, which attributes maps to; people made "
            f"{known or 'none'}.",
            fix=MAKE_FIX,
        )
    return _checked(row, target, entity)


def _checked(row: Row, target: str, entity: Entity) -> Attribute:
    type_ = "lookup" if row.get("lookup_type") else str(row.get("type"))
    if type_ not in TAKEN:
        raise SettingsError(
            f"attributes can't map to {target}: its type is {type_}.",
            fix=f"Use an attribute of one of the types {', '.join(TAKEN)}.",
        )
    options = {str(one["name"]).strip().lower(): int(one["id"]) for one in row.get("options") or ()}
    return Attribute(entity=entity, id=row["id"], code=row["code"], type=type_, options=options)


def _protection(codes: tuple[str, ...], settings: KrayinSettings) -> str:
    if not settings.protect_checkboxes:
        return "each write by crmhost sets them to no, as protect_checkboxes allows."
    if len(codes) == 1:
        return "read before each write, which would set it to no, and sent along; that costs a call."
    return (
        "Krayin does not tell which of them are yes, so what would set them to no is not written. "
        "Keep one at most (a choice of yes and no will do instead), or set protect_checkboxes=no."
    )


def _spoken(found: Attribute) -> str:
    options = f" of {len(found.options)}" if found.options else ""
    return f"{found.entity.removesuffix('s')}.{found.code} ({found.type}{options})"
