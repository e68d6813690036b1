"""Attributes that a person wants to have made: ``person.plan:text, lead.topic:select(Sales;Support)``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..settings import Entity, target_of
from ..settings.mapping import OWN, TARGETS
from .attribute_types import TYPES

WITH_OPTIONS = ("select", "multiselect", "checkbox")
_ONE = re.compile(r"(person|lead)\.([A-Za-z]\w+)\s*:\s*([a-z]+)\s*(?:\((.*)\))?", re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class NewAttribute:
    """One of them; it is called after its code, and can be renamed in Krayin."""

    entity: Entity
    code: str
    type: str
    options: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """The attribute as the mapping names it, such as ``person.plan``."""
        return target_of(self.entity, self.code)

    @property
    def name(self) -> str:
        """What Krayin's forms show."""
        return self.code.replace("_", " ").strip().capitalize()

    def payload(self) -> dict[str, Any]:
        """Return what is posted to make it (recordings 239 and 244)."""
        made = {
            "code": self.code,
            "name": self.name,
            "type": self.type,
            "entity_type": self.entity,
            "is_required": 0,
            "is_unique": 0,
            "quick_add": 1,
            "is_user_defined": 1,
        }
        return made | ({"options": [{"name": option} for option in self.options]} if self.options else {})


def new_attributes(texts: Iterable[str]) -> list[NewAttribute]:
    """Return what the texts name, each with one or several; ValueError says in a sentence what can't be."""
    parts = (part.strip() for text in texts for part in re.split(r",(?![^(]*\))", text))
    made = [_read(part) for part in parts if part]
    if len({(one.entity, one.code.casefold()) for one in made}) < len(made):
        raise ValueError("One attribute is named twice.")
    return made


def difference(wanted: NewAttribute, rows: Iterable[Mapping[str, Any]]) -> str | None:
    """Return None where Krayin has no such attribute, else how it differs from what is wanted; "" if not."""
    row = next((row for row in rows if _is_there(wanted, row)), None)
    if row is None:
        return None
    if row["code"] != wanted.code:
        return f"is there as {row['code']}"
    if row["type"] != wanted.type:
        return f"is there, and of type {row['type']}"
    there = {str(option["name"]).strip().casefold() for option in row.get("options") or ()}
    missing = [option for option in wanted.options if option.casefold() not in there]
    return f"is there without {', '.join(missing)}: add them in Krayin" if missing else ""


def _is_there(wanted: NewAttribute, row: Mapping[str, Any]) -> bool:
    """Krayin tells codes of one kind of record apart, upper and lower case alike (recording 241)."""
    same_code = str(row.get("code")).casefold() == wanted.code.casefold()
    return same_code and row.get("entity_type") == wanted.entity


def _read(text: str) -> NewAttribute:
    found = _ONE.fullmatch(text)
    if not found:
        raise ValueError(f"{text} is no attribute; it is such as person.plan:text or lead.topic:select(a;b).")
    kind, code, type_, inside = found.groups()
    entity = TARGETS[kind]
    options = tuple(filter(None, (option.strip() for option in (inside or "").split(";"))))
    if code in OWN[entity]:
        raise ValueError(f"{kind}.{code} is Krayin's own.")
    if type_ not in TYPES:
        raise ValueError(f"{text} has no type that can be written; there are {', '.join(TYPES)}.")
    if bool(options) != (type_ in WITH_OPTIONS):
        needs = "needs options, such as select(a;b)" if type_ in WITH_OPTIONS else "takes no options"
        raise ValueError(f"{text} {needs}.")
    return NewAttribute(entity, code, type_, options)
