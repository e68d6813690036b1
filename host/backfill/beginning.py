"""Beginning a backfill: how much there is, what that costs, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import SettingsError
from ..store import backfills, connections
from ..store.backfills import Backfill, Place
from ..validation import validated
from .stages import stages

if TYPE_CHECKING:
    from ..house import House
    from ..models import Costs
    from ..store.connections import CRMConnection


CLOSE = 120.0
"""Seconds that two ways to say a date may be apart."""


@dataclass(frozen=True)
class Estimate:
    """How many records there are, and what the plugin says that each costs at most."""

    contacts: int
    conversations: int
    costs: Costs | None

    @property
    def calls(self) -> int | None:
        """The calls to the CRM, at most."""
        if self.costs is None:
            return None
        return round(self.contacts * self.costs.contact + self.conversations * self.costs.conversation)

    @property
    def seconds(self) -> float | None:
        """How long those calls take where nothing else is to be done; None where the plugin can't say."""
        if self.calls is None or self.costs is None:
            return None
        return self.calls * 60 / self.costs.per_minute


def begin(house: House, connection_id: int, since: float | None) -> Backfill:
    """Begin a backfill, or go on with the one that there is; workers read on from where it is."""
    with house.store.read() as tx:
        connection = connections.get(tx, house.vault, connection_id)
        there = backfills.open_one(tx, connection_id)
    if there is None:
        return _made(house, connection, since)
    if since is not None and not _is_same(there, since, time.time()):
        fix = f"Let it end, or end it: crmhost backfill {connection_id} --cancel"
        raise SettingsError(f"Connection {connection_id} has another backfill that has not ended.", fix=fix)
    with house.store.write() as tx:
        return backfills.set_state(tx, there.id, "running")


def estimate(house: House, connection: CRMConnection, since: float | None) -> Estimate:
    """Ask Chatwoot how much there is, and the plugin what it costs."""
    api = house.chatwoot_of(connection)
    # Few were made and not heard of since: they are counted when they are read.
    counts = {stage.of: stage.count(api, since) for stage in stages(since) if not stage.before}
    return Estimate(counts["contacts"], counts["conversations"], costs_of(house, connection))


def lasting(costs: Costs | None, counts: Mapping[str, int], began_at: float, *, in_line: int) -> float | None:
    """Return how many seconds what is left takes: by the plugin's costs, else by how it went so far."""
    left = {of: counts[of] - counts[f"{of}_read"] for of in ("contacts", "conversations")}
    if costs is not None:
        return Estimate(left["contacts"] + in_line, left["conversations"], costs).seconds
    done = counts["contacts_read"] + counts["conversations_read"]
    return (time.time() - began_at) / done * sum(left.values()) if done else None


def _is_same(there: Backfill, since: float, now: float) -> bool:
    """Whether a person means the backfill that there is: by the same date, or «90d» said once more."""
    if there.since is None:
        return False
    moved = since - there.since
    return abs(moved) < CLOSE or abs(moved - (now - there.began_at)) < CLOSE


def _made(house: House, connection: CRMConnection, since: float | None) -> Backfill:
    there_are = estimate(house, connection, since)
    counts = {
        "contacts": there_are.contacts,
        "conversations": there_are.conversations,
        **dict.fromkeys(("contacts_read", "conversations_read", "lined_up", "listed"), 0),
    }
    place = Place(stages(since)[0].name, 1, counts, there_are.seconds)
    with house.store.write() as tx:
        # Somebody else may have begun one while Chatwoot was asked.
        return backfills.open_one(tx, connection.id) or backfills.add(tx, connection.id, since, place)


def costs_of(house: House, connection: CRMConnection) -> Costs | None:
    """Return what the plugin says that a record costs at most; None where it does not say."""
    plugin = house.plugins[connection.plugin]
    return plugin.costs(validated(plugin, connection.settings))
