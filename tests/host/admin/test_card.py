"""The card beside a conversation: who may frame it, who is let in, whom it shows, what may be done there."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from crmhost import (
    Card,
    CardAction,
    CardEvent,
    CardRecord,
    Change,
    Contact,
    Context,
    Conversation,
    Outcome,
    Rejected,
    TryAgain,
    hookimpl,
)
from crmhost.beside import Seat, Unknown, act, seat
from crmhost.chatwoot import Access
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.connect import card_url, hide_card, show_card
from crmhost.context import Link
from crmhost.house import House
from crmhost.locks import lock_name
from crmhost.plugins import Plugin, load
from crmhost.store import contacts, links
from crmhost.store.connections import CRMConnection
from crmhost.store.contacts import Face

from ..conftest import connected
from ..fake_crm import FakeCRM, Hooks
from .conftest import SAME, Browser, add_user

CHATWOOT = "https://chat.example.com"
ABOUT = {"account": "3", "contact": "5821", "conversation": ""}


@dataclass
class CardCRM(FakeCRM):
    """A CRM whose plugin has a card."""

    trouble: Exception | None = None
    done: list[str] = field(default_factory=list)

    def plugin(self) -> Plugin:
        return load("fake", CardHooks(self), "crmhost-fake", "1.0")


class CardHooks(Hooks):
    def __init__(self, crm: CardCRM) -> None:
        super().__init__(crm)
        self.crm = crm

    @hookimpl
    def card(self, context: Context[Any], contact_id: int) -> Card:
        if self.crm.trouble:
            raise self.crm.trouble
        link = context.links.get(f"contact:{contact_id}", "customer")
        record = CardRecord("customer", link.remote_id if link else "?", "Jane <Doe>", (("Value", 1200.5),))
        return Card((record,), (CardEvent("5% <off>", None, "Called"),), (CardAction("call", "Call back"),))

    @hookimpl
    def act_on_card(
        self,
        context: Context[Any],
        contact: Contact,
        conversation: Conversation | None,
        action: str,
        value: str,
    ) -> Outcome:
        self.crm.done.append(f"{action} {value} {contact.name} {conversation and conversation.id}")
        if action != "call":
            raise Rejected("No such action.", fix="Open the card again.")
        with context.links.creating(f"contact:{contact.id}", "note"):
            context.links.set(f"contact:{contact.id}", "note", 9)
        return Outcome((Change("note", "created", "9", "They are called."),))


@pytest.fixture
def crm() -> CardCRM:
    return CardCRM()


@pytest.fixture
def one(lite_house: House) -> CRMConnection:
    made = connected(lite_house, chatwoot=Access(CHATWOOT))
    with lite_house.store.write() as tx:
        contacts.note(tx, [Face(made.id, 5821, "Jane Doe", "jane.doe@example.com", None)], time.time())
        links.save(tx, made.id, {("contact:5821", "customer"): Link("1")}, time.time())
    return made


@pytest.fixture
def agent(lite_house: House, stranger: Browser, one: CRMConnection) -> Frame:
    assert one.id == 1
    add_user(lite_house, "sam@example.com", "agent")
    return Frame(stranger).sign_in("sam@example.com")


@dataclass
class Frame:
    """The card's script: no cookies, a token in a header."""

    browser: Browser
    token: str = ""

    def post(self, what: str, **fields: str) -> str:
        headers = SAME | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        answer = self.browser.client.post(f"/card/1/{what}", data=ABOUT | fields, headers=headers)
        assert "set-cookie" not in answer.headers
        return answer.text

    def sign_in(self, email: str) -> Frame:
        said = self.post("sign-in", email=email, password="three plain words")
        self.token = said.partition('data-token="')[2].partition('"')[0]
        assert self.token
        return self


def test_only_the_connections_own_chatwoot_may_frame_it(stranger: Browser, one: CRMConnection) -> None:
    answer = stranger.client.get(f"/card/{one.id}")

    assert f"frame-ancestors {CHATWOOT}" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    assert f'data-chatwoot="{CHATWOOT}"' in answer.text
    assert "frame-ancestors 'none'" in stranger.client.get("/sign-in").headers["content-security-policy"]


def test_where_chatwoots_address_is_not_known_nobody_may(lite_house: House, stranger: Browser) -> None:
    made = connected(lite_house)

    answer = stranger.client.get(f"/card/{made.id}")

    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "address is not known" in answer.text


@pytest.mark.usefixtures("one")
def test_who_is_not_signed_in_sees_nobody(stranger: Browser) -> None:
    page = Frame(stranger).post("show")

    assert "Password" in page
    assert "Jane" not in page


