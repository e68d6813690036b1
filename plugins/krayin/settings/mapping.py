"""The setting ``attributes``, read: which of Chatwoot's values goes to which attribute, and how.

One pair is ``person.plan=contact.plan|lower|truncate:40``: a target, a source, and transforms in the
order in which they apply. What the transforms do is in ``mappers.transforms``; what the sources are, in
``mappers.sources``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .facts import Entity, target_of

TARGETS: Mapping[str, Entity] = {"person": "persons", "lead": "leads"}
SCOPES = ("contact", "conversation", "additional")
_OF_BOTH = ("id", "user_id", "entity_type", "quick_add")
OWN: Mapping[Entity, tuple[str, ...]] = {
    "persons": (
        *_OF_BOTH,
        *("name", "emails", "contact_numbers", "job_title"),
        *("organization_id", "organization_name", "organization", "unique_id"),
    ),
    "leads": (
        *_OF_BOTH,
        *("title", "description", "lead_value", "lead_source_id", "lead_type_id"),
        *("lead_pipeline_id", "lead_pipeline_stage_id", "person_id", "person", "products"),
        *("expected_close_date", "closed_at", "lost_reason", "status"),
    ),
}
"""What Krayin itself makes of these keys; each has a setting of its own, or is the sales team's."""


@dataclass(frozen=True)
class Transform:
    """One step; ``argument`` is what stood after its colon, read: None, a number, a text or pairs."""

    name: str
    argument: Any = None


@dataclass(frozen=True)
class Mapped:
    """One pair of the setting."""

    entity: Entity
    code: str
    source: str
    transforms: tuple[Transform, ...]

    @property
    def target(self) -> str:
        """The pair's left side, such as ``person.plan``."""
        return target_of(self.entity, self.code)


def mapping_of(attributes: Mapping[str, str]) -> tuple[Mapped, ...]:
    """Return the setting's pairs, read; ValueError says in a clause which can't be."""
    return tuple(_mapped(target, value) for target, value in attributes.items())


def checked_mapping(attributes: dict[str, str]) -> dict[str, str]:
    """Refuse what can't be read, and return the rest as it is."""
    mapping_of(attributes)
    return attributes


@lru_cache(maxsize=1024)
def _mapped(target: str, value: str) -> Mapped:
    kind, _, code = target.partition(".")
    entity = TARGETS.get(kind)
    if entity is None or not re.fullmatch(r"[A-Za-z]\w*", code, re.ASCII):
        raise ValueError(f"{target} is no attribute; name one such as person.plan or lead.budget")
    if code in OWN[entity]:
        raise ValueError(f"{target} is Krayin's own; only attributes that you added can be mapped")
    source, *steps = value.split("|")
    return Mapped(entity, code, _source(target, source.strip()), tuple(map(_transform, steps)))


def is_source(text: str) -> bool:
    """Whether a text names something of Chatwoot's, such as ``contact.plan``."""
    scope, _, key = text.partition(".")
    return scope in SCOPES and bool(key)


def _source(target: str, source: str) -> str:
    if not is_source(source):
        known = ", ".join(f"{scope}.KEY" for scope in SCOPES)
        if not source:
            raise ValueError(f"{target} has no source; there are {known}")
        raise ValueError(f"{target} has no source {source}; there are {known}")
    return source


def _transform(step: str) -> Transform:
    name, colon, argument = step.partition(":")
    name = name.strip()
    if name not in TRANSFORMS:
        raise ValueError(f"there is no transform {name}; there are {', '.join(TRANSFORMS)}")
    try:
        return Transform(name, TRANSFORMS[name](argument if colon else None))
    except ValueError as error:
        raise ValueError(f"the transform {name} {error}") from None


def _nothing(argument: str | None) -> None:
    if argument is not None:
        raise ValueError("takes nothing after a colon")


def _optional(argument: str | None) -> str | None:
    return argument


def _text(argument: str | None) -> str:
    if not argument or not argument.strip():
        raise ValueError("needs a text, such as default:unknown")
    return argument.strip()


def _length(argument: str | None) -> int:
    if argument is None or not argument.strip().isdecimal() or int(argument) == 0:
        raise ValueError("needs a number, such as truncate:40")
    return int(argument)


def _format(argument: str | None) -> str | None:
    """Take a form of dates as strptime has it; each of its letters must be known there."""
    if argument is None:
        return None
    form = argument.strip()
    if not re.search("%[dmyYbBj]", form) or re.search("%(?![dmyYbBjHIMSpz%])", form):
        raise ValueError("takes a form such as date:%d/%m/%Y")
    return form


def _pairs(argument: str | None) -> Mapping[str, str]:
    """Read ``free>Basic;pro>Professional;*>Other``; the left sides are found in any case."""
    pairs = [part.partition(">") for part in (argument or "").split(";") if part.strip()]
    if not pairs or not all(divider and word.strip() for word, divider, _ in pairs):
        raise ValueError("needs pairs, such as map:free>Basic;pro>Professional")
    return {word.strip().casefold(): said.strip() for word, _, said in pairs}


TRANSFORMS: Mapping[str, Callable[[str | None], Any]] = {
    "strip": _nothing,
    "lower": _nothing,
    "upper": _nothing,
    "title": _nothing,
    "truncate": _length,
    "first": _nothing,
    "join": _optional,
    "number": _nothing,
    "yes_no": _nothing,
    "date": _format,
    "map": _pairs,
    "default": _text,
}
"""Each transform, with the reader of what may stand after its colon."""
