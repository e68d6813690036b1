"""Which customers and conversations are brought to Krayin."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost_krayin.filters import unwanted, unwanted_conversation
from crmhost_krayin.settings import KrayinSettings

from .crm import Desk, contact, conversation
from .leading import JANE, brought, changed, talk

ANN = contact(5, name="Ann", email="ann@example.com", custom_attributes={"plan": "Pro ", "vip": True})
ANN.custom_attributes["topics"] = ["Coffee", "Tea"]
WITH_CITY = ANN.model_copy(update={"additional_attributes": {"city": "Brno", "plan": "free"}})


def settings(**fields: Any) -> KrayinSettings:
    return KrayinSettings(api_url="https://crm.example.com", api_token="1|x", **fields)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"plan": "pro"},
        {"city": "BRNO", "plan": "pro"},
        {"vip": "true"},
        {"vip": "yes"},
        {"nothing": ""},
        {"email": "Ann@example.com"},
        {"topics": "tea"},
    ],
)
def test_a_customer_with_the_right_attributes_is_wanted(wanted: dict[str, str]) -> None:
    assert unwanted(settings(only_attributes=wanted), WITH_CITY, None) == ""


def test_a_customer_without_them_is_told_why() -> None:
    why = unwanted(settings(only_attributes={"plan": "free"}), WITH_CITY, None)

    assert why == "Contact 5 has not the attribute plan=free."


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"only_inboxes": (7,)}, "Contact 5 waits for a conversation in inbox 7."),
        ({"only_inboxes": (7, 8, 9)}, "Contact 5 waits for a conversation in inbox 7, 8 or 9."),
        (
            {"only_labels": ("vip", "sales")},
            "Contact 5 waits for a conversation with the label vip or sales.",
        ),
    ],
)
def test_a_customer_alone_waits_for_a_conversation(chosen: dict[str, Any], why: str) -> None:
    assert unwanted(settings(**chosen), ANN, None) == why


def test_a_customers_own_label_will_do() -> None:
    ann = ANN.model_copy(update={"labels": ("VIP",)})
    chosen = settings(only_labels=("vip",))

    assert unwanted(chosen, ann, None) == unwanted(chosen, ann, conversation(1, ann)) == ""


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"inbox_id": 7, "labels": ["Vip"]}, ""),
        ({"inbox_id": 9, "labels": ["vip"]}, "Conversation 1 is in inbox 9, not in 7."),
        ({"inbox_id": 7, "labels": ["support"]}, "Conversation 1 has not the label vip."),
    ],
)
def test_a_conversation_needs_both_inbox_and_label(fields: dict[str, Any], why: str) -> None:
    chosen = settings(only_inboxes=(7,), only_labels=("vip",))

    assert unwanted_conversation(chosen, conversation(1, ANN, **fields)) == why


# In Krayin


def test_a_customer_comes_with_the_first_conversation_in_the_inbox(desk: Desk) -> None:
    desk = desk.with_settings(only_inboxes=(7,))

    waits = desk.contact(JANE)
    waited = desk.calls
    comes = brought(desk, talk(inbox_id=7))

    assert (waits.ignored, waited) == ("Contact 5821 waits for a conversation in inbox 7.", [])
    assert comes.state == "applied"
    assert len(desk.state.persons) == 1


def test_a_known_customer_stays_in_step_though_their_conversations_elsewhere_are_left(desk: Desk) -> None:
    desk.contact(JANE)
    chosen = desk.with_settings(only_inboxes=(7,))

    elsewhere = chosen.created(talk(inbox_id=9))
    took = chosen.calls
    chosen.contact(JANE.model_copy(update={"name": "Jane Smith"}))

    assert (elsewhere.state, took) == ("ignored", [])
    assert desk.state.persons[1]["name"] == "Jane Smith"


def test_a_conversation_that_is_noted_is_seen_through(desk: Desk) -> None:
    desk.contact(JANE)
    desk.created(talk(inbox_id=9))

    outcome = desk.with_settings(only_inboxes=(7,)).resolved(talk(inbox_id=9, status="resolved"))

    assert outcome.state == "applied"


def test_a_label_given_later_brings_customer_and_conversation(desk: Desk) -> None:
    desk = desk.with_settings(only_labels=("sales",))
    before = brought(desk, talk()), desk.created(talk()), changed(desk, talk(labels=["x"]), "labels")

    outcome = changed(desk, talk(labels=["sales"]), "labels")
    took = desk.calls
    changed(desk, talk(labels=["sales"]), "labels")

    assert {event.state for event in before} == {"ignored"}
    assert outcome.state == "applied"
    assert took == ["GET /contacts/persons/search", "POST /leads", "POST /activities"]
    assert desk.calls == []


def test_of_a_customer_with_the_label_chatwoot_is_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversation's webhook does not say which labels its customer has."""
    desk.contact(JANE)
    desk = desk.with_settings(only_labels=("vip",))

    class Asked:
        def contact(self, contact_id: int) -> Any:
            return JANE.model_copy(update={"labels": ("vip",)}) if contact_id == JANE.id else None

    monkeypatch.setattr("crmhost_krayin.desk.Desk.chatwoot", Asked())

    assert desk.created(talk()).state == "applied"
