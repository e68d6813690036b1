"""The plugins that are installed: versions and tiers, what is wrong with some, and what they failed of."""

from __future__ import annotations

from ... import declared, misfits
from ..._version import __version__
from ...errors import SettingsError
from ...store import outlines
from ..visits import Document, NotThere, Page, Place, Visit


def plugins(visit: Visit) -> Page:
    """List the plugins."""
    with visit.house.store.read() as tx:
        used = outlines.plugins_used(tx)
        failed = list(misfits.failing(tx))
    found = visit.house.plugins
    values = {
        "plugins": list(found.found.values()),
        "broken": found.broken,
        "used": {name: used.get(name, 0) for name in found.found},
        "failing": {name: [one for one in failed if one.plugin == name] for name in found.found},
        "gone": [one for one in failed if one.plugin not in found.found],
        "version": __version__,
    }
    return Page("plugins.html", values)


def schema(visit: Visit) -> Document:
    """Say as a JSON Schema which settings a plugin takes."""
    try:
        plugin = visit.house.plugins[visit.request.path_params["plugin"]]
    except SettingsError as error:
        raise NotThere(str(error), fix=error.fix) from error
    return Document(declared.schema(plugin.info.settings), "application/schema+json")


PLACES = (Place("/plugins", plugins), Place("/plugins/{plugin}/schema.json", schema))
