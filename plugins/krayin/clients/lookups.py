"""What leads are sorted by: pipelines with their stages, sources and types; and who we are.

A pipeline is ``{"id", "name", "is_default", "stages": [{"id", "code", "name"}]}``; a source or type
``{"id", "name"}``.
"""

from __future__ import annotations

import time
from typing import Any

from crmhost import Answer

from .transport import WHOAMI, Transport

ALL = {"pagination": 0}
"""Krayin's lists have ten rows a page, the newest first, unless told."""
KEPT_FOR = 600.0
"""Seconds that a list may be old."""


class Lookups:
    """The lists a lead's fields are chosen from, in one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def whoami(self) -> Answer:
        """Return the answer to the cheapest call, whatever it is: ``{"data": {"id", "name", …}}``."""
        return self._transport.ask("GET", WHOAMI)

    def wait(self) -> float | None:
        """Return the seconds until Krayin allows requests again, if it is known that it does not."""
        return self._transport.wait()

    def pipelines(self) -> list[dict[str, Any]]:
        """Return the pipelines, each with its stages, by id."""
        return self._list("pipelines")

    def sources(self) -> list[dict[str, Any]]:
        """Return the sources, by id."""
        return self._list("sources")

    def types(self) -> list[dict[str, Any]]:
        """Return the types, by id."""
        return self._list("types")

    def users(self) -> list[dict[str, Any]]:
        """Return Krayin's users, by id: ``{"id", "name", "email", "status", "view_permission"}``."""
        return self._list("users")

    def tags(self) -> list[dict[str, Any]]:
        """Return the tags, by id; kept for a while."""
        kept = self._transport.lists
        since, rows = kept.get("tags", (-KEPT_FOR, []))
        if time.monotonic() - since >= KEPT_FOR:
            rows = self._list("tags")
            kept["tags"] = time.monotonic(), rows
        return list(rows)

    def drop(self, name: str) -> None:
        """Forget a list that is kept, where it lacks what it should have or has what is gone."""
        self._transport.lists.pop(name, None)

    def _list(self, name: str) -> list[dict[str, Any]]:
        rows = self._transport.get(f"/settings/{name}", ALL)
        return sorted(rows, key=lambda row: int(row["id"]))
