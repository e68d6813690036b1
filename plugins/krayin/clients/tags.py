"""Tags of persons and leads. No answer shows which a record has; a search by a tag's name does.

A tag is ``{"id", "name", "color"}``; ``Lookups.tags`` lists them. Its name is unique, upper and lower
case alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..settings import Entity
from .leads import LEADS
from .persons import PERSONS
from .transport import Transport

TAGS = "/settings/tags"
PATHS: Mapping[Entity, str] = {"persons": PERSONS, "leads": LEADS}


class Tags:
    """The tags of one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, name: str, color: str) -> dict[str, Any]:
        """Make a tag; a name that is taken, in whatever case, is refused."""
        return self._transport.write("POST", TAGS, {"name": name, "color": color})

    def attach(self, entity: Entity, record_id: int, tag_id: int) -> None:
        """Put a tag on; again is no harm. An unknown tag or record is a 500, with 2.2.0 a refusal."""
        self._transport.do("POST", f"{PATHS[entity]}/{record_id}/tags", {"tag_id": tag_id})

    def detach(self, entity: Entity, record_id: int, tag_id: int) -> None:
        """Take a tag off; again is no harm. Where none is named Krayin 2.1 takes all off: one is."""
        self._transport.do("DELETE", f"{PATHS[entity]}/{record_id}/tags", {"tag_id": tag_id})

    def has(self, entity: Entity, record_id: int, name: str) -> bool:
        """Whether the record has the tag of this name already."""
        if set(";:") & set(name):
            return True  # it can't be asked for, so nobody is to lose it
        query = {
            "search": f"id:{record_id};tags.name:{name}",
            "searchFields": "id:=;tags.name:=",
            "searchJoin": "and",
        }
        rows = self._transport.get(f"{PATHS[entity]}/search", query)
        return any(row.get("id") == record_id for row in rows)
