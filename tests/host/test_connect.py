"""Making and changing connections."""

import time

import pytest

from crmhost import CredentialsError, PluginError, SettingsError, overview
from crmhost.connect import add_webhook_secret, change, check, connect
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.store import connections, gates, tables

from .conftest import Bench, connected
from .fake_crm import FakeCRM

JANE = payloads.contact(5821, "Jane", email="jane@example.com")


def test_what_setup_found_is_stored_with_what_was_given(house: House) -> None:
    assert connected(house).settings == {"token": "t0ken", "pipeline": 7}


def test_where_setup_fails_nothing_is_stored(house: House, crm: FakeCRM) -> None:
    crm.troubles = [CredentialsError("The token is refused.")]

    with pytest.raises(CredentialsError):
        connected(house)

    assert overview.all_connections(house) == []


def test_a_plugin_that_stumbles_in_setup_is_one_sentence(house: House, crm: FakeCRM) -> None:
    crm.troubles = [KeyError("id")]

    with pytest.raises(PluginError, match="fake cannot make sense"):
        connected(house)


def test_a_second_connection_to_the_same_crm_is_warned_of(house: House) -> None:
    connected(house)

    report = connect(house, "fake", 3, {"token": "t0ken"}).report

    assert [(line.name, line.state) for line in report] == [("Beware", "warning")]
    assert report[0].fix.startswith("Post Chatwoot's webhooks to one of the two only")


def test_where_only_secrets_tell_which_crm_it_is_another_one_is_another_crm(house: House) -> None:
    connected(house)

    assert connect(house, "fake", 3, {"token": "another"}).report == ()


def test_a_changed_setting_is_checked_and_the_rest_kept(house: House) -> None:
    made = connected(house)

    changed = change(house, made.id, {"pipeline": "9"}).connection

    assert changed.settings == {"token": "t0ken", "pipeline": 9}
    assert changed.address == made.address


def test_what_was_found_is_found_anew_when_a_setting_changes(house: House) -> None:
    made = connected(house)

    changed = change(house, made.id, {"token": "new"}).connection

    assert (changed.given, changed.found) == ({"token": "new"}, {"pipeline": 7})


def test_a_check_changes_nothing(house: House, crm: FakeCRM) -> None:
    made = connected(house)
    crm.troubles = [CredentialsError("The token is refused.")]

    with pytest.raises(CredentialsError):
        check(house, made.id)

    assert check(house, made.id).connection == made


def test_a_new_token_ends_the_pause_and_work_goes_on_at_once(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [CredentialsError("The token is refused.")]
    bench.receive(payloads.contact_created(JANE))
    bench.work()

    change(bench.house, bench.connection.id, {"token": "new"})
    bench.work()

    assert bench.states() == ["applied"]
    assert bench.connection_state()["state"] == "working"


def test_a_connection_that_was_removed_leaves_nothing_but_the_crms_records(
    bench: Bench, crm: FakeCRM
) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.work()

    with bench.house.store.write() as tx:
        connections.remove(tx, bench.connection.id)

    bench.work()
    assert crm.customers == [(1, "Jane")]
    with bench.house.store.read() as tx:
        left = {table.name: tx.execute(table.select()).all() for table in tables.metadata.sorted_tables}
    assert {name: rows for name, rows in left.items() if rows and name != "counters"} == {}


def test_work_of_a_connection_that_is_gone_is_left(bench: Bench) -> None:
    bench.receive(payloads.contact_created(JANE))
    with bench.house.store.write() as tx:
        tx.execute(tables.connections.delete())

    bench.work()

    assert bench.states() == ["pending"]


def test_work_waits_while_a_person_paused_it(bench: Bench, crm: FakeCRM) -> None:
    with bench.house.store.write() as tx:
        gates.pause(tx, bench.connection.id, "Paused by hand.", "")
    bench.receive(payloads.contact_created(JANE))

    bench.work()

    assert crm.asked == []
    assert bench.woken[-1] > time.time() + 50


@pytest.mark.parametrize("secret", ["", "two words", "s\u00e9cret", "x" * 300, "a\x00b"])
def test_what_can_be_no_secret_is_refused(house: House, secret: str) -> None:
    made = connected(house)

    with pytest.raises(SettingsError, match="no secret"):
        add_webhook_secret(house, made.id, secret)

    with house.store.read() as tx:
        assert connections.get(tx, house.vault, made.id).webhook_secrets == ("s3cret",)
