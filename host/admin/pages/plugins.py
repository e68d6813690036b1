"""The plugins that are installed: their versions, and what is wrong with those left out."""

from __future__ import annotations

from ... import overview
from ..._version import __version__
from ...store import connections
from ..visits import Page, Place, Visit


def plugins(visit: Visit) -> Page:
    """List the plugins."""
    with visit.house.store.read() as tx:
        used = [one.plugin for one in connections.every(tx, visit.house.vault)]
    listed = overview.plugins(visit.house.plugins)
    counts = {row["name"]: used.count(row["name"]) for row in listed["plugins"]}
    return Page("plugins.html", listed | {"used": counts, "version": __version__})


PLACES = (Place("/plugins", plugins),)
