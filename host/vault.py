"""Keeping secrets: what goes into the database is encrypted, and only here is it read again."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .errors import SettingsError

MAKE_KEY = (
    "Make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)


class Vault:
    """Encrypts and reads JSON values; several keys may be valid, the first one encrypts."""

    def __init__(self, keys: str) -> None:
        """Take one key, or several divided by commas, each as ``Fernet.generate_key()`` makes it."""
        self.keys = keys
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
        except ValueError as error:
            raise SettingsError(
                "CRMHOST_SECRET_KEY is not a key of 32 bytes in base64.", fix=MAKE_KEY
            ) from error
        # The same few connections are read again and again.
        self._decrypted = lru_cache(maxsize=1024)(self._fernet.decrypt)

    def seal(self, value: Any) -> str:
        """Return the value encrypted."""
        return self._fernet.encrypt(json.dumps(value).encode()).decode()

    def reseal(self, sealed: str) -> str:
        """Return what was sealed with any of the keys, sealed with the first."""
        self.open(sealed)
        return self._fernet.rotate(sealed).decode()

    def open(self, sealed: str) -> Any:
        """Return the value again."""
        try:
            return json.loads(self._decrypted(sealed))
        except InvalidToken as error:
            raise SettingsError(
                "The database's secrets were encrypted with another key.",
                fix="Set CRMHOST_SECRET_KEY to the key they were encrypted with.",
            ) from error


def key_in(folder: Path) -> str:
    """Return the key kept in the data folder; make one, readable by its owner only, where there is none.

    It is written aside and linked, so that of two processes that start together both read the same
    whole key.
    """
    path = folder / "secret.key"
    try:
        if not path.exists():
            aside = folder / f"secret.key.{os.getpid()}"
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(new_key())
            with suppress(FileExistsError):
                path.hardlink_to(aside)
            aside.unlink()
        return path.read_text().strip()
    except (OSError, ValueError) as error:
        fix = "See that whoever runs crmhost owns the data folder, and that its disk has room."
        raise SettingsError(f"The key {path} cannot be kept: {error}.", fix=fix) from error


def new_key() -> str:
    """Return a fresh key."""
    return Fernet.generate_key().decode()


def keep_key(folder: Path, keys: str) -> None:
    """Keep these keys in the data folder instead of those there, all at once."""
    aside = folder / f"secret.key.{os.getpid()}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(keys)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / "secret.key")
