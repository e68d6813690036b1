"""Connecting with Chatwoot's token: checked, the webhook made, its secret kept; or nothing left behind."""

from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse

from crmhost import CredentialsError, ReportLine, SettingsError, overview
from crmhost.chatwoot import SUBSCRIPTIONS, Access
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.connect import change, check, connect, disconnect
from crmhost.house import House
from crmhost.store import connections
from crmhost.store.connections import CRMConnection
from crmhost.wiring import open_house

from ..conftest import Types, settings_for
from ..fake_crm import FakeCRM

GIVEN = {"token": "t0ken"}


def refused(house: House, access: Access, **more: Any) -> str:
    """Return why a connection was not made."""
    with pytest.raises((CredentialsError, SettingsError)) as error:
        connect(house, "fake", more.pop("account", 3), GIVEN, chatwoot=access, **more)
    assert overview.all_connections(house) == []
    return f"{error.value} {error.value.fix}"


def test_the_webhook_is_made_and_its_secret_kept(
    house: House, sandbox: ChatwootSandbox, joined: CRMConnection
) -> None:
    (webhook,) = sandbox.state.webhooks.values()

    assert webhook.url == house.settings.base_url + joined.webhook_path
    assert set(webhook.subscriptions) == set(SUBSCRIPTIONS)
    assert joined.webhook_secrets == (webhook.secret,)
    assert overview.all_connections(house)[0]["state"] == "working"


def test_what_was_found_in_chatwoot_is_told(house: House, sandbox: ChatwootSandbox, address: str) -> None:
    made = connect(house, "fake", 3, GIVEN, chatwoot=Access(address, sandbox.make_token()))

    told = {line.name: line.found for line in made.report}
    assert told["Chatwoot"] == "the token of CRM Host, administrator of Acme Support"
    assert told["Webhook"].startswith("made, with 6 events, its secret is kept")


def test_where_the_crm_says_no_chatwoot_is_told_to_have_passed(
    house: House, sandbox: ChatwootSandbox, address: str, crm: FakeCRM
) -> None:
    crm.troubles = [CredentialsError("The CRM refuses the token.", fix="Make another.")]

    with pytest.raises(CredentialsError) as no:
        connect(house, "fake", 3, GIVEN, chatwoot=Access(address, sandbox.make_token()))

    assert [(line.name, line.state, line.fix) for line in no.value.report] == [
        ("Chatwoot", "ok", ""),
        ("Fake CRM", "failed", "Make another."),
    ]


def test_the_token_is_encrypted_and_never_shown(house: House, joined: CRMConnection) -> None:
    token = joined.chatwoot_token
    assert token
    with house.store.read() as tx:
        (stored,) = tx.exec_driver_sql("SELECT * FROM connections").mappings()

    shown = overview.all_connections(house)[0]

    assert (shown["chatwoot_url"], shown["chatwoot_token"]) == (joined.chatwoot_url, True)
    assert token not in str(shown) + str(dict(stored)) + repr(joined)


def test_a_wrong_token_leaves_nothing_behind(house: House, sandbox: ChatwootSandbox, address: str) -> None:
    assert "Chatwoot refuses crmhost's token" in refused(house, Access(address, "wr0ng"))
    assert sandbox.state.webhooks == {}


def test_an_agents_token_is_refused_by_its_role(house: House, sandbox: ChatwootSandbox, address: str) -> None:
    why = refused(house, Access(address, sandbox.make_token("agent")))

    assert "CRM Host is agent in account 3: webhooks are an administrator's business" in why


def test_another_accounts_number_is_refused(house: House, sandbox: ChatwootSandbox, address: str) -> None:
    assert "is not in account 4" in refused(house, Access(address, sandbox.make_token()), account=4)


