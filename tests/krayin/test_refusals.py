"""What becomes of a contact where Krayin refuses, is throttled, or answers oddly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from crmhost import CredentialsError, Rejected, SetUpAgain, TryAgain
from crmhost.testing import Stage

from .crm import JANE, Desk, contact
from .talks import desk_at


def test_a_customer_throttled_halfway_is_neither_lost_nor_made_twice(
    stage: Stage, url: str, pool: httpx.Client
) -> None:
    desk = desk_at(stage, url, pool, "2.1", rate_limit=1)

    with pytest.raises(TryAgain) as throttled:
        desk.contact(contact(**JANE))

    doubted = set(desk.store.intents)
    desk.sandbox.throttle.windows.clear()
    desk.sandbox.settings = replace(desk.sandbox.settings, rate_limit=60)
    desk.contact(contact(**JANE))

    assert 0 < (throttled.value.delay or 0) <= 60
    assert doubted == {("contact:5821", "person"), ("contact:5821", "lead")}
    assert len(desk.state.persons) == len(desk.state.leads) == 1


def test_a_token_that_was_deleted_is_a_matter_of_credentials(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A used-up minute gives the same 500, so a minute passes before the token is called wrong.

    Krayin 2.2 has no such minutes, so there it is a moment, in which a database may come back.
    """
    desk.state.tokens.clear()
    patience = 61.0 if desk.settings["facts"].limit else 10.0

    with pytest.raises(TryAgain) as first:
        desk.contact(contact(**JANE))
    assert (first.value.delay, first.value.unsure) == (patience, False)
    for name in ("pace.WINDOW", "transport.A_LITTLE"):
        monkeypatch.setattr(f"crmhost_krayin.clients.{name}", 0.0)

    with pytest.raises(CredentialsError):
        desk.contact(contact(**JANE))


def test_a_refusal_that_is_about_nobody_else_is_for_a_person_to_see(desk: Desk) -> None:
    """Chatwoot takes addresses that Krayin does not."""
    with pytest.raises(Rejected, match=r"person\.emails\.0\.value: .* valid email") as refused:
        desk.contact(contact(name="Eve", email="eve@@example"))

    assert refused.value.fix
    assert not desk.store.intents


def test_a_refusal_of_something_else_is_not_taken_for_a_double(desk: Desk) -> None:
    answer_each("POST", desk, {"message": "No.", "errors": {"lead_value": ["It is required."]}}, 422)

    with pytest.raises(Rejected, match="lead_value: It is required"):
        desk.contact(contact(**JANE))

    assert desk.calls == ["GET /contacts/persons/search", "POST /leads"]


def answer_each(method: str, desk: Desk, body: Any, status: int = 200) -> None:
    """Let Krayin answer each request of this method with this, and do nothing."""
    sandbox, answer = desk.stage.app, JSONResponse(body, status)

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        await (answer if scope["method"] == method else sandbox)(scope, receive, send)

    desk.stage.app = answering


def test_a_refused_change_that_is_about_nobody_else_is_for_a_person_to_see(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    answer_each("PUT", desk, {"message": "No.", "errors": {"job_title": ["It is odd."]}}, 422)

    with pytest.raises(Rejected, match="job_title: It is odd"):
        desk.contact(contact(**(JANE | {"name": "Jane Smith"})))

    assert desk.calls == ["GET /contacts/persons", "PUT /contacts/persons/1"]


def test_a_stage_that_was_deleted_has_the_settings_looked_at_again(desk: Desk) -> None:
    with pytest.raises(SetUpAgain, match=r"the stage that new leads are to have \(99\)") as wrong:
        desk.with_settings(stage_id=99).contact(contact(**JANE))

    assert "stage_id" in wrong.value.fix
    assert not desk.store.intents


@pytest.mark.parametrize(
    ("field", "setting"),
    [("lead_pipeline_stage_id", "stage_id"), ("lead_source_id", "source_id"), ("lead_type_id", "type_id")],
)
def test_a_refusal_of_what_the_settings_chose_has_them_looked_at_again(
    desk: Desk, field: str, setting: str
) -> None:
    answer_each("POST", desk, {"message": "No.", "errors": {field: ["It is invalid."]}}, 422)

    with pytest.raises(SetUpAgain) as wrong:
        desk.contact(contact(**JANE))

    assert setting in wrong.value.fix


def test_a_new_lead_that_came_without_its_person_is_looked_for_again(desk: Desk) -> None:
    answer_each("POST", desk, {"data": {"id": 7, "title": "Jane Doe", "person": None}})

    with pytest.raises(TryAgain, match="new lead 7 has no person") as strange:
        desk.contact(contact(**JANE))

    assert strange.value.unsure
    assert desk.store.intents
