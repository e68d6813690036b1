"""Setting a connection up: what is found, and what each mistake is called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from crmhost import CredentialsError, NotYet, SettingsError, TryAgain
from crmhost.admin.heard import translated
from crmhost.admin.words import speaking

from ...house.words import knowing_plugins
from ..crm import Desk
from .conftest import Fresh


@pytest.fixture(params=[False, True], ids=["production", "debug"])
def any_mode(request: pytest.FixtureRequest, fresh: Fresh) -> Desk:
    """A Krayin with debugging off, and one with it on."""
    return fresh(debug=request.param)


def test_what_was_not_set_is_found(any_mode: Desk) -> None:
    found = dict(any_mode.setup().settings)

    del found["facts"]
    assert found == {
        "pipeline_id": 1,
        "stage_id": 1,
        "source_id": 2,
        "type_id": 1,
        "closed_stage_ids": [5, 6],
    }


def test_what_was_found_is_reported_by_name(any_mode: Desk) -> None:
    report = any_mode.setup().report

    assert {line.name: line.found for line in report} == {
        "Krayin": f"{any_mode.url}, 60 requests a minute",
        "Version": "Krayin 2.1 with REST package 2.1.1",
        "User": "Example <admin@example.com>, who sees all records",
        "Time zone": "Asia/Kolkata, by Krayin's clock (+05:30 in January, +05:30 in July). "
        "Set server_timezone to Krayin's APP_TIMEZONE if it is another with the same clock.",
        "Pipeline of new leads": "Default Pipeline (1)",
        "Stage of new leads": "New (1)",
        "Source of new leads": "Web (2)",
        "Type of new leads": "New Business (1)",
        "Reference attribute": "chatwoot_ref: made for persons, made for leads. "
        "To do without, set reference_attribute to nothing.",
        "Calls": "10 for this check",
    }


def test_what_is_reported_is_read_in_the_language_spoken(fresh: Fresh) -> None:
    named = {"Krayin", "Default Pipeline (1)", "New (1)", "Web (2)", "New Business (1)"}
    report = [*fresh().setup().report, *fresh(krayin="2.2").setup().report]

    with knowing_plugins(), speaking("es"):
        english = [text for line in report for text in (line.name, line.found) if translated(text) == text]

    assert set(english) <= named


def test_where_it_stops_it_says_what_passed_and_all_that_is_wrong(any_mode: Desk) -> None:
    with pytest.raises(SettingsError, match="Krayin has no stage nowhere") as wrong:
        any_mode.setup(stage_on_created="nowhere", attributes="person.plan=contact.plan")

    lines = {line.name: line for line in wrong.value.report}
    assert [lines[name].state for name in ("Krayin", "User", "Stage of new leads")] == ["ok"] * 3
    assert lines["Rules for stages"].state == lines["Attributes"].state == "failed"
    assert lines["Rules for stages"].fix == "Name a stage in stage_on_created by its code or number."
    assert {one.method for one in any_mode.sandbox.requests} == {"GET"}, "nothing is made"


@pytest.mark.parametrize(
    ("version", "first", "again"),
    [("2.1", 10, 8), ("2.2 with rest-api 2.1.1", 11, 9), ("2.2 with rest-api 2.2.0", 11, 9)],
)
def test_setting_up_takes_few_calls(fresh: Fresh, version: str, first: int, again: int) -> None:
    desk = fresh.of(version)

    desk.setup()
    at_first = len(desk.sandbox.requests)
    desk.setup()

    assert (at_first, len(desk.sandbox.requests) - at_first) == (first, again)


@pytest.mark.parametrize(
    "tail", ["/", "/admin", "/api", "/api/v1/", "/admin/dashboard?x=1#y", "/api/documentation"]
)
def test_an_address_copied_from_any_page_will_do(desk: Desk, tail: str) -> None:
    assert desk.setup(api_url=desk.url + tail).report[0].found.startswith(f"{desk.url},")


def test_a_wrong_token_is_called_that(any_mode: Desk) -> None:
    with pytest.raises(CredentialsError, match="refuses the API token") as refused:
        any_mode.setup(api_token="1|wrong")

    assert "token" in refused.value.fix
    assert "1|wrong" not in f"{refused.value} {refused.value.fix}"


def test_a_minute_whose_calls_are_used_up_is_not_called_a_wrong_token(fresh: Fresh) -> None:
    desk = fresh(debug=False)
    desk.sandbox.settings = replace(desk.sandbox.settings, rate_limit=1)
    token = {"Authorization": f"Bearer {desk.settings['api_token']}", "Accept": "application/json"}
    assert desk.pool.get(f"{desk.url}/api/v1/get", headers=token).status_code == 200

    with pytest.raises(CredentialsError, match="or has no calls left") as refused:
        desk.setup()

    assert refused.value.fix.startswith("Try again in a minute")


def test_a_token_that_a_login_deleted_is_called_wrong(any_mode: Desk) -> None:
    login = {"email": "admin@example.com", "password": "admin123", "device_name": "a laptop"}
    answer = any_mode.pool.post(
        f"{any_mode.url}/api/v1/login", json=login, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 200

    with pytest.raises(CredentialsError):
        any_mode.setup()


def test_a_krayin_without_its_rest_package_is_told_how_to_get_it(any_mode: Desk) -> None:
    any_mode.stage.app = NoPackage(any_mode.sandbox)

    with pytest.raises(SettingsError, match="There is no Krayin REST API at") as missing:
        any_mode.setup()

    assert "composer require krayin/rest-api" in missing.value.fix
    assert "php artisan krayin-rest-api:install" in missing.value.fix
    assert "SANCTUM_STATEFUL_DOMAINS" in missing.value.fix


class NoPackage:
    """A Krayin that knows no path below /api/v1."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "path": "/api/unknown"}, receive, send)


