"""Mapped attributes of a record that is there: which are to be written.

Krayin never shows an attribute of one's own, so before one is written over, a search asks whether it
still has what we wrote: one call for each that changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmhost import Contact, Conversation

from .desk import Desk
from .mappers.attribute_checks import mapped_attributes
from .mappers.attributes import names_unknown_options
from .settings import Attribute, Entity, target_of

COLUMNS = {
    "price": "float_value",
    "boolean": "boolean_value",
    "select": "integer_value",
    "lookup": "integer_value",
    "date": "date_value",
    "datetime": "datetime_value",
}
"""Where Krayin keeps the values of each type; those of all others are texts."""
UNASKABLE = ("email", "phone", "address")
"""Lists and trees, which can't be asked for."""


def with_new_options(desk: Desk, contact: Contact, conversation: Conversation | None) -> Desk:
    """Return the desk; where a value names an option that setup did not find, with those of today."""
    if not names_unknown_options(desk.settings, contact, conversation):
        return desk
    return desk.knowing(attributes=mapped_attributes(desk.settings, desk.lookups.attributes()))


def due_attributes(
    desk: Desk, entity: Entity, record_id: int, values: Mapping[str, Any], written: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return what is to be written, and the codes of those where the sales team's stays."""
    due, stays = {}, []
    for code, value in values.items():
        rule = desk.settings.rule(target_of(entity, code))
        if rule == "never" or value is None or written.get(code) == value:
            continue
        if rule == "chatwoot_wins" or _is_ours(desk, entity, record_id, code, written.get(code), rule):
            due[code] = value
        elif rule == "merge":
            stays.append(code)
    return due, stays


def attributes_of_new(desk: Desk, entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is written into a record that is being made."""
    rule = desk.settings.rule
    return {
        code: value
        for code, value in values.items()
        if value is not None and rule(target_of(entity, code)) != "never"
    }


def _is_ours(desk: Desk, entity: Entity, record_id: int, code: str, old: Any, rule: str) -> bool:
    """Whether Krayin still has what we wrote; where that was nothing, whether it has nothing.

    An attribute that a form was saved with counts as something, even if it was left empty there.
    """
    attribute = next(
        (one for one in desk.settings.facts.attributes if (one.entity, one.code) == (entity, code)), None
    )
    if attribute is None or attribute.type in UNASKABLE:
        return False
    holder = desk.persons if entity == "persons" else desk.leads
    if old in (None, "", []) or rule == "fill_empty":
        return not holder.holds(record_id, "attribute_id", attribute.id)
    return holder.holds(record_id, COLUMNS.get(attribute.type, "text_value"), _stored(attribute, old))


def _stored(attribute: Attribute, value: Any) -> object:
    """Return a value as Krayin keeps it: the chosen ones of a list with commas between, yes as 1."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return int(bool(value)) if attribute.type == "boolean" else value
