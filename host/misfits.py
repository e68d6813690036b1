"""What is wrong with plugins, for people: those that are left out, and those whose work failed of late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .store import browse

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .plugins import Plugins

FAILED = re.compile(r"The plugin (\S+) (?:failed|hangs):? ")
"""How the reason of a delivery begins that died of the plugin, not of the CRM."""


@dataclass(frozen=True)
class Misfit:
    """A plugin that something is wrong with: what, and what to do about it, a sentence each."""

    said: str
    fix: str


@dataclass(frozen=True)
class Failing:
    """What deliveries died of that is a plugin's fault: how many did, and the newest one's own words."""

    plugin: str
    reason: str
    fix: str
    count: int
    newest: int


def left_out(plugins: Plugins) -> Iterator[Misfit]:
    """Yield the plugins that cannot be used at all."""
    for one in plugins.broken:
        yield Misfit(f"{one.name} ({one.package}): {sentence(one.problem)}", sentence(one.fix))


def failing(tx: Connection) -> Iterator[Failing]:
    """Yield what plugins failed of, by what dead deliveries say; each cause of a connection once."""
    for cause in browse.causes(tx):
        if named := FAILED.match(cause.reason):
            yield Failing(named[1], cause.reason, cause.fix, cause.count, cause.newest)


def at_work(tx: Connection, plugins: Plugins) -> Iterator[Misfit]:
    """Yield what plugins failed of, with the package of each, in sentences."""
    for one in failing(tx):
        plugin = plugins.found.get(one.plugin)
        package = f" ({plugin.package} {plugin.version})" if plugin else ""
        said = f"{one.plugin}{package}: {one.count} dead of «{one.reason}», the newest is {one.newest}."
        yield Misfit(said, one.fix)


def sentence(text: str) -> str:
    """Return a clause with its full stop."""
    return text if text.endswith((".", "…")) or not text else f"{text}."
