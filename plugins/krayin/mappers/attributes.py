"""Chatwoot's attributes as Krayin's, by the mapping in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmhost import Contact, Conversation

from ..settings import ENTITIES, Attribute, Entity, KrayinSettings
from ..settings.mapping import Mapped, mapping_of
from .attribute_types import NO_OPTION, TYPES, Zones, zones_of
from .sources import is_at_hand, source_value
from .transforms import transformed


def attribute_values(
    settings: KrayinSettings, entity: Entity, contact: Contact, conversation: Conversation | None = None
) -> dict[str, Any]:
    """Return what the mapped attributes of a person or lead are to be, by Krayin's code.

    What is empty in Chatwoot, not known here or not fit for its attribute is left out: nothing that is
    in Krayin is ever cleared. Each value is as JSON gives it back, to be compared with what was written.
    """
    said = _said(settings, entity, contact, conversation)
    return {mapped.code: value for mapped, value, _ in said if value is not None}


def attribute_problems(
    settings: KrayinSettings,
    entity: Entity,
    contact: Contact,
    conversation: Conversation | None = None,
    *,
    scope: str = "",
) -> list[str]:
    """Return a sentence for each value that is there and can't be brought over whole.

    Only sources that begin with ``scope`` are looked at.
    """
    said = _said(settings, entity, contact, conversation)
    return [
        f"{mapped.target}: {mapped.source} {problem}."
        for mapped, _, problem in said
        if problem and mapped.source.startswith(scope)
    ]


def names_unknown_options(
    settings: KrayinSettings, contact: Contact, conversation: Conversation | None = None
) -> bool:
    """Whether a mapped value names an option that the attribute had not got when setup looked."""
    said = (one for entity in ENTITIES for one in _said(settings, entity, contact, conversation))
    return any(NO_OPTION in problem for _, _, problem in said)


def _said(
    settings: KrayinSettings, entity: Entity, contact: Contact, conversation: Conversation | None
) -> Iterator[tuple[Mapped, Any, str]]:
    """Yield each pair of the mapping with its value or None, and what is wrong with it or ""."""
    attributes = {one.code: one for one in settings.facts.attributes if one.entity == entity}
    zones = zones_of(settings)
    for mapped in mapping_of(settings.attributes):
        if mapped.entity == entity and is_at_hand(mapped.source, contact, conversation):
            raw = source_value(mapped.source, contact, conversation)
            yield mapped, *_fitted(mapped, raw, attributes.get(mapped.code), zones)


def _fitted(mapped: Mapped, raw: Any, attribute: Attribute | None, zones: Zones) -> tuple[Any, str]:
    """Return the value as its attribute takes it, and what could not be brought over."""
    try:
        value = transformed(raw, mapped.transforms, zones.people)
        if value is None:
            return None, ""
        if attribute is None or attribute.type not in TYPES:
            return None, "has no place: setup did not find the attribute; see crmhost check"
        return TYPES[attribute.type](value, attribute, zones)
    except ValueError as error:
        return None, str(error)
    except OverflowError:
        return None, "is beyond any calendar"
