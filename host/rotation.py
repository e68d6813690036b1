"""Changing the key that secrets are encrypted with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .embedded import alone
from .errors import SettingsError
from .store import connections, tokens
from .vault import Vault, keep_key, new_key

if TYPE_CHECKING:
    from .house import House


def rotate(house: House) -> int:
    """Encrypt all secrets with the newest key; return how many connections have theirs so now.

    A key in the data folder is made anew, while no other crmhost runs on it. One that is set must
    come first of two: ``new,old``, known to every process before secrets are encrypted with it.
    """
    given = house.settings.secret_key
    if given is None:
        with alone(house.settings.data_dir):
            return _in_folder(house)
    if "," not in given.get_secret_value():
        fix = "Set CRMHOST_SECRET_KEY to new,old for every process, restart them, and run this again."
        raise SettingsError("CRMHOST_SECRET_KEY holds one key only.", fix=fix)
    return _reseal(house, house.vault)


def _in_folder(house: House) -> int:
    """Keep both keys until everything is encrypted with the new one: this process may be killed."""
    folder, new = house.settings.data_dir, new_key()
    both = f"{new},{house.vault.keys}"
    keep_key(folder, both)
    count = _reseal(house, Vault(both))
    keep_key(folder, new)
    return count


def _reseal(house: House, vault: Vault) -> int:
    with house.store.write() as tx:
        tokens.reseal(tx, vault)
        return connections.reseal(tx, vault)
