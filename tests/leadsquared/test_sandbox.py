"""The sandbox answers as the real LeadSquared did that the payloads in tests/data are of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from crmhost.testing import asking
from crmhost_leadsquared_reference.sandbox import LeadSquaredSandbox

from .payloads import payload

LEAD_ID = payload("quick_search")["response"]["body"][0]["ProspectID"]
TYPES = [row["ActivityEventName"] for row in payload("activity_types")["response"]["body"]]


@pytest.fixture
def sandbox() -> LeadSquaredSandbox:
    made = LeadSquaredSandbox()
    made.keys["EXAMPLE"] = "EXAMPLE"
    return made


@pytest.fixture
def client(sandbox: LeadSquaredSandbox) -> Iterator[httpx.Client]:
    with asking(sandbox) as made:
        yield made


def ask(client: httpx.Client, name: str, **changed: Any) -> httpx.Response:
    """Ask what a payload asks, with parts of it changed."""
    request = payload(name)["request"] | changed
    url = request.get("url") or f"https://api-in21.leadsquared.com/v2/{request['path']}"
    return client.request(request["method"], url, headers=request["headers"], json=request.get("body"))


def is_as(answer: httpx.Response, name: str, part: str = "response", **changed: Any) -> bool:
    """Whether an answer is the one of a payload; ``changed`` are parts of its message."""
    recorded = payload(name)[part]
    body = recorded["body"]
    if changed:
        body = {**body, "Message": {**body["Message"], **changed}}
    return (answer.status_code, answer.json()) == (recorded["status"], body)


def test_it_says_whose_the_keys_are(client: httpx.Client) -> None:
    recorded = payload("user_by_access_key")["response"]["body"]

    told = ask(client, "user_by_access_key").json()

    host = {"api": "api.leadsquared.com", "app": "api.leadsquared.com"}
    assert told == {**recorded, "LSQCommonServiceURLs": host}


def test_it_finds_leads(client: httpx.Client, sandbox: LeadSquaredSandbox) -> None:
    nobody = ask(client, "quick_search")
    wanted = {pair["Attribute"]: pair["Value"] for pair in payload("create_or_update")["request"]["body"]}
    sandbox.account.leads[LEAD_ID] = wanted

    assert is_as(nobody, "quick_search", "none")
    assert is_as(ask(client, "quick_search"), "quick_search")


def test_it_makes_a_lead_once(client: httpx.Client, sandbox: LeadSquaredSandbox) -> None:
    answers = [ask(client, "create_or_update") for _ in range(2)]

    (made,) = sandbox.account.leads
    assert all(is_as(answer, "create_or_update", Id=made) for answer in answers)


def test_it_refuses_a_second_lead_with_a_phone_but_finds_the_first_by_it(
    client: httpx.Client, sandbox: LeadSquaredSandbox
) -> None:
    sandbox.account.leads[LEAD_ID] = {"Mobile": "+44-7700900123"}
    recorded = payload("create_or_update")
    by_phone = [*recorded["request"]["body"], recorded["retry_body_adds"]]

    assert is_as(ask(client, "create_or_update"), "create_or_update", "duplicate")
    assert is_as(ask(client, "create_or_update", body=by_phone), "create_or_update", Id=LEAD_ID)
    assert list(sandbox.account.leads) == [LEAD_ID]


def test_it_changes_a_lead_that_is_there(client: httpx.Client, sandbox: LeadSquaredSandbox) -> None:
    gone = ask(client, "update")
    sandbox.account.leads[LEAD_ID] = {"EmailAddress": "jane.doe@example.com"}

    assert is_as(gone, "update", "stale")
    assert is_as(ask(client, "update"), "update")
    assert sandbox.account.leads[LEAD_ID]["FirstName"] == "Jane"


def test_it_makes_types_of_activities(client: httpx.Client) -> None:
    first, second = TYPES
    body = payload("activity_type_create")["request"]["body"]
    ask(client, "activity_type_create", body=body | {"ActivityEventName": first})

    assert body["ActivityEventName"] == second
    assert is_as(ask(client, "activity_type_create"), "activity_type_create")
    assert is_as(ask(client, "activity_type_create"), "activity_type_create", "error")
    assert is_as(ask(client, "activity_types"), "activity_types")


def test_it_keeps_activities(client: httpx.Client, sandbox: LeadSquaredSandbox) -> None:
    orphan = ask(client, "post_activity")
    sandbox.account.leads[LEAD_ID] = {}
    untyped = ask(client, "post_activity")
    sandbox.account.make_type({"ActivityEventName": TYPES[0]})

    made = ask(client, "post_activity")

    assert is_as(orphan, "update", "stale")
    assert is_as(untyped, "post_activity", "error")
    assert is_as(made, "post_activity", Id=sandbox.account.activities[0]["Id"])


def test_it_wants_a_lead_to_be_named(client: httpx.Client) -> None:
    answer = ask(client, "update", path="LeadManagement.svc/Lead.Update")

    assert (answer.status_code, answer.json()) == (500, payload("errors")["envelope"])


@pytest.mark.parametrize(
    ("status", "changed"),
    [
        (400, {"body": {"FirstName": "Jane"}}),
        (401, {"headers": {"x-LSQ-AccessKey": "EXAMPLE", "x-LSQ-SecretKey": "WRONG"}}),
        (404, {"path": "LeadManagement.svc/Lead.Updat"}),
    ],
)
def test_it_turns_away_what_is_wrong(client: httpx.Client, status: int, changed: dict[str, Any]) -> None:
    assert str(status) in payload("errors")["statuses"]
    assert ask(client, "update", **changed).status_code == status


def test_it_counts_calls_for_five_seconds() -> None:
    now = [0.0]
    sandbox = LeadSquaredSandbox(calls=25, clock=lambda: now[0])
    sandbox.keys["EXAMPLE"] = "EXAMPLE"
    with asking(sandbox) as client:
        answers = [ask(client, "activity_types") for _ in range(26)]
        now[0] = 5.0
        again = ask(client, "activity_types")

    assert [answer.status_code for answer in answers] == [200] * 25 + [429]
    assert answers[-1].text == payload("errors")["statuses"]["429"]
    assert again.status_code == 200
