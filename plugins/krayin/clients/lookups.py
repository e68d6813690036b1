"""Krayin's short lists: what a lead is sorted by, its users and tags; and who we are.

A pipeline is ``{"id", "name", "is_default", "stages": [{"id", "code", "name"}]}`` with the stages in
their order; a source or type ``{"id", "name"}``; a tag ``{"id", "name", "color"}``.
"""

from __future__ import annotations

from typing import Any

from crmhost import Answer

from .transport import WHOAMI, Transport

ALL = {"pagination": 0}
"""Krayin's lists have ten rows a page, the newest first, unless told."""


class Lookups:
    """The short lists of one Krayin. Those that deliveries need are kept for a while, by the process."""

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
        """Return Krayin's users, by id: ``{"id", "name", "email", "status", "view_permission"}``; kept."""
        return self._kept("users")

    def tags(self) -> list[dict[str, Any]]:
        """Return the tags, by id; kept."""
        return self._kept("tags")

    def attributes(self) -> list[dict[str, Any]]:
        """Return the attributes of all records, with their options, by id; kept."""
        return self._kept("attributes")

    def drop(self, name: str) -> None:
        """Forget a list that is kept, where it lacks what it should have or has what is gone."""
        self._transport.memory.lists.drop(name)

    def _kept(self, name: str) -> list[dict[str, Any]]:
        return list(self._transport.memory.lists.get(name, lambda: self._list(name)))

    def _list(self, name: str) -> list[dict[str, Any]]:
        rows = self._transport.get(f"/settings/{name}", ALL)
        return sorted(rows, key=lambda row: int(row["id"]))
