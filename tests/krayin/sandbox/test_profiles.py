"""What a client meets on Krayin 2.2, and what its newer REST package changes once more."""

from typing import Any

import pytest

from .asking import PERSONS, Asker, emails, phones

OLD: dict[str, Any] = {"krayin": "2.1"}
NEW: dict[str, Any] = {"krayin": "2.2"}
NEWEST: dict[str, Any] = {"krayin": "2.2", "rest": "2.2.0"}
LEADS = "/api/v1/leads"
LEAD = {"title": "Roof", "lead_pipeline_stage_id": 1}
NOBODY = [{"value": "", "label": "work"}]

each_new = pytest.mark.parametrize("version", [NEW, NEWEST], ids=["2.1.1", "2.2.0"])


def _person(name: str = "Ida", **more: Any) -> dict[str, Any]:
    return {"name": name, "emails": emails(f"{name.lower()}@example.net")} | more


@each_new
def test_there_is_no_limit_and_no_header_that_speaks_of_one(version: dict[str, Any]) -> None:
    asker = Asker(**version, rate_limit=3)
    answers = [asker.ask("GET", "/api/v1/get") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert not any("x-ratelimit-limit" in answer.headers for answer in answers)


@each_new
def test_only_deleting_persons_is_limited_to_a_hundred_an_hour(version: dict[str, Any]) -> None:
    asker = Asker(**version, rate_limit=60)
    last, person = (asker.add_person(name, phone) for name, phone in (("Ida", "1"), ("Ada", "2")))
    limits = [asker.ask("DELETE", f"{PERSONS}/77").headers["x-ratelimit-limit"] for _ in range(99)]
    assert limits == ["100"] * 99
    assert asker.ask("DELETE", f"{PERSONS}/{last['id']}").status_code == 200
    refused = asker.ask("DELETE", f"{PERSONS}/{person['id']}")
    assert (refused.status_code, "x-ratelimit-limit" in refused.headers) == (500, False)
    asker.clock.pass_by(3600)
    assert asker.ask("DELETE", f"{PERSONS}/{person['id']}").status_code == 200


def test_the_version_is_told_by_a_page_that_needs_no_token() -> None:
    answers = [
        Asker(**version).ask("GET", "/up", authorization="").status_code for version in (OLD, NEW, NEWEST)
    ]
    assert answers == [404, 200, 200]


@pytest.mark.parametrize(
    ("debug", "status", "said"), [(False, 500, "500 Internal Server Error"), (True, 401, "401 Unauthorized")]
)
def test_a_wrong_token_is_as_dull_as_before_in_other_words(debug: bool, status: int, said: str) -> None:
    answer = Asker(**NEW, debug=debug).ask("GET", "/api/v1/get", authorization="Bearer 1|made-up")
    assert (answer.status_code, answer.json()) == (status, {"message": said})


@each_new
def test_an_empty_text_is_nothing(version: dict[str, Any]) -> None:
    asker = Asker(**version)
    person = asker.add_person("Ida", "1", job_title="Cook")
    change = _person(contact_numbers=phones("1"), job_title="")
    asker.ask("PUT", f"{PERSONS}/{person['id']}", change)
    assert asker.sandbox.state.persons[person["id"]]["job_title"] is None


@pytest.mark.parametrize("numbers", [NOBODY, [], None, "left out"])
def test_a_person_without_a_phone_depends_on_krayin_and_its_rest_package(numbers: Any) -> None:
    body = _person() if numbers == "left out" else _person(contact_numbers=numbers)
    statuses = [Asker(**version).ask("POST", PERSONS, body).status_code for version in (OLD, NEW, NEWEST)]
    assert statuses == [200 if numbers == NOBODY else 500, 500, 200]


@each_new
def test_a_nested_person_without_a_phone_must_leave_the_key_out(version: dict[str, Any]) -> None:
    asker = Asker(**version)
    for numbers in (NOBODY, []):
        body = LEAD | {"person": _person(contact_numbers=numbers)}
        assert asker.ask("POST", LEADS, body).status_code == 500
    assert asker.sandbox.state.persons == {}
    lead = asker.ask("POST", LEADS, LEAD | {"person": _person()}).json()["data"]
    assert lead["person"]["contact_numbers"] is None


def test_phones_cannot_be_cleared_with_the_newest_package() -> None:
    asker = Asker(**NEWEST)
    person = asker.add_person("Ida", "77")
    for numbers in (NOBODY, [], None):
        answer = asker.ask("PUT", f"{PERSONS}/{person['id']}", _person(contact_numbers=numbers))
        assert answer.status_code == 200
    assert asker.get(f"{PERSONS}/{person['id']}")["contact_numbers"] == phones("77")


def test_a_name_alone_is_enough_for_one_person_and_a_500_for_the_second() -> None:
    asker = Asker(**NEWEST)
    ids = [asker.add_person(name, phone)["id"] for name, phone in (("Ida", "1"), ("Ada", "2"))]
    statuses = [asker.ask("PUT", f"{PERSONS}/{one}", {"name": "X"}).status_code for one in ids]
    assert statuses == [200, 500]


@pytest.mark.parametrize(
    ("query", "field"),
    [("email=x", "email"), ("sort=shoe", "sort"), ("order=up", "order"), ("emails->0=x", "emails->0")],
)
def test_the_newest_package_refuses_a_filter_that_is_no_column(query: str, field: str) -> None:
    answer = Asker(**NEWEST).ask("GET", f"{PERSONS}?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_a_note_is_found_by_its_title_on_all_and_by_its_reference_not_with_the_newest_package() -> None:
    note = {"type": "note", "title": "Talk:7/b", "comment": "Hm", "additional": '{"ref":"Talk:7"}'}

    def found(version: dict[str, Any], query: str) -> int:
        asker = Asker(**version)
        asker.ask("POST", "/api/v1/activities", note)
        answer = asker.ask("GET", f"/api/v1/activities?{query}")
        return len(answer.json()["data"]) if answer.status_code == 200 else answer.status_code

    versions = (OLD, NEW, NEWEST)
    assert [found(version, "title=TALK:7/B&type=note") for version in versions] == [1, 1, 1]
    assert [found(version, "additional-%3Eref=Talk:7") for version in versions] == [1, 1, 422]


def test_a_change_that_leaves_the_stage_out_moves_the_lead_back_with_the_newest_package() -> None:
    asker = Asker(**NEWEST)
    lead_id = asker.add_lead(lead_pipeline_stage_id=5)["id"]
    assert asker.get(f"{LEADS}/{lead_id}")["closed_at"]
    moved = asker.ask("PUT", f"{LEADS}/{lead_id}", {"title": "Wall"}).json()["data"]
    assert (moved["lead_pipeline_stage_id"], moved["closed_at"]) == (1, None)
    assert asker.ask("POST", LEADS, {}).json()["data"]["title"] is None
    for version in (OLD, NEW):
        older = Asker(**version)
        path = f"{LEADS}/{older.add_lead()['id']}"
        assert older.ask("PUT", path, {"title": "Wall"}).status_code == 500


@each_new
def test_any_closing_date_is_taken_and_one_that_is_none_breaks_after_the_lead_was_written(
    version: dict[str, Any],
) -> None:
    asker = Asker(**version, timezone="Europe/Prague")
    past = asker.ask("POST", LEADS, LEAD | {"expected_close_date": "1999-07-01"}).json()["data"]
    assert past["expected_close_date"] == "1999-06-30T22:00:00.000000Z"
    odd = asker.ask("POST", LEADS, LEAD | {"expected_close_date": "01.07.2030"}).json()["data"]
    assert odd["expected_close_date"] == "2030-06-30T22:00:00.000000Z"
    assert asker.get(f"{LEADS}/{odd['id']}")["expected_close_date"].startswith("-000001-11-29T23:")
    assert asker.ask("POST", LEADS, LEAD | {"expected_close_date": "soon"}).status_code == 500
    assert len(asker.sandbox.state.leads) == 3
    late = {"title": "Wall", "lead_pipeline_stage_id": 1, "expected_close_date": "soon"}
    assert asker.ask("PUT", f"{LEADS}/{past['id']}", late).status_code == 500
    assert asker.get(f"{LEADS}/{past['id']}")["title"] == "Roof"


@each_new
def test_a_meeting_at_a_free_time_is_refused_once_anything_is_scheduled(version: dict[str, Any]) -> None:
    asker = Asker(**version)

    def ask(kind: str, day: str, **more: Any) -> int:
        times = {"schedule_from": f"{day} 10:00:00", "schedule_to": f"{day} 11:00:00"}
        return asker.ask(
            "POST", "/api/v1/activities", {"type": kind, "title": "T"} | times | more
        ).status_code

    me = {"participants": {"users": [1]}}
    assert [ask("meeting", "2026-12-01"), ask("meeting", "2027-05-01")] == [200, 302]
    assert [ask("meeting", "2027-05-02", **me), ask("meeting", "2026-11-02", **me)] == [200, 302]
    assert ask("call", "2026-12-01") == 200


def test_an_unknown_record_is_a_404_with_the_newest_package() -> None:
    for path in (f"{PERSONS}/9", "/api/v1/contacts/organizations/9", "/api/v1/settings/pipelines/9"):
        statuses = [Asker(**version).ask("GET", path).status_code for version in (OLD, NEW, NEWEST)]
        assert statuses == [500, 500, 404]


@each_new
def test_links_name_their_pages_but_for_the_gap(version: dict[str, Any]) -> None:
    links = Asker(**version).ask("GET", "/api/v1/settings/attributes?limit=2").json()["meta"]["links"]
    assert (links[0]["page"], links[1]["page"], links[-1]["page"]) == (None, 1, 2)
    assert [link["label"] for link in links if "page" not in link] == ["..."]


@each_new
def test_quick_add_leaves_the_values_behind_that_are_not_of_it(version: dict[str, Any]) -> None:
    asker = Asker(**version)
    person = asker.add_person("Ida", "1", job_title="Cook")
    change = _person(contact_numbers=phones("1"), job_title="Chef", quick_add=1)
    asker.ask("PUT", f"{PERSONS}/{person['id']}", change)
    assert asker.get(f"{PERSONS}/{person['id']}")["job_title"] == "Chef"
    query = "search=attribute_values.text_value:{}&searchFields=attribute_values.text_value:="
    found = [len(asker.get(f"{PERSONS}/search?{query.format(title)}")) for title in ("Cook", "Chef")]
    assert found == [1, 0]


@each_new
def test_a_lead_may_lack_its_value(version: dict[str, Any]) -> None:
    body = LEAD | {"lead_value": None}
    assert Asker(**OLD).ask("POST", LEADS, body).status_code == 422
    assert Asker(**version).ask("POST", LEADS, body).status_code == 200


@each_new
def test_persons_are_found_by_their_leads(version: dict[str, Any]) -> None:
    query = f"{PERSONS}/search?search=leads.title:Roof&searchFields=leads.title:="
    asker = Asker(**version)
    person = asker.add_person("Ida", "1")
    asker.add_person("Ada", "2")
    asker.add_lead(person_id=person["id"])
    assert [row["id"] for row in asker.get(query)] == [person["id"]]


def test_stages_name_their_pipeline_and_place_with_the_newest_package() -> None:
    (pipeline,) = Asker(**NEWEST).get("/api/v1/settings/pipelines")
    stage = pipeline["stages"][2]
    assert (stage["lead_pipeline_id"], stage["sort_order"]) == (1, 3)
