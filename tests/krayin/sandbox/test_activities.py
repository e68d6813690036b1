"""Rules about activities that surprise."""

import json
from typing import Any

import pytest

from .asking import PERSONS, Asker, emails, phones


def test_a_notes_reference_is_a_text_that_holds_json_and_can_be_asked_for() -> None:
    asker = Asker()
    lead = asker.add_lead()
    note = {"type": "note", "comment": "Called back", "lead_id": lead["id"]}
    reference = json.dumps({"ref": "talk:7:B"})
    made = asker.ask("POST", "/api/v1/activities", note | {"additional": reference}).json()["data"]
    assert made["additional"] == {"ref": "talk:7:B"}
    assert asker.ask("POST", "/api/v1/activities", note | {"additional": {"ref": "x"}}).status_code == 500
    found = asker.get("/api/v1/activities?additional-%3Eref=talk:7:B&type=note")
    assert [row["id"] for row in found] == [made["id"]]
    assert asker.get("/api/v1/activities?additional-%3Eref=talk:7:b") == []


@pytest.mark.parametrize(
    "stranger", [{"lead_id": 77}, {"person_id": 77}, {"participants": {"persons": [77]}}]
)
def test_an_activity_for_a_stranger_is_a_500_and_stays_behind(stranger: dict[str, Any]) -> None:
    asker = Asker()
    body = {"type": "call", "title": "Lost", "schedule_from": "2026-12-01 09:00:00"}
    body |= {"schedule_to": "2026-12-01 09:10:00"}
    assert asker.ask("POST", "/api/v1/activities", body | stranger).status_code == 500
    assert [row["title"] for row in asker.sandbox.state.activities.values()] == ["Lost"]


def test_an_activity_belongs_to_the_lead_alone_if_both_are_named_and_can_be_linked_later() -> None:
    asker = Asker()
    person, lead = asker.add_person(), asker.add_lead()
    note = {"type": "note", "comment": "Hm", "lead_id": lead["id"], "person_id": person["id"]}
    made = asker.ask("POST", "/api/v1/activities", note).json()["data"]

    def of_person() -> list[int]:
        rows = asker.get(f"{PERSONS}/{person['id']}/activities")
        return [row["id"] for row in rows if row["type"] != "system"]

    assert of_person() == []
    asker.ask("PUT", f"/api/v1/activities/{made['id']}", {"person_id": person["id"]})
    assert of_person() == [made["id"]]


def test_a_meeting_may_not_overlap_and_says_so_only_to_scripts() -> None:
    asker = Asker()
    body = {"type": "meeting", "title": "Round", "participants": {"users": [1]}}
    body |= {"schedule_from": "2026-12-01 09:00:00", "schedule_to": "2026-12-01 10:00:00"}
    assert asker.ask("POST", "/api/v1/activities", body).status_code == 200
    assert asker.ask("POST", "/api/v1/activities", body).status_code == 302
    ajax = asker.ask("POST", "/api/v1/activities", body, **{"x-requested-with": "XMLHttpRequest"})
    assert (ajax.status_code, ajax.json()["message"]) == (
        400,
        "Participants have another meeting at this time.",
    )
    later = {"schedule_from": "2026-12-01 11:00:00", "schedule_to": "2026-12-01 12:00:00"}
    assert asker.ask("POST", "/api/v1/activities", body | later).status_code == 200


def test_times_go_in_as_the_servers_and_come_out_as_utc() -> None:
    asker = Asker(timezone="Europe/Prague")
    body = {"type": "call", "title": "Ring", "schedule_from": "2026-07-01T10:00:00Z"}
    made = asker.ask("POST", "/api/v1/activities", body | {"schedule_to": "2026-12-01 10:00:00"}).json()[
        "data"
    ]
    assert made["schedule_from"] == "2026-07-01T08:00:00.000000Z"
    assert made["schedule_to"] == "2026-12-01T09:00:00.000000Z"


def test_every_change_of_a_field_is_noted_as_a_system_activity() -> None:
    asker = Asker()
    person = asker.add_person("Ida", "1", user_id=1)
    asker.clock.pass_by(5)
    change = {
        "name": "Ida B",
        "contact_numbers": phones("1"),
        "emails": emails("ida@example.net"),
        "user_id": 1,
    }
    asker.ask("PUT", f"{PERSONS}/{person['id']}", change)
    newest = asker.get(f"{PERSONS}/{person['id']}/activities")[0]
    assert newest["title"] == "Updated Name"
    assert newest["additional"]["new"] == {"value": "Ida B", "label": "Ida B"}
    before = len(asker.sandbox.state.activities)
    asker.ask("PUT", f"{PERSONS}/{person['id']}", change)
    assert len(asker.sandbox.state.activities) == before


def test_a_deleted_record_takes_its_activities_along() -> None:
    asker = Asker()
    lead = asker.add_lead()
    asker.ask("POST", "/api/v1/activities", {"type": "note", "comment": "Hm", "lead_id": lead["id"]})
    asker.ask("DELETE", f"/api/v1/leads/{lead['id']}")
    assert asker.sandbox.state.activities == {}
    assert asker.ask("GET", f"/api/v1/leads/{lead['id']}").status_code == 404
