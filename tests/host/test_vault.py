"""Secrets: encrypted in the database, readable with the key only."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from crmhost import SettingsError
from crmhost.house import House
from crmhost.vault import Vault, key_in

from .conftest import connected


def test_what_was_sealed_is_read_again() -> None:
    vault = Vault(Fernet.generate_key().decode())

    assert vault.open(vault.seal({"token": "t"})) == {"token": "t"}


def test_another_key_reads_nothing_and_says_so() -> None:
    sealed = Vault(Fernet.generate_key().decode()).seal("t")

    with pytest.raises(SettingsError, match="another key"):
        Vault(Fernet.generate_key().decode()).open(sealed)


def test_during_a_rotation_the_old_key_still_reads() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()

    assert Vault(f"{new},{old}").open(Vault(old).seal("t")) == "t"


def test_the_key_that_is_made_belongs_to_its_owner_only(tmp_path: Path) -> None:
    key = key_in(tmp_path)

    assert key_in(tmp_path) == key
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_no_secret_is_in_the_database_in_clear(lite_house: House) -> None:
    connected(lite_house)

    with lite_house.store.read() as tx:
        row = tx.execute(text("SELECT * FROM connections")).one()

    assert "t0ken" not in str(row)
    assert "s3cret" not in str(row)
