"""Connecting in the browser, changing settings, and removing a connection."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from crmhost import CredentialsError, CRMHostError, ReportLine, SettingsError
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.connect import add_webhook_secret, show_card
from crmhost.house import House
from crmhost.knocking import knock
from crmhost.plugins import load
from crmhost.server import serving
from crmhost.store import connections
from crmhost.store.connections import CRMConnection
from crmhost.wiring import receiving

from ..conftest import connected
from ..fake_crm import FakeCRM
from ..oauth import OAuth
from .conftest import Browser, add_user, told


def draft_in(page: str) -> str:
    found = re.search(r'name="draft" value="([^"]+)"', page)
    assert found
    return found[1]


def every(house: House) -> list[CRMConnection]:
    with house.store.read() as tx:
        return connections.every(tx, house.vault)


def test_step_by_step_without_a_token_of_chatwoots(lite_house: House, admin: Browser) -> None:
    assert "Your Chatwoot" in told(admin.get("/connect"))
    page = admin.post("/connect/fake/chatwoot", account="3", url="https://chat.example.com/app/accounts/3")
    assert "Your Fake CRM" in told(page)
    page = admin.post("/connect/fake/crm", draft=draft_in(page), token="t0ken")
    assert "What goes where" in told(page)
    assert "t0ken" not in page
    assert every(lite_house) == []

    page = admin.post("/connect/fake/settings", draft=draft_in(page), do="on")

    assert told(page).startswith("It is on.")
    made = every(lite_house)[0]
    assert (made.plugin, made.account_id, made.given) == ("fake", 3, {"token": "t0ken"})
    assert made.chatwoot_url == "https://chat.example.com"
    assert made.address in page  # to be pasted in Chatwoot, which then shows the secret


def test_what_setup_warns_of_is_said_once_it_is_on_and_when_it_is_changed(
    lite_house: House, admin: Browser, crm: FakeCRM
) -> None:
    connected(lite_house)
    draft = draft_in(admin.post("/connect/fake/chatwoot", account="3"))
    draft = draft_in(admin.post("/connect/fake/crm", draft=draft, token="t0ken"))

    page = told(admin.post("/connect/fake/settings", draft=draft, do="on"))
    crm.report = (
        ReportLine("Pipeline", "Sales"),
        ReportLine("Steps", "There are none.", "warning", "Make one."),
    )
    kept = told(admin.post("/connections/2/settings", pipeline="9"))

    assert page.startswith("It is on. Beware: Connection 1 joins account 3 to the same CRM. Post Chatwoot's")
    assert (
        "The settings are kept. What comes from now on is worked by them. Steps: There are none. Make one."
        in kept
    )


@pytest.fixture
def of_several(chatwoot: ChatwootSandbox) -> Iterator[str]:
    """The address of a Chatwoot whose administrators are in two accounts."""
    chatwoot.state.others = [{"id": 2, "name": "Acme Labs"}]
    with serving(chatwoot.app) as url:
        yield url


@pytest.fixture
def house_with_address(lite_house: House) -> House:
    """A house that was told its address, so that Chatwoot can be told where to post."""
    lite_house.settings.model_fields_set.add("base_url")
    return lite_house


def test_of_several_accounts_one_is_chosen(
    house_with_address: House, admin: Browser, chatwoot: ChatwootSandbox, of_several: str
) -> None:
    token = chatwoot.make_token()
    page = admin.post("/connect/fake/chatwoot", url=of_several, token=token)
    assert "Which account?" in told(page)
    assert re.findall(r'name="account" value="(\d+)"', page) == ["2", "3"]
    assert "Acme Labs account 2" in told(page)
    assert token not in page
    draft = draft_in(page)

    page = admin.post("/connect/fake/account", draft=draft, account="3")
    assert "Your Fake CRM" in told(page)
    page = admin.post("/connect/fake/crm", draft=draft_in(page), token="t0ken")
    page = admin.post("/connect/fake/settings", draft=draft_in(page), do="on")

    assert told(page).startswith("It is on.")
    assert [one.account_id for one in every(house_with_address)] == [3]
    assert len(chatwoot.state.webhooks) == 1


@pytest.mark.parametrize("account", ["9", "", "three"])
def test_an_account_that_was_not_offered_is_not_taken(
    house_with_address: House, admin: Browser, chatwoot: ChatwootSandbox, of_several: str, account: str
) -> None:
    page = admin.post("/connect/fake/chatwoot", url=of_several, token=chatwoot.make_token())

    page = admin.post("/connect/fake/account", 400, draft=draft_in(page), account=account)

    assert "Which account of Chatwoot's is it? Go back and choose one." in told(page)
    assert every(house_with_address) == []


def test_a_refresh_token_that_is_good_once_is_enough_for_all_pages(lite_house: House, admin: Browser) -> None:
    oauth = OAuth()
    lite_house.plugins.found["oauth"] = load("oauth", oauth)
    draft = draft_in(admin.post("/connect/oauth/chatwoot", account="3"))
    address = "https://crm.example.com"
    page = admin.post("/connect/oauth/crm", draft=draft, api_url=address, refresh_token="given")
    assert "given+" not in page
    page = admin.post("/connect/oauth/settings", draft=draft_in(page))
    admin.post("/connect/oauth/settings", draft=draft_in(page), do="on")
    made = every(lite_house)[0].id

    assert "Sales" in admin.get(f"/connections/{made}/settings")
    admin.post(f"/connections/{made}/settings", team="sales")

    assert every(lite_house)[0].settings["team"] == "sales"
    assert oauth.used == ["given" + number * "+" for number in range(len(oauth.used))]


def test_each_mistake_is_said_where_it_is_made(lite_house: House, admin: Browser, crm: FakeCRM) -> None:
    assert "Which account" in admin.post("/connect/fake/chatwoot", 422, url="https://chat.example.com")
    assert "not the address" in admin.post("/connect/fake/chatwoot", 422, url="chat", account="3")
    assert "CRMHOST_BASE_URL" in admin.post("/connect/fake/chatwoot", 422, url="https://c.example", token="t")
    draft = draft_in(admin.post("/connect/fake/chatwoot", account="3"))
    assert "it is needed" in admin.post("/connect/fake/crm", 422, draft=draft)
    crm.troubles = [CredentialsError("The CRM refuses the token.", fix="Make another.")]
    page = told(admin.post("/connect/fake/crm", 422, draft=draft, token="t0ken"))
    assert "The CRM refuses the token. Make another." in page
    page = admin.post("/connect/fake/crm", draft=draft, token="t0ken")
    page = admin.post("/connect/fake/settings", 422, draft=draft_in(page), pipeline="many", do="on")
    assert "pipeline: it is a whole number." in told(page)

    assert every(lite_house) == []
    assert "No plugin named" in admin.get("/connect/nothing", 404)


def test_where_a_check_stops_the_list_says_what_passed_and_what_to_do(admin: Browser, crm: FakeCRM) -> None:
    draft = draft_in(admin.post("/connect/fake/chatwoot", account="3"))
    stopped = SettingsError("There is no team 7.", fix="Choose another.")
    stopped.report = (
        ReportLine("Token", "accepted"),
        ReportLine("Team", str(stopped), "failed", stopped.fix),
    )
    crm.troubles = [stopped]

    page = admin.post("/connect/fake/crm", 422, draft=draft, token="t0ken")

    assert "Not everything is as it should be." in told(page)
    assert "Failed: Team There is no team 7. Choose another." in told(page)
    assert re.findall(r'<li class="(\w+)"><strong>', page) == ["ok", "failed"]


def test_a_mistake_is_said_in_the_language_spoken(admin: Browser) -> None:
    draft = draft_in(admin.post("/connect/fake/chatwoot", account="3"))
    draft = draft_in(admin.post("/connect/fake/crm", draft=draft, token="t0ken"))
    admin.client.headers["Accept-Language"] = "pt-BR"

    page = told(admin.post("/connect/fake/settings", 422, draft=draft, pipeline="many", do="on"))

    assert "pipeline: é um número inteiro." in page


def test_a_draft_is_good_for_who_began_it_and_nothing_else(lite_house: House, admin: Browser) -> None:
    draft = draft_in(admin.post("/connect/fake/chatwoot", account="3"))
    add_user(lite_house, "tomas@example.com")
    other = admin.another()
    other.sign_in("tomas@example.com")

    for somebody, kept in ((other, draft), (admin, draft[:-4] + "AAAA"), (admin, "")):
        assert "is lost" in somebody.post("/connect/fake/crm", 400, draft=kept, token="t0ken")


def test_settings_are_checked_and_an_empty_secret_stays(
    lite_house: House, admin: Browser, crm: FakeCRM
) -> None:
    connected(lite_house)
    page = admin.get("/connections/1/settings")
    assert "t0ken" not in page
    assert "As found: 7" in page

    assert "The settings are kept" in admin.post("/connections/1/settings", token="", pipeline="9")
    assert every(lite_house)[0].given == {"token": "t0ken", "pipeline": 9}
    crm.troubles = [CredentialsError("No.", fix="Yes.")]
    assert "No." in admin.post("/connections/1/settings", 422, token="an0ther")
    assert every(lite_house)[0].given["token"] == "t0ken"

    assert "kept" in admin.post("/connections/1/settings", token="an0ther", pipeline="")
    assert every(lite_house)[0].given == {"token": "an0ther"}
    crm.troubles = [CredentialsError("Not now.")]
    assert "Not now." in admin.post("/connections/1/check", 422)


def test_removing_is_spelled_out_before_it_is_done(lite_house: House, admin: Browser) -> None:
    connected(lite_house)

    page = told(admin.get("/connections/1/remove"))
    assert "The CRM keeps all that was brought there" in page
    assert "The webhook stays in Chatwoot, and so does the card's tab, until you remove them there." in page
    assert len(every(lite_house)) == 1

    assert "is removed" in admin.post("/connections/1/remove")
    assert every(lite_house) == []


def test_what_goes_from_chatwoot_with_a_connection_is_what_was_said(
    lite_house: House, joined: CRMConnection, chatwoot: ChatwootSandbox, admin: Browser
) -> None:
    show_card(lite_house, joined)
    said = "The webhook in Chatwoot is removed, and the card's tab beside its conversations."

    assert said in told(admin.get(f"/connections/{joined.id}/remove"))
    page = told(admin.post(f"/connections/{joined.id}/remove"))

    assert "The connection is removed, and its webhook and card in Chatwoot with it." in page
    assert chatwoot.state.dashboard_apps == {}


def test_a_test_webhook_goes_the_way_of_chatwoots(lite_house: House) -> None:
    one = connected(lite_house)
    with receiving(lite_house) as app, serving(app) as address, closing(at(lite_house, address)) as house:
        assert knock(house, one) >= 0
        with pytest.raises(CRMHostError, match="does not fit"):
            knock(house, replace(one, webhook_secrets=("other",)))
        with pytest.raises(CRMHostError, match="secret is not known"):
            knock(house, replace(one, webhook_secrets=()))
    with closing(at(lite_house, "http://127.0.0.1:9")) as house, pytest.raises(CRMHostError, match="Nothing"):
        knock(house, one)


@pytest.fixture
def knocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have our own address take the test webhook."""
    monkeypatch.setattr("crmhost.admin.pages.changing.knock", lambda *_: 5)


