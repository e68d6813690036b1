"""Attributes: the fields that persons and leads have, Krayin's own and those that people made.

An attribute is ``{"id", "code", "name", "type", "entity_type", "lookup_type", "validation", "is_unique",
"is_required", "is_user_defined", "options": [{"id", "name"}]}``. What is written has code, name, type
and entity_type, ``is_user_defined: 1``, and for a choice ``options: [{"name"}]``. Krayin makes each one
a quick-add attribute, whatever is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .lookups import ALL
from .transport import Transport

ATTRIBUTES = "/settings/attributes"


class Attributes:
    """The attributes of one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def all(self) -> list[dict[str, Any]]:
        """Return those of all entities: Krayin ignores a filter by entity."""
        return self._transport.get(ATTRIBUTES, ALL)

    def create(self, attribute: Mapping[str, Any]) -> dict[str, Any]:
        """Make an attribute; a code that the entity has already, in whatever case, is refused."""
        return self._transport.write("POST", ATTRIBUTES, attribute)