@pytest.mark.parametrize(
    ("app", "sentence"),
    [
        (HTMLResponse("<h1>Welcome to nginx!</h1>"), "is not Krayin (200"),
        (HTMLResponse("<h1>404 Not Found</h1>", 404), "is not Krayin (404"),
        (JSONResponse({"data": []}), "is not Krayin (200"),
        (JSONResponse(["anything"]), "is not Krayin (200"),
        (JSONResponse({"data": {"id": 1, "name": "Some other API"}}), "is not Krayin (200"),
        (
            RedirectResponse("https://crm.example.com/login?secret=1"),
            "elsewhere, to https://crm.example.com.",
        ),
    ],
)
def test_what_is_not_krayin_is_called_that(desk: Desk, app: ASGIApp, sentence: str) -> None:
    desk.stage.app = app

    with pytest.raises(SettingsError) as wrong:
        desk.setup()

    assert sentence in str(wrong.value)
    assert wrong.value.fix


def test_a_server_that_is_out_of_order_is_not_blamed_on_the_settings(desk: Desk) -> None:
    desk.stage.app = HTMLResponse("<h1>502 Bad Gateway</h1>", 502)

    with pytest.raises(TryAgain, match="out of order"):
        desk.setup()


def test_an_address_where_nothing_answers_is_called_that(desk: Desk) -> None:
    with pytest.raises(SettingsError, match="can't be reached: Nothing answers at http://127"):
        desk.setup(api_url="http://127.0.0.1:9")


def test_a_user_who_sees_only_some_records_is_refused(desk: Desk) -> None:
    desk.state.users[1]["view_permission"] = "individual"

    with pytest.raises(SettingsError, match="sees only some records") as refused:
        desk.setup()

    assert "Global" in refused.value.fix


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"pipeline_id": 7}, "Krayin has no pipeline 7; it has Default Pipeline (1)."),
        ({"stage_id": "99"}, "Krayin has no stage 99; it has New (1), Follow Up (2), Prospect (3)"),
        (
            {"pipeline_id": 1, "stage_id": 99},
            "no stage 99 in the pipeline Default Pipeline (1); it has New (1)",
        ),
        ({"source_id": 9}, "Krayin has no source 9; it has Email (1), Web (2)"),
        ({"closed_stage_ids": "5,99"}, "Krayin has no stage 99; it has New (1)"),
        ({"type_id": 9}, "Krayin has no type 9; it has New Business (1), Existing Business (2)."),
    ],
)
def test_a_setting_that_names_nothing_is_answered_with_what_there_is(
    desk: Desk, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SettingsError) as unknown:
        desk.setup(**given)

    assert sentence in str(unknown.value)
    assert next(reversed(given)) in unknown.value.fix


def test_what_was_set_is_kept(desk: Desk) -> None:
    found = desk.setup(stage_id="3", source_id="5", type_id="2").settings

    assert (found["pipeline_id"], found["stage_id"], found["source_id"], found["type_id"]) == (1, 3, 5, 2)


def test_stages_that_were_set_to_count_as_closed_are_kept(desk: Desk) -> None:
    assert desk.setup(closed_stage_ids="4,5").settings["closed_stage_ids"] == [4, 5]


def test_a_source_called_chatwoot_comes_before_web(desk: Desk) -> None:
    desk.state.tables["lead_sources"][5]["name"] = "Chatwoot"

    assert desk.setup().settings["source_id"] == 5


def test_setting_up_while_throttled_is_to_be_tried_again(any_mode: Desk) -> None:
    any_mode.sandbox.settings = replace(any_mode.sandbox.settings, rate_limit=4)

    with pytest.raises(NotYet) as throttled:
        any_mode.setup()

    assert 0 < (throttled.value.delay or 0) <= 60
    assert not any_mode.state.activities