@pytest.mark.parametrize(
    ("access", "problem"),
    [
        (Access(None, "t0ken"), "needs its address"),
        (Access("chat.example.com", "t0ken"), "not the address of a Chatwoot"),
        (Access("https://chat.example.com", "two words"), "no token"),
        (Access("https://chat.example.com", ""), "no token"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(
    house: House, access: Access, problem: str
) -> None:
    assert problem in refused(house, access)


def test_an_older_chatwoot_that_signs_nothing_is_refused_unless_that_is_wanted(
    house: House, sandbox: ChatwootSandbox, address: str
) -> None:
    sandbox.signs = False
    access = Access(address, sandbox.make_token())

    assert "--unsigned" in refused(house, access)
    assert sandbox.state.webhooks == {}, "the webhook is not left behind"
    made = connect(house, "fake", 3, GIVEN, chatwoot=access, unsigned=True).connection
    assert (made.unsigned, made.webhook_secrets, len(sandbox.state.webhooks)) == (True, (), 1)


def test_a_connection_that_cannot_be_stored_leaves_no_webhook(
    house: House, sandbox: ChatwootSandbox, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(connections, "add", full)

    with pytest.raises(OSError, match="disk full"):
        connect(house, "fake", 3, GIVEN, chatwoot=Access(address, sandbox.make_token()))

    assert sandbox.state.webhooks == {}


def test_a_house_that_knows_not_where_it_is_reached_says_so(
    tmp_path: Path, valkey_url: str, crm: FakeCRM, sandbox: ChatwootSandbox, address: str
) -> None:
    with open_house(settings_for(tmp_path, None, valkey_url), crm.plugins()) as lost:
        assert "CRMHOST_BASE_URL is not set" in refused(lost, Access(address, sandbox.make_token()))


def test_a_connection_may_know_chatwoots_address_alone(house: House) -> None:
    access = Access("https://chat.example.com/app/accounts/3")

    made = connect(house, "fake", 3, GIVEN, chatwoot=access).connection

    assert (made.chatwoot_url, made.chatwoot_token) == ("https://chat.example.com", None)


def test_a_token_that_is_given_later_makes_the_webhook(
    house: House, sandbox: ChatwootSandbox, address: str
) -> None:
    made = connect(house, "fake", 3, GIVEN, webhook_secret="by-hand").connection

    changed = change(house, made.id, {}, chatwoot=Access(address, sandbox.make_token())).connection

    (webhook,) = sandbox.state.webhooks.values()
    assert changed.webhook_secrets == ("by-hand", webhook.secret)
    assert changed.given == made.given


def test_a_webhook_that_was_made_by_hand_is_used(
    house: House, sandbox: ChatwootSandbox, address: str, joined: CRMConnection
) -> None:
    told = change(house, joined.id, {}, chatwoot=Access(None, sandbox.make_token())).report

    assert len(sandbox.state.webhooks) == 1
    assert told[-1].found.startswith("there already")
    with house.store.read() as tx:
        after = connections.get(tx, house.vault, joined.id)
    assert (after.webhook_secrets, after.chatwoot_url) == (joined.webhook_secrets, address)
    assert after.chatwoot_token != joined.chatwoot_token


def test_a_setting_of_the_crm_that_changes_leaves_chatwoot_alone(
    house: House, sandbox: ChatwootSandbox, joined: CRMConnection
) -> None:
    sandbox.state.webhooks.clear()

    changed = change(house, joined.id, {"pipeline": "9"}).connection

    assert sandbox.state.webhooks == {}
    assert changed.chatwoot_token == joined.chatwoot_token


def test_a_check_that_chatwoot_ends_tells_what_passed_in_the_crm(
    house: House, joined: CRMConnection, crm: FakeCRM, address: str
) -> None:
    crm.report = (ReportLine("Token", "accepted"),)
    with house.store.write() as tx:
        connections.set_chatwoot(tx, house.vault, joined.id, address, "refused")

    with pytest.raises(CredentialsError) as refused:
        check(house, joined.id)

    assert [(line.name, line.state) for line in refused.value.report] == [
        ("Token", "ok"),
        ("Chatwoot", "failed"),
    ]


def test_a_check_says_what_is_wrong_with_the_webhook(
    house: House, sandbox: ChatwootSandbox, joined: CRMConnection
) -> None:
    (webhook,) = sandbox.state.webhooks.values()

    def told() -> str:
        line = check(house, joined.id).report[-1]
        return f"{line.name}: {line.found}"

    assert told().startswith("Webhook: as it should be")
    webhook.secret = "another"
    assert told().startswith("Beware: Chatwoot's webhook has another secret")
    webhook.subscriptions = ["contact_created"]
    assert "does not bring contact_updated" in told()
    webhook.url = f"https://old.example.com{joined.webhook_path}"
    assert "Chatwoot posts to https://old.example.com" in told()
    sandbox.state.webhooks.clear()
    assert "nothing arrives" in told()


def test_somebody_who_makes_the_same_webhook_meanwhile_is_no_trouble(
    house: House, sandbox: ChatwootSandbox, joined: CRMConnection
) -> None:
    """Chatwoot refuses a second webhook to one address: the first is taken."""
    api = house.chatwoot(3, joined.chatwoot_url, joined.chatwoot_token)
    assert api is not None
    url = house.settings.base_url + joined.webhook_path
    none = JSONResponse({"payload": {"webhooks": []}})
    sandbox.troubles = [none]

    found, new = api.webhooks.register(url)

    assert ((found.secret,), new) == (joined.webhook_secrets, False)


def test_a_connection_that_is_removed_takes_its_webhook_along(
    house: House, sandbox: ChatwootSandbox, joined: CRMConnection
) -> None:
    assert disconnect(house, joined.id)

    assert (sandbox.state.webhooks, overview.all_connections(house)) == ({}, [])


def test_a_chatwoot_that_is_away_keeps_no_connection_alive(
    house: House, sandbox: ChatwootSandbox, joined: CRMConnection
) -> None:
    sandbox.troubles = [PlainTextResponse("Bad gateway", 502)]

    assert not disconnect(house, joined.id)

    assert (len(sandbox.state.webhooks), overview.all_connections(house)) == (1, [])


@pytest.mark.usefixtures("fake")
def test_the_command_line_takes_the_token_from_a_file_and_shows_it_nowhere(
    types: Types,
    tmp_path: Path,
    sandbox: ChatwootSandbox,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CRMHOST_BASE_URL", "https://sync.example.com")
    token = sandbox.make_token()
    (tmp_path / "chatwoot.txt").write_text(f"{token}\n")
    words = ["connect", "fake", "--account", "3", "--set", "token=t", "--chatwoot-url", address]

    made = types("crmhost", *words, "--chatwoot-token", f"@{tmp_path / 'chatwoot.txt'}")
    changed = types("crmhost", "set", "1", "--chatwoot-token", "-", "--json", stdin=sandbox.make_token())
    shown = types("crmhost", "connections", "--json")

    assert (made.status, changed.status) == (0, 0)
    assert "In Chatwoot, under Settings" not in made.out, "there is nothing left to do"
    (row,) = shown.document["connections"]
    assert (row["chatwoot_url"], row["chatwoot_token"], row["state"]) == (address, True, "working")
    assert token not in made.out + made.err + shown.out
