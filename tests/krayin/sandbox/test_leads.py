"""Rules about leads that surprise."""

from typing import Any

import pytest

from .asking import PERSONS, Asker, emails, phones

CLOSING = "2030-05-01"
CLOSING_SHOWN = "2030-04-30T18:30:00.000000Z"


def test_a_lead_brings_its_person_and_organization_with_it() -> None:
    asker = Asker()
    asker.ask("POST", "/api/v1/contacts/organizations", {"name": "Brückner AG"})
    person: dict[str, Any] = {
        "name": "Nils",
        "emails": emails("nils@example.net"),
        "contact_numbers": phones("5"),
    }
    person |= {"organization_name": "bruckner ag", "job_title": "Cook", "user_id": 1}
    lead = asker.add_lead(person=person)
    made = asker.get(f"{PERSONS}/{lead['person']['id']}")
    assert (made["organization"]["name"], made["job_title"]) == ("Brückner AG", "Cook")
    assert made["sales_owner"]["id"] == 1
    assert len(asker.sandbox.state.organizations) == 1


def test_a_nested_person_that_exists_is_refused_and_nothing_is_written() -> None:
    asker = Asker()
    asker.add_person("Nils", "5")
    person = {"name": "Nils", "emails": emails("nils@example.net"), "contact_numbers": phones("6")}
    body = {"title": "Roof", "lead_pipeline_stage_id": 1, "person": person}
    refused = asker.ask("POST", "/api/v1/leads", body)
    assert list(refused.json()["errors"]) == ["person.emails.0.value"]
    assert (len(asker.sandbox.state.persons), asker.sandbox.state.leads) == (1, {})


def test_a_nested_person_with_an_id_is_linked_and_not_changed() -> None:
    asker = Asker()
    person = asker.add_person("Nils", "5")
    lead = asker.add_lead(person={"id": person["id"], "name": "Niels"})
    assert lead["person"]["name"] == "Nils"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("leads/{}", {"lead_pipeline_stage_id": 1}),
        ("leads/attributes/edit/{}", {"lead_value": 5}),
        ("leads/attributes/edit/{}", {}),
    ],
)
def test_any_write_to_a_lead_that_leaves_out_the_closing_date_erases_it(
    path: str, body: dict[str, Any]
) -> None:
    asker = Asker()
    lead = asker.add_lead(expected_close_date=CLOSING)
    assert lead["expected_close_date"] == CLOSING_SHOWN
    asker.ask("PUT", f"/api/v1/{path.format(lead['id'])}", body)
    assert asker.get(f"/api/v1/leads/{lead['id']}")["expected_close_date"] is None


def test_moving_a_lead_erases_the_closing_date_in_its_row_but_answers_still_show_it() -> None:
    asker = Asker()
    lead = asker.add_lead(expected_close_date=CLOSING)
    asker.ask("PUT", f"/api/v1/leads/stage/edit/{lead['id']}", {"lead_pipeline_stage_id": 2})
    assert asker.sandbox.state.leads[lead["id"]]["expected_close_date"] is None
    assert asker.get(f"/api/v1/leads/{lead['id']}")["expected_close_date"] == CLOSING_SHOWN


def test_a_lead_moves_with_its_stage_and_closes_and_opens_again() -> None:
    asker = Asker()
    lead_id = asker.add_lead()["id"]

    def moved(stage: int, path: str = "leads") -> Any:
        return asker.ask("PUT", f"/api/v1/{path}/{lead_id}", {"lead_pipeline_stage_id": stage}).json()["data"]

    assert (moved(3)["lead_pipeline_stage_id"], moved(3)["closed_at"]) == (3, None)
    assert moved(5)["closed_at"] == "2026-11-23T06:00:00.000000Z"
    assert moved(2, "leads/stage/edit")["closed_at"] is None
    assert moved(6, "leads/attributes/edit")["closed_at"] is not None
    assert asker.ask("PUT", f"/api/v1/leads/{lead_id}", {"title": "Wall"}).status_code == 500


def test_the_closing_date_must_be_a_plain_date_from_today_on_in_the_servers_zone() -> None:
    asker = Asker(timezone="Pacific/Auckland")
    body = {"title": "Roof", "lead_pipeline_stage_id": 1}

    def status(date: str) -> int:
        return asker.ask("POST", "/api/v1/leads", body | {"expected_close_date": date}).status_code

    asker.clock.pass_by(8 * 3600)  # 14:00 on the 23rd in UTC is 03:00 on the 24th there
    assert (status("2026-11-23"), status("2026-11-24"), status("24.11.2026")) == (422, 200, 422)


def test_several_leads_are_moved_and_deleted_at_once_and_unknown_ones_skipped() -> None:
    asker = Asker()
    ids = [asker.add_lead()["id"], asker.add_lead()["id"], 99]
    assert asker.ask("POST", "/api/v1/leads/mass-update", {"indices": ids, "value": 5}).status_code == 200
    assert [(row["lead_pipeline_stage_id"], row["closed_at"]) for row in asker.get("/api/v1/leads")] == [
        (5, None)
    ] * 2
    assert asker.ask("POST", "/api/v1/leads/mass-destroy", {"indices": ids}).status_code == 200
    assert asker.sandbox.state.leads == {}


def test_what_does_not_fit_is_clamped_or_cut_though_the_answer_shows_it_whole() -> None:
    asker = Asker()
    lead = asker.add_lead(lead_value=99999999999, title="T" * 300)
    assert (lead["lead_value"], len(lead["title"])) == (99999999999, 300)
    kept = asker.get(f"/api/v1/leads/{lead['id']}")
    assert (kept["lead_value"], len(kept["title"])) == ("99999999.9999", 255)
