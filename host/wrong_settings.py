"""Which connections have settings that their plugin does not take: looked at anew only where they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import SettingsError
from .store import connections
from .validation import validated

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .plugins import Plugins
    from .store.connections import CRMConnection
    from .vault import Vault


class WrongSettings:
    """What is known of the settings of a house's connections."""

    def __init__(self, plugins: Plugins, vault: Vault) -> None:
        self._plugins = plugins
        self._vault = vault
        self._whole: int | None = None
        self._each: dict[int, tuple[int, bool]] = {}
        """Of each connection the digest of what was looked at, and whether that is wrong."""

    def every(self, tx: Connection) -> set[int]:
        """Return the connections whose plugin is there, and does not take their settings."""
        if (whole := connections.settings_digest(tx)) != self._whole:
            self._look(tx)
            self._whole = whole
        return {connection_id for connection_id, (_digest, wrong) in self._each.items() if wrong}

    def _look(self, tx: Connection) -> None:
        now = connections.settings_digests(tx)
        known = {number: looked for number, looked in self._each.items() if now.get(number) == looked[0]}
        for one in connections.some(tx, self._vault, now.keys() - known.keys()).values():
            known[one.id] = (now[one.id], self._is_wrong(one))
        self._each = known

    def _is_wrong(self, one: CRMConnection) -> bool:
        if one.plugin not in self._plugins.found:
            return False
        try:
            validated(self._plugins[one.plugin], one.settings)
        except SettingsError:
            return True
        return False
