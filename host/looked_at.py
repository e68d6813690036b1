"""What only reading each connection's secrets tells: looked at once, and anew where something changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import SettingsError
from .store import connections, outlines
from .validation import validated

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .plugins import Plugins
    from .store.connections import CRMConnection
    from .vault import Vault


@dataclass(frozen=True)
class Seen:
    """Some connections: whose plugin is there and does not take their settings, and which have no secret."""

    wrong: frozenset[int]
    without_secret: frozenset[int]
    """Those that could take no webhook: none is taken unsigned, and no signature can be checked."""


class LookedAt:
    """What is known of a house's connections, by digests of what it was seen in."""

    def __init__(self, plugins: Plugins, vault: Vault) -> None:
        self._plugins = plugins
        self._vault = vault
        self._whole: int | None = None
        self._each: dict[int, tuple[int, bool, bool]] = {}
        """Of each connection the digest, whether it is wrong, and whether it has no secret."""

    def every(self, tx: Connection) -> Seen:
        """Return what is known of all connections: one number is compared where none has changed."""
        if (whole := outlines.digest(tx)) != self._whole:
            now = outlines.digests(tx)
            self._look(tx, now)
            self._each = {number: self._each[number] for number in now}
            self._whole = whole
        return self._seen(self._each)

    def one(self, tx: Connection, connection_id: int) -> Seen:
        """Return what is known of a connection."""
        now = outlines.digests(tx, connection_id)
        self._look(tx, now)
        return self._seen(now)

    def _look(self, tx: Connection, now: dict[int, int]) -> None:
        changed = [number for number, digest in now.items() if self._each.get(number, (None,))[0] != digest]
        for one in connections.some(tx, self._vault, changed).values() if changed else ():
            without_secret = not one.webhook_secrets and not one.unsigned
            self._each[one.id] = (now[one.id], self._is_wrong(one), without_secret)

    def _is_wrong(self, one: CRMConnection) -> bool:
        if one.plugin not in self._plugins.found:
            return False
        try:
            validated(self._plugins[one.plugin], one.settings)
        except SettingsError:
            return True
        return False

    def _seen(self, ids: Collection[int]) -> Seen:
        known = [(number, *self._each[number][1:]) for number in ids]
        return Seen(
            frozenset(number for number, wrong, _without in known if wrong),
            frozenset(number for number, _wrong, without in known if without),
        )
