"""Setup: what it finds, what it makes, and what it says where something is wrong."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.responses import HTMLResponse, JSONResponse

from crmhost import CredentialsError, CRMHostError, SettingsError, TryAgain
from crmhost.admin.heard import translated
from crmhost.admin.words import speaking
from crmhost.testing import Stage
from crmhost_leadsquared_reference import LeadSquaredSettings
from crmhost_leadsquared_reference.settings import Facts

from ..house.words import knowing_plugins
from .crm import URL, Chatwoot, Connection
from .payloads import payload

STARTED, TRANSCRIPT = "Chatwoot Conversation Started", "Chatwoot Conversation Transcript"


def test_it_finds_the_accounts_address_zone_and_types(connection: Connection) -> None:
    assert connection.settings.facts == Facts(
        api_url=f"{URL}/v2",
        organization="22824",
        timezone="Asia/Kolkata",
        conversation_code=1001,
        transcript_code=1002,
    )


def test_it_tells_a_person_what_it_looked_at(connection: Connection) -> None:
    assert connection.report == {
        "LeadSquared": "account 22824 at leadsquared.test",
        "User": "Example, Administrator",
        "Time zone": "Asia/Kolkata",
        f"Activity «{STARTED}»": "code 1001, made with score 0",
        f"Activity «{TRANSCRIPT}»": "code 1002, made with score 0",
        "Transcripts": ("They hold the last message only. They need --chatwoot-url and --chatwoot-token."),
        "Calls": "4 for this check",
    }


def test_what_it_looked_at_is_read_in_the_language_spoken(connection: Connection) -> None:
    with knowing_plugins(), speaking("es"):
        told = {translated(name): translated(said) for name, said in connection.report.items()}

    assert told == {
        "LeadSquared": "cuenta 22824 en leadsquared.test",
        "Usuario": "Example, Administrator",
        "Zona horaria": "Asia/Kolkata",
        f"Actividad «{STARTED}»": "código 1001, creado con puntuación 0",
        f"Actividad «{TRANSCRIPT}»": "código 1002, creado con puntuación 0",
        "Transcripciones": "Solo contienen el último mensaje. Necesitan --chatwoot-url y --chatwoot-token.",
        "Llamadas": "4 para esta comprobación",
    }


def test_with_chatwoots_token_nothing_is_missing(connection: Connection) -> None:
    connection.chatwoot = Chatwoot()

    connection.set_up(mirror_ids=True)

    assert not connection.report.keys() & {"Transcripts", "Ids in Chatwoot"}


def test_ids_are_not_kept_in_a_chatwoot_that_cannot_be_asked(connection: Connection) -> None:
    connection.set_up(mirror_ids=True)

    assert "--chatwoot-token" in connection.report["Ids in Chatwoot"]


def test_types_that_are_there_are_found_by_their_names(connection: Connection) -> None:
    connection.sandbox.requests.clear()

    connection.set_up(conversation_activity_score=5)

    assert connection.report[f"Activity «{STARTED}»"] == "code 1001, found"
    assert connection.sandbox.requests == ["GET UserByAccessKey.Get", "GET ActivityTypes.Get"]


def test_types_are_made_with_their_scores_and_for_another_brand(connection: Connection) -> None:
    connection.set_up(brand="Acme", conversation_activity_score=5, transcript_activity_score=-2)

    made = list(connection.account.types.values())[2:]
    assert made == [
        {"ActivityEventName": "Acme Conversation Started", "Score": 5},
        {"ActivityEventName": "Acme Conversation Transcript", "Score": -2},
    ]


def test_a_type_that_nobody_wants_is_not_made(client: httpx.Client, stage: Stage) -> None:
    connection = Connection(client, stage, enable_transcript_activity=False)

    assert [one["ActivityEventName"] for one in connection.account.types.values()] == [STARTED]
    assert connection.settings.facts.transcript_code is None


def test_a_check_makes_nothing(connection: Connection) -> None:
    del connection.account.types[1002]
    connection.sandbox.requests.clear()

    connection.set_up(read_only=True)

    assert "is not there" in connection.report[f"Activity «{TRANSCRIPT}»"]
    assert {request.partition(" ")[0] for request in connection.sandbox.requests} == {"GET"}


def test_the_account_is_asked_where_leadsquared_says_it_is(connection: Connection) -> None:
    """Any of LeadSquared's hosts knows the keys; the leads are on one of them."""
    user = payload("user_by_access_key")["response"]["body"]
    connection.sandbox.account.types.clear()
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.copy_with(query=None))
        body = user if "UserByAccessKey" in request.url.path else []
        made = {"Status": "Success", "Message": {"Id": 1001}}
        return httpx.Response(200, json=made if request.method == "POST" else body)

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        connection = Connection(client, connection.stage, api_url="https://api.leadsquared.com/")

    assert connection.settings.facts.api_url == "https://api-in21.leadsquared.com/v2"
    assert [f"{url.scheme}://{url.host}" for url in asked] == [
        "https://api.leadsquared.com",
        *["https://api-in21.leadsquared.com"] * 3,
    ]