@pytest.mark.usefixtures("knocked")
def test_a_test_webhook_says_what_it_did_not_prove(lite_house: House, admin: Browser) -> None:
    connected(lite_house)

    page = told(admin.post("/connections/1/test"))

    assert "was taken, in 5 milliseconds. It was signed with the secret kept here: only a webhook" in page


@pytest.mark.usefixtures("knocked")
def test_a_test_webhook_is_compared_with_chatwoots_own_where_it_can_be_asked(
    lite_house: House, joined: CRMConnection, chatwoot: ChatwootSandbox, admin: Browser
) -> None:
    api = lite_house.chatwoot_of(joined)
    test = f"/connections/{joined.id}/test"
    assert "Chatwoot has no webhook of this connection" in admin.post(test, 400).replace("&#39;", "'")
    webhook, _new = api.webhooks.register(lite_house.settings.base_url + joined.webhook_path)

    other = told(admin.post(test, 400))
    assert "Chatwoot's webhook has another secret than the one kept here." in other
    assert f"Mend it: crmhost set {joined.id} --chatwoot-token @file" in other

    add_webhook_secret(lite_house, joined.id, str(webhook.secret))
    assert "Chatwoot posts there too, with the secret that is kept here." in told(admin.post(test))

    chatwoot.state.tokens.clear()
    assert "Chatwoot could not be asked for its secret: Chatwoot refuses" in told(admin.post(test))


def at(house: House, address: str) -> House:
    """Return the house as if it were reached at this address."""
    return replace(house, settings=house.settings.model_copy(update={"base_url": address}))
