"""The clients ask as a real LeadSquared was asked, and understand what it answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crmhost import PluginError, Rejected, SettingsError, TryAgain
from crmhost_leadsquared_reference.clients.activities import Activities
from crmhost_leadsquared_reference.clients.errors import Duplicate, Failed, LeadGone
from crmhost_leadsquared_reference.clients.leads import Leads
from crmhost_leadsquared_reference.clients.transport import Transport
from crmhost_leadsquared_reference.clients.users import Users

from .payloads import Tape, asked_in, payload, transport

LEAD_ID = "8e0f69ae-e2ac-40fc-a0cf-827326181c8a"
JANE = {
    "FirstName": "Jane",
    "LastName": "Doe",
    "EmailAddress": "jane.doe@example.com",
    "Mobile": "+44-7700900123",
    "Source": "Chatwoot",
}
Ask = Callable[[Transport], Any]
ASKED: dict[str, tuple[Ask, Any]] = {
    "user_by_access_key": (
        lambda way: Users(way).current()["LSQCommonServiceURLs"]["api"],
        "api-in21.leadsquared.com",
    ),
    "quick_search": (
        lambda way: [row["ProspectID"] for row in Leads(way).search("jane.doe@example.com")],
        [LEAD_ID],
    ),
    "create_or_update": (lambda way: Leads(way).create_or_update(JANE), LEAD_ID),
    "update": (lambda way: Leads(way).update(LEAD_ID, {"FirstName": "Jane"}), None),
    "activity_types": (
        lambda way: Activities(way).types(),
        {"Chatwoot Conversation Started": 1001, "Chatwoot Conversation Transcript": 1002},
    ),
    "activity_type_create": (
        lambda way: Activities(way).make_type("Chatwoot Conversation Transcript", 0),
        1002,
    ),
    "post_activity": (
        lambda way: Activities(way).post(LEAD_ID, 1001, "note text"),
        "e85e72ee-0000-0000-0000-000000000000",
    ),
}
REFUSED: list[tuple[str, str, type[PluginError]]] = [
    ("create_or_update", "duplicate", Duplicate),
    ("update", "stale", LeadGone),
    ("activity_type_create", "error", Rejected),
    ("post_activity", "error", Failed),
]


@pytest.mark.parametrize("name", ASKED)
def test_a_client_asks_and_understands_as_recorded(name: str) -> None:
    recorded = payload(name)
    tape = Tape(recorded["response"])
    ask, understood = ASKED[name]

    assert ask(transport(tape)) == understood
    assert tape.asked == asked_in(recorded)


@pytest.mark.parametrize(("name", "part", "error"), REFUSED)
def test_an_envelope_is_an_error_whatever_its_status(name: str, part: str, error: type[PluginError]) -> None:
    with pytest.raises(error) as refused:
        ASKED[name][0](transport(Tape(payload(name)[part])))

    assert type(refused.value) is error
    assert payload(name)[part]["body"]["ExceptionMessage"] in str(refused.value)
    assert not refused.value.unsure


def test_nothing_found_is_no_error() -> None:
    assert Leads(transport(Tape(payload("quick_search")["none"]))).search("nobody@example.com") == []


def test_a_search_by_phone_names_what_it_searches_by() -> None:
    recorded = payload("create_or_update")
    tape = Tape(recorded["response"])

    Leads(transport(tape)).create_or_update({"Mobile": "+44-7700900123"}, search_by="Phone")

    assert tape.asked["body"][-1] == recorded["retry_body_adds"]


@pytest.mark.parametrize("body", [{"Status": "Success"}, {"Message": {"AffectedRows": 1}}, ["odd"]])
def test_an_answer_that_names_no_id_leaves_doubt(body: Any) -> None:
    with pytest.raises(TryAgain) as odd:
        Activities(transport(Tape({"status": 200, "body": body}))).post(LEAD_ID, 1001, "note text")

    assert odd.value.unsure


def test_an_answer_that_should_be_a_list_and_is_none_says_nothing() -> None:
    with pytest.raises(TryAgain, match="no list"):
        Leads(transport(Tape({"status": 200, "body": {}}))).search("jane.doe@example.com")


@pytest.mark.parametrize("body", [{}, [], {"LSQCommonServiceURLs": {"app": "in21.leadsquared.com"}}])
def test_what_is_not_leadsquared_is_told_from_it(body: Any) -> None:
    with pytest.raises(SettingsError, match="is not LeadSquared"):
        Users(transport(Tape({"status": 200, "body": body}))).current()