def test_a_zone_that_nobody_knows_is_utc(connection: Connection) -> None:
    user = payload("user_by_access_key")["response"]["body"] | {"TimeZone": "India Standard Time"}
    types = [{"ActivityEventName": name, "ActivityEvent": 1} for name in (STARTED, TRANSCRIPT)]

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=user if "UserByAccessKey" in request.url.path else types)

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        connection = Connection(client, connection.stage)

    assert connection.settings.facts.timezone == "UTC"
    assert connection.report["Time zone"] == "UTC, since nobody knows India Standard Time"


def test_where_it_stops_it_says_what_passed(connection: Connection) -> None:
    user = payload("user_by_access_key")["response"]["body"]

    def answer(request: httpx.Request) -> httpx.Response:
        return (
            httpx.Response(200, json=user) if "UserByAccessKey" in request.url.path else httpx.Response(403)
        )

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as client,
        pytest.raises(CRMHostError) as stopped,
    ):
        Connection(client, connection.stage)

    lines = stopped.value.report
    assert [(line.name, line.state) for line in lines][-1] == ("Types of activities", "failed")
    assert [line.state for line in lines if line.name in {"LeadSquared", "User"}] == ["ok", "ok"]


@pytest.mark.parametrize("key", ["access_key", "secret_key"])
def test_wrong_keys_are_told(connection: Connection, key: str) -> None:
    changed: dict[str, Any] = {key: "wrong"}

    with pytest.raises(CredentialsError, match="refuses the keys") as refused:
        connection.set_up(**changed)

    assert "wrong" not in str(refused.value)
    assert "both keys" in refused.value.fix


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (JSONResponse({"message": "Hello"}), SettingsError, "is not LeadSquared"),
        (HTMLResponse("<h1>Log in</h1>"), TryAgain, "is a page with status 200"),
        (HTMLResponse("<h1>Not here</h1>", 404), TryAgain, "is not there"),
        (HTMLResponse("", 302, {"location": "https://example.com"}), TryAgain, "status 302"),
    ],
)
def test_what_answers_and_is_not_leadsquared_is_told(
    connection: Connection, answer: HTMLResponse, error: type[Exception], sentence: str
) -> None:
    connection.stage.app = answer

    with pytest.raises(error, match=sentence) as wrong:
        connection.set_up()

    assert "api_url" in getattr(wrong.value, "fix", "")


def test_what_is_no_address_is_told(connection: Connection) -> None:
    with pytest.raises(SettingsError, match="is not an address"):
        connection.set_up(api_url="api.leadsquared.com")


@pytest.mark.parametrize("key", ["", "two words", "kéy", "key\n"])
def test_what_cannot_be_a_key_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="one line of letters"):
        LeadSquaredSettings(access_key=key, secret_key="s")


def test_the_keys_are_not_shown(connection: Connection) -> None:
    ((access_key, secret_key),) = connection.sandbox.keys.items()

    assert access_key not in repr(connection.settings)
    assert secret_key not in repr(connection.settings)


def test_attributes_are_json_on_the_command_line_and_stay_so_when_they_are_kept() -> None:
    keys = {"access_key": "a", "secret_key": "s"}
    typed = LeadSquaredSettings.model_validate({**keys, "attributes": '{"Company": "company_name"}'})

    kept = typed.model_dump(mode="json")["attributes"]

    assert kept == {"Company": "company_name"}
    assert LeadSquaredSettings.model_validate({**keys, "attributes": kept}) == typed.model_copy()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("Company", "each has a ="), ("{Company", "it is no JSON"), ('{"Company": 1}', "string")],
)
def test_attributes_that_cannot_be_read_are_refused(typed: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        LeadSquaredSettings.model_validate({"access_key": "a", "secret_key": "s", "attributes": typed})


def test_facts_of_a_newer_plugin_are_no_mistake() -> None:
    assert Facts.model_validate({"timezone": "UTC", "new": 1}) == Facts()
