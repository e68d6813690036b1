"""A plugin's stand-in, served for somebody to try things on."""

import asyncio
import shlex
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from crmhost import ForPeople
from crmhost.server import serving

from ..processes import running
from .conftest import Types
from .fake_crm import FakeCRM


@pytest.mark.parametrize("plugin", ["krayin", "leadsquared"])
def test_a_stand_in_says_how_to_connect_to_it_and_can_be_connected_to(
    types: Types, tmp_path: Path, plugin: str
) -> None:
    with running(tmp_path, ["crmhost", "stand-in", plugin], r"(crmhost connect .+)") as command:
        made = types(*shlex.split(command), "--json")

    assert made.status == 0, made.out
    assert [line["name"] for line in made.document["report"]][-1] == "Calls"


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HELD = {"leads": [{"id": "7", "title": "<b>Jane</b>"}, {"id": "8", "title": "João"}], "notes": []}


async def api(scope: Scope, receive: Receive, send: Send) -> None:
    """Have one address only, for programs."""
    there = scope["path"] == "/api/leads"
    answer = JSONResponse({"leads": 2}) if there else JSONResponse({"message": "Not Found."}, 404)
    await answer(scope, receive, send)


@pytest.fixture
def address() -> Iterator[str]:
    with serving(ForPeople(api, "Acme & Co", lambda: HELD)) as at:
        yield at


def test_a_person_who_follows_a_link_sees_what_would_be_there_and_what_is_held(address: str) -> None:
    answer = httpx.get(f"{address}/admin/leads/view/7", headers=BROWSER)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>A stand-in for Acme &amp; Co</h1>" in answer.text
    assert "<code>/admin/leads/view/7</code>" in answer.text
    assert "<tr aria-current=true><td>7</td><td>&lt;b&gt;Jane&lt;/b&gt;</td></tr>" in answer.text
    assert answer.text.count("aria-current=true") == 1
    assert "João" in answer.text


def test_programs_are_answered_by_the_stand_in_alone(address: str) -> None:
    for headers in ({}, {"Accept": "application/json"}, {"Accept": "*/*"}):
        answer = httpx.get(f"{address}/admin/leads/view/7", headers=headers)
        assert (answer.status_code, answer.json()) == (404, {"message": "Not Found."})
    assert httpx.post(f"{address}/admin/leads", headers=BROWSER).json() == {"message": "Not Found."}
    assert httpx.get(f"{address}/api/leads", headers=BROWSER).json() == {"leads": 2}


def test_who_is_elsewhere_is_not_shown_what_is_held() -> None:
    transport = httpx.ASGITransport(ForPeople(api, "Acme", lambda: HELD), client=("203.0.113.7", 4711))

    async def asked() -> str:
        async with httpx.AsyncClient(transport=transport, base_url="http://acme") as client:
            return (await client.get("/admin/leads/view/7", headers=BROWSER)).text

    page = asyncio.run(asked())

    assert "A stand-in for Acme" in page
    assert "Jane" not in page


@pytest.mark.parametrize(
    ("command", "path", "name"),
    [
        (["crmhost", "stand-in", "leadsquared"], "/", "LeadSquared"),
        (["crmhost-krayin", "sandbox", "--port", "0"], "/admin/leads/view/1", "Krayin 2.1"),
        (
            ["crmhost", "chatwoot-sandbox", "--port", "0", "--contacts", "1"],
            "/app/accounts/3/contacts/5821",
            "Chatwoot",
        ),
    ],
)
def test_each_stand_in_has_a_page_for_people(
    tmp_path: Path, command: list[str], path: str, name: str
) -> None:
    with running(tmp_path, command, r"(http://127[\d.]+:\d+)") as at:
        page = httpx.get(f"{at}{path}", headers=BROWSER).text

    assert f"A stand-in for {name}" in page
    assert ("aria-current=true" in page) == (name == "Chatwoot"), "where there is such a one"


@pytest.mark.parametrize(
    ("plugin", "sentence"),
    [("salesforce", "No plugin named 'salesforce'"), ("fake", "The plugin fake brings no stand-in")],
)
def test_what_has_no_stand_in_is_one_sentence(
    types: Types, monkeypatch: pytest.MonkeyPatch, crm: FakeCRM, plugin: str, sentence: str
) -> None:
    monkeypatch.setattr("crmhost.plugins.discover", crm.plugins)

    ran = types("crmhost", "stand-in", plugin)

    assert (ran.status, ran.err.startswith(f"Error: {sentence}")) == (1, True)
