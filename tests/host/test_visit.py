"""A connection visited outside of a delivery: its settings, its links, and nothing written unless asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmhost import CRMHostError, Link, SettingsError, TryAgain, visiting
from crmhost.connect import connect
from crmhost.settings import load_settings
from crmhost.store import links
from crmhost.store.connections import CRMConnection
from crmhost.wiring import open_house

from .fake_crm import FakeCRM

NOWHERE = "http://127.0.0.1:9/records"


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crm: FakeCRM) -> CRMConnection:
    """A connection in the house that the environment names, as a command finds it."""
    monkeypatch.setenv("CRMHOST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("crmhost.logs.configure", lambda *_: None)
    monkeypatch.setattr("crmhost.wiring.discover", crm.plugins)
    with open_house(load_settings()) as house:
        made = connect(house, "fake", 3, {"token": "s3cret"}).connection
        with house.store.write() as tx:
            links.save(tx, made.id, {("contact:1", "customer"): Link("7", {"value": "Jane"})}, 0)
    return made


def test_a_visit_has_the_connections_settings_and_links(connection: CRMConnection) -> None:
    with visiting(connection.id) as context:
        assert (context.connection_id, context.account_id) == (connection.id, 3)
        assert context.settings.pipeline == 7
        assert context.settings.token.get_secret_value() == "s3cret"
        assert context.links.get("contact:1", "customer") == Link("7", {"value": "Jane"})


def test_what_a_visit_sets_is_not_kept(connection: CRMConnection) -> None:
    with visiting(connection.id, writes=True) as context:
        context.links.set("contact:1", "customer", 8)

    with visiting(connection.id) as context:
        assert context.links.get("contact:1", "customer") == Link("7", {"value": "Jane"})


def test_a_visit_looks_and_writes_only_where_that_was_asked_for(connection: CRMConnection) -> None:
    with visiting(connection.id) as context:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            with pytest.raises(CRMHostError, match="Nothing is written"):
                context.http.request(method, NOWHERE)
        with pytest.raises(TryAgain, match="Nothing answers"):
            context.http.request("GET", NOWHERE)
    with visiting(connection.id, writes=True) as context, pytest.raises(TryAgain, match="Nothing answers"):
        context.http.request("POST", NOWHERE)


@pytest.mark.usefixtures("connection")
def test_a_connection_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(SettingsError, match="There is no connection 99"), visiting(99):
        pass
