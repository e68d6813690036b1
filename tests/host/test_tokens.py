"""A token that expires is kept for all workers, and made anew by one of them at a time."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from crmhost import CredentialsError, Token
from crmhost.connect import change, check, connect
from crmhost.house import House
from crmhost.plugins import load
from crmhost.rotation import rotate
from crmhost.store import clock, connections, tokens
from crmhost.store.connections import CRMConnection
from crmhost.tokens import KeptTokens
from crmhost.vault import Vault

from .conftest import connected
from .oauth import OAuth


class Maker:
    """Makes tokens, each of what the last one kept; says how often."""

    def __init__(self, good_for: float = 3600.0) -> None:
        self.made: list[Mapping[str, Any]] = []
        self.good_for = good_for

    def __call__(self, kept: Mapping[str, Any]) -> Token:
        self.made.append(kept)
        number = len(self.made)
        return Token(f"access-{number}", self.good_for, {"refresh_token": f"refresh-{number}"})


@pytest.fixture
def connection(lite_house: House) -> CRMConnection:
    return connected(lite_house)


def test_a_token_is_made_once_and_kept_for_all(lite_house: House, connection: CRMConnection) -> None:
    make = Maker()

    said = [KeptTokens(lite_house, connection.id).get(make) for _ in range(3)]

    assert said == ["access-1"] * 3
    assert make.made == [{}]


def test_one_that_is_about_to_end_is_made_anew_of_what_it_kept(
    lite_house: House, connection: CRMConnection
) -> None:
    make = Maker(good_for=0.0)
    kept = KeptTokens(lite_house, connection.id)

    assert [kept.get(make), kept.get(make)] == ["access-1", "access-2"]
    assert make.made == [{}, {"refresh_token": "refresh-1"}]


@pytest.mark.parametrize(("good_for", "early"), [(3600.0, 60.0), (100.0, 10.0)])
def test_it_is_made_anew_a_little_early(
    lite_house: House, connection: CRMConnection, good_for: float, early: float
) -> None:
    with lite_house.store.write() as tx:
        now = clock.now(tx)
        tokens.save(tx, lite_house.vault, connection.id, Token("t", good_for), now)
        kept = tokens.load(tx, lite_house.vault, connection.id)

    assert kept is not None
    assert kept[1] == pytest.approx(now + good_for - early)


def test_of_many_workers_one_makes_it(lite_house: House, connection: CRMConnection) -> None:
    make, said, all_here = Maker(), list[str](), threading.Barrier(4)

    def work() -> None:
        all_here.wait(10)
        said.append(KeptTokens(lite_house, connection.id).get(make))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said == ["access-1"] * 4
    assert len(make.made) == 1


def test_one_that_was_refused_is_made_anew_once(lite_house: House, connection: CRMConnection) -> None:
    make = Maker()
    kept = KeptTokens(lite_house, connection.id)
    first = kept.get(make)
    kept.refused(first)
    second = kept.get(make)
    kept.refused(first)  # by a worker that was slower

    assert (second, kept.get(make)) == ("access-2", "access-2")


def test_where_it_cannot_be_made_nothing_is_kept_and_the_next_may_try(
    lite_house: House, connection: CRMConnection
) -> None:
    def fail(_kept: Mapping[str, Any]) -> Token:
        raise CredentialsError("The refresh token is refused.")

    kept = KeptTokens(lite_house, connection.id)
    with pytest.raises(CredentialsError):
        kept.get(fail)

    assert kept.get(Maker()) == "access-1"


def test_it_is_encrypted_and_the_key_can_be_changed(lite_house: House, connection: CRMConnection) -> None:
    KeptTokens(lite_house, connection.id).get(Maker())
    with lite_house.store.read() as tx:
        sealed = str(tx.exec_driver_sql("SELECT sealed FROM tokens").scalar())
    rotate(lite_house)
    new = Vault((lite_house.settings.data_dir / "secret.key").read_text())

    with lite_house.store.read() as tx:
        kept = tokens.load(tx, new, connection.id)
    assert "access-1" not in sealed
    assert "refresh-1" not in sealed
    assert kept is not None
    assert kept[0].value == "access-1"


@pytest.fixture
def oauth(lite_house: House) -> OAuth:
    made = OAuth()
    lite_house.plugins.found["oauth"] = load("oauth", made)
    return made


def join(house: House) -> CRMConnection:
    given = {"api_url": "https://crm.example.com", "refresh_token": "given"}
    return connect(house, "oauth", 3, given, webhook_secret="s").connection


def test_what_setup_was_given_is_kept_with_the_connection(lite_house: House, oauth: OAuth) -> None:
    made = join(lite_house)
    check(lite_house, made.id)
    change(lite_house, made.id, {"team": "sales"})

    assert oauth.used == ["given", "given+", "given++"]


def test_other_credentials_begin_with_a_token_of_their_own(lite_house: House, oauth: OAuth) -> None:
    made = join(lite_house)
    oauth.good.add("another")
    change(lite_house, made.id, {"refresh_token": "another"})
    check(lite_house, made.id)

    assert oauth.used == ["given", "another", "another+"]


def test_it_goes_with_its_connection(lite_house: House, oauth: OAuth) -> None:
    made = join(lite_house)
    with lite_house.store.write() as tx:
        connections.remove(tx, made.id)
        left = tokens.load(tx, lite_house.vault, made.id)

    assert oauth.used == ["given"]
    assert left is None


def test_settings_under_an_older_name_are_read_and_kept_under_the_new_one(
    lite_house: House, oauth: OAuth
) -> None:
    made = join(lite_house)
    with lite_house.store.write() as tx:
        public, secret = {"url": "https://old.example.com"}, {"refresh_token": "given"}
        connections.set_settings(tx, lite_house.vault, made.id, public=public, secret=secret, found={})

    check(lite_house, made.id)
    change(lite_house, made.id, {"team": "sales"})
    change(lite_house, made.id, {"api_url": "https://new.example.com"})

    with lite_house.store.read() as tx:
        given = connections.get(tx, lite_house.vault, made.id).given
    assert given == {"api_url": "https://new.example.com", "team": "sales", "refresh_token": "given"}
    assert len(oauth.used) == 4