def test_an_agent_sees_the_customer_and_nothing_else(agent: Frame) -> None:
    page = agent.post("show")

    assert "5% &lt;off&gt;" in page
    assert "Jane &lt;Doe&gt;" in page
    assert "1,200" in page
    assert "Call back" in page
    assert "/connections/" not in page
    agent.browser.sign_in("sam@example.com")
    page = agent.browser.get("/deliveries")
    assert "card beside each conversation" in page
    assert agent.browser.client.post("/connections/1/pause", headers=SAME).status_code == 403


def test_a_cards_token_is_no_cookie(agent: Frame) -> None:
    agent.browser.client.cookies.set("crmhost_session", agent.token)

    assert "Password" in agent.browser.get("/")


def test_another_sites_form_is_refused(agent: Frame) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Authorization": f"Bearer {agent.token}"}
    assert agent.browser.client.post("/card/1/show", data=ABOUT, headers=headers).status_code == 403


@pytest.mark.usefixtures("one")
def test_a_viewer_sees_it_masked_and_may_do_nothing(lite_house: House, stranger: Browser) -> None:
    add_user(lite_house, "tomas@example.com", "viewer")
    frame = Frame(stranger).sign_in("tomas@example.com")

    page = frame.post("show")

    assert "Jane" not in page
    assert "Call back" not in page
    assert "A viewer changes nothing" in frame.post("do", action="call")


def test_what_an_agent_does_is_kept_as_of_a_delivery(lite_house: House, agent: Frame, crm: CardCRM) -> None:
    page = agent.post("do", action="call")

    assert "It is done." in page
    assert crm.done == ["call  Jane Doe None"]
    with lite_house.store.read() as tx:
        kept = links.load(tx, 1, ["contact:5821"])
        assert kept["contact:5821", "note"].remote_id == "9"
        assert links.open_intents(tx, 1, ["contact:5821"]) == {}


def test_a_refusal_is_told_on_the_card(agent: Frame) -> None:
    page = agent.post("do", action="sell")

    assert "No such action." in page
    assert "Open the card again." in page
    assert "Jane &lt;Doe&gt;" in page


def test_while_a_worker_has_the_customer_nothing_is_done(
    lite_house: House, one: CRMConnection, crm: CardCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.beside.PATIENCE", 0.01)

    with lite_house.redis.lock(lock_name((one.id, 5821))), pytest.raises(TryAgain, match="just now"):
        act(lite_house, one, Seat(5821, None), "call", "")

    assert crm.done == []


def test_where_the_crm_is_away_our_own_story_is_shown(agent: Frame, crm: CardCRM) -> None:
    crm.trouble = TryAgain("The CRM is away.")

    page = agent.post("show")

    assert "The CRM is away." in page
    assert "Customer 1" in page


def test_a_plugin_without_a_card_shows_our_own_story(lite_house: House, agent: Frame) -> None:
    lite_house.plugins.found["fake"] = FakeCRM().plugin()

    page = agent.post("show")

    assert "Customer 1" in page
    assert "Call back" not in page


@pytest.mark.parametrize(
    "about",
    [
        {"account": "4"},
        {"contact": "77"},
        {"contact": "", "account": ""},
        {"contact": "1 OR 1"},
        {"conversation": "731"},
    ],
)
def test_what_the_page_around_says_is_not_believed(agent: Frame, about: dict[str, str]) -> None:
    page = agent.post("show", **about)

    assert 'role="alert"' in page
    assert "Jane" not in page


def test_chatwoot_itself_is_asked_whose_conversation_it_is(
    lite_house: House, joined: CRMConnection, chatwoot: ChatwootSandbox, crm: CardCRM
) -> None:
    jane = chatwoot.contacts.create(name="Jane Doe", email="jane.doe@example.com")
    other = chatwoot.contacts.create(name="Kim", email="kim@example.com")
    talk = chatwoot.conversations.open(jane.id, "Hello?")

    at = seat(lite_house, joined, "3", str(jane.id), str(talk.id))
    act(lite_house, joined, at, "call", "")
    with pytest.raises(Unknown):
        seat(lite_house, joined, "3", str(other.id), str(talk.id))

    assert crm.done == [f"call  Jane Doe {talk.id}"]


def test_the_tab_is_made_mended_and_removed_in_chatwoot(
    lite_house: House, joined: CRMConnection, chatwoot: ChatwootSandbox
) -> None:
    apps = chatwoot.state.dashboard_apps
    old = {"type": "frame", "url": f"https://old.example.com/card/{joined.id}"}
    apps[1] = {"id": 1, "title": "CRM", "content": [old]}

    show_card(lite_house, joined)
    show_card(lite_house, joined)

    assert [app["content"] for app in apps.values()] == [
        [{"type": "frame", "url": card_url(lite_house, joined)}]
    ]
    hide_card(lite_house, joined)
    assert apps == {}
