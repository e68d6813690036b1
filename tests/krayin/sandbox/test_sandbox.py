"""What the sandbox is by itself: fresh, apart from others, and unimpressed by odd input."""

from typing import Any

import pytest

from crmhost_krayin.sandbox import KrayinSandbox

from .asking import PERSONS, Asker


def test_it_starts_as_a_freshly_seeded_krayin() -> None:
    asker = Asker()
    (pipeline,) = asker.get("/api/v1/settings/pipelines")
    assert pipeline["name"] == "Default Pipeline"
    stages = [(stage["id"], stage["code"]) for stage in pipeline["stages"]]
    codes = ("new", "follow-up", "prospect", "negotiation", "won", "lost")
    assert stages == list(enumerate(codes, 1))
    sources = asker.get("/api/v1/settings/sources")
    assert [(row["id"], row["name"]) for row in sources[::-1]] == list(
        enumerate(("Email", "Web", "Web Form", "Phone", "Direct"), 1)
    )
    types = asker.get("/api/v1/settings/types")
    assert [(row["id"], row["name"]) for row in types] == [(2, "Existing Business"), (1, "New Business")]
    (user,) = asker.get("/api/v1/settings/users")
    assert (user["id"], user["email"], user["view_permission"]) == (1, "admin@example.com", "global")
    for nothing in ("contacts/persons", "contacts/organizations", "leads", "activities"):
        assert asker.get(f"/api/v1/{nothing}") == []


def test_two_sandboxes_share_nothing() -> None:
    one, other = Asker(), Asker()
    one.add_person()
    assert len(one.sandbox.state.persons) == 1
    assert other.get(PERSONS) == []
    assert other.ask("GET", PERSONS, authorization=f"Bearer {one.token}").status_code == 500


def test_what_was_asked_is_listed_with_its_status() -> None:
    asker = Asker()
    asker.ask("GET", f"{PERSONS}?limit=2")
    asker.ask("GET", f"{PERSONS}/9")
    seen = [(one.method, one.path, one.status) for one in asker.sandbox.requests]
    assert seen == [("GET", f"{PERSONS}?limit=2", 200), ("GET", f"{PERSONS}/9", 500)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"krayin": "3.0"}, "This sandbox plays Krayin 2.1 or 2.2, not 3.0."),
        ({"krayin": "2.2", "rest": "2.0"}, "This sandbox plays rest-api 2.1.1 or 2.2.0, not 2.0."),
        ({"krayin": "2.1", "rest": "2.2.0"}, "Krayin 2.1 does not go with rest-api 2.2.0."),
        ({"timezone": "Mars/Base"}, "There is no time zone called Mars/Base."),
    ],
)
def test_what_it_cannot_play_is_refused_in_one_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the sentence is compared below
        KrayinSandbox(**options)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("leads", {"lead_pipeline_stage_id": 1, "person": "Ida"}),
        ("leads", {"lead_pipeline_stage_id": [1], "person": [[]]}),
        ("leads/mass-update", {"indices": "all", "value": 1}),
        ("contacts/persons", {"emails": {"a": 1}, "contact_numbers": "1"}),
        ("contacts/persons", {"emails": [[1]], "contact_numbers": [["1"]]}),
        ("contacts/persons", [1, 2]),
        ("activities", {"type": ["note"], "comment": {}}),
        ("activities", {"type": "note", "comment": ["x"]}),
        ("login", {"email": [], "password": {}, "device_name": 1}),
        ("settings/tags", {"name": ["x"], "color": {"a": 1}}),
        ("leads/1/tags", {"tag_id": [1]}),
        ("settings/attributes", {"code": ["x"], "name": [], "type": {"a": 1}, "entity_type": [1]}),
        ("settings/attributes", {"code": "xy", "name": "X", "type": "select", "options": ["One"]}),
    ],
)
@pytest.mark.parametrize("version", [("2.1", "2.1.1"), ("2.2", "2.1.1"), ("2.2", "2.2.0")])
def test_input_of_any_shape_is_answered(path: str, body: Any, version: tuple[str, str]) -> None:
    asker = Asker(krayin=version[0], rest=version[1])
    asker.add_lead()
    answer = asker.ask("POST", f"/api/v1/{path}", body)
    assert answer.status_code in (200, 422, 500)
    assert answer.json()


@pytest.mark.parametrize(
    "query", ["limit=x", "page=-1", "sort=id&order=up", "pagination=0", "id[]=1", "id=x,1"]
)
def test_a_list_is_answered_whatever_is_asked_of_it(query: str) -> None:
    assert Asker().ask("GET", f"/api/v1/leads?{query}").status_code in (200, 500)
    assert Asker().ask("GET", f"/api/v1/leads/search?{query}").status_code in (200, 500)
