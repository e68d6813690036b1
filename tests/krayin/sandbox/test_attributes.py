"""Attributes of one's own: written by their code, never read back, found by search."""

from typing import Any

import httpx
import pytest

from .asking import PERSONS, Asker, emails, phones

ATTRIBUTES = "/api/v1/settings/attributes"
LEADS = "/api/v1/leads"


def _asked(asker: Asker, **fields: Any) -> httpx.Response:
    body = {"code": "crm_ref", "name": "Reference", "type": "text", "entity_type": "leads"}
    return asker.ask("POST", ATTRIBUTES, body | fields)


def _made(asker: Asker, **fields: Any) -> Any:
    return _asked(asker, **fields).json()["data"]


def _found(asker: Asker, path: str, column: str, value: Any) -> list[int]:
    query = f"search=attribute_values.{column}:{value}&searchFields=attribute_values.{column}:="
    return [row["id"] for row in asker.get(f"{path}/search?{query}")]


def _log(asker: Asker, lead_id: int, name: str) -> list[Any]:
    rows = asker.get(f"{LEADS}/{lead_id}/activities")
    return [row["additional"]["new"]["label"] for row in rows if row["title"] == f"Updated {name}"][::-1]


@pytest.mark.parametrize("entity", ["persons", "leads"])
def test_a_custom_field_is_written_by_its_code_never_shown_and_found_in_any_case(entity: str) -> None:
    asker = Asker()
    _made(asker, entity_type=entity)
    add, path = (asker.add_person, PERSONS) if entity == "persons" else (asker.add_lead, LEADS)
    add()
    row = asker.add_person("Ada", "2", crm_ref="Deal-7") if add == asker.add_person else add(crm_ref="Deal-7")
    assert "crm_ref" not in row | asker.get(f"{path}/{row['id']}")
    assert _found(asker, path, "text_value", "DEAL-7") == [row["id"]]
    assert asker.ask("GET", f"{path}?crm_ref=Deal-7").status_code == 500


def test_a_unique_field_refuses_a_second_record_but_not_its_own() -> None:
    asker = Asker()
    _made(asker, is_unique=1)
    _made(asker, is_unique=1, entity_type="persons")
    lead = asker.add_lead(crm_ref="R1")
    again = {"title": "Wall", "lead_pipeline_stage_id": 1, "crm_ref": "r1"}
    refused = asker.ask("POST", LEADS, again)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["crm_ref"])
    assert asker.ask("PUT", f"{LEADS}/{lead['id']}", again).status_code == 200
    asker.add_person("Ida", "1", crm_ref="P1")
    nested = {"name": "Ada", "emails": emails("ada@example.net"), "contact_numbers": phones("2")}
    body = {"title": "Wall", "lead_pipeline_stage_id": 1, "person": nested | {"crm_ref": "P1"}}
    assert list(asker.ask("POST", LEADS, body).json()["errors"]) == ["person.crm_ref"]
    assert (len(asker.sandbox.state.leads), len(asker.sandbox.state.persons)) == (1, 1)


@pytest.mark.parametrize("path", ["leads/{}", "leads/attributes/edit/{}"])
def test_a_yes_that_is_left_out_becomes_a_no_and_a_text_stays(path: str) -> None:
    asker = Asker()
    _made(asker)
    _made(asker, code="is_big", name="Big", type="boolean")
    lead = asker.add_lead(is_big=True, crm_ref="R1")
    assert _found(asker, LEADS, "boolean_value", 1) == [lead["id"]]
    asker.ask("PUT", f"/api/v1/{path.format(lead['id'])}", {"lead_pipeline_stage_id": 1})
    assert _found(asker, LEADS, "boolean_value", 1) == []
    assert _found(asker, LEADS, "text_value", "R1") == [lead["id"]]


def test_a_choice_is_written_as_the_options_id_and_logged_by_its_name() -> None:
    asker = Asker()
    options = [{"name": "Low"}, {"name": "High"}]
    one = _made(asker, code="prio", name="Priority", type="select", options=options)
    low, high = (option["id"] for option in one["options"])
    assert [option["sort_order"] for option in one["options"]] == [1, 2]
    many = _made(asker, code="parts", name="Parts", type="multiselect", options=options)
    chosen = [option["id"] for option in many["options"]]
    lead = asker.add_lead(prio=high, parts=chosen)
    assert _found(asker, LEADS, "integer_value", high) == [lead["id"]]
    asker.clock.pass_by(1)
    asker.ask("PUT", f"{LEADS}/{lead['id']}", {"lead_pipeline_stage_id": 1, "prio": low})
    assert _log(asker, lead["id"], "Priority") == ["High", "Low"]
    assert _log(asker, lead["id"], "Parts") == ["Low, High"]


def test_several_choices_must_come_as_a_list() -> None:
    asker = Asker()
    _made(asker, type="multiselect", options=[{"name": "Low"}])
    body = {"title": "Roof", "lead_pipeline_stage_id": 1}
    assert asker.ask("POST", LEADS, body | {"crm_ref": "1"}).status_code == 500
    assert asker.ask("POST", LEADS, body | {"crm_ref": [1]}).status_code == 200


def test_a_code_is_taken_once_for_each_kind_of_record() -> None:
    asker = Asker()
    assert [_asked(asker).status_code, _asked(asker, code="CRM_REF").status_code] == [200, 422]
    assert _asked(asker, entity_type="persons").status_code == 200
    for code in ("two words", "7th", "x", ""):
        assert list(_asked(asker, code=code).json()["errors"]) == ["code"]


def test_whatever_is_asked_an_attribute_is_one_of_quick_add() -> None:
    asker = Asker()
    _made(asker, quick_add=0, is_unique=1)
    (row,) = asker.get(f"{ATTRIBUTES}?code=crm_ref")
    assert (row["quick_add"], row["is_unique"], row["is_required"]) == (1, 1, 0)


def test_the_list_is_not_narrowed_to_a_kind_of_record() -> None:
    asker = Asker()
    everything = asker.get(f"{ATTRIBUTES}?pagination=0&entity_type=leads")
    kinds = {row["entity_type"] for row in everything}
    assert kinds == {"leads", "persons", "organizations", "products", "quotes", "warehouses"}


def test_an_attribute_of_an_unknown_type_is_made_and_breaks_every_write() -> None:
    asker = Asker()
    assert _asked(asker, type="colour").status_code == 200
    body = {"title": "Roof", "lead_pipeline_stage_id": 1}
    assert asker.ask("POST", LEADS, body).status_code == 500


def test_what_an_attribute_may_point_to_is_looked_up_by_a_part_of_its_name() -> None:
    asker = Asker()
    rows = asker.get(f"{ATTRIBUTES}/lookup/lead_sources?query=web")
    assert [(row["id"], row["name"], row["code"]) for row in rows] == [
        (2, "Web", None),
        (3, "Web Form", None),
    ]
    assert asker.ask("GET", f"{ATTRIBUTES}/lookup/moons").status_code == 500


def test_a_deleted_attribute_takes_its_values_along() -> None:
    asker = Asker()
    attribute_id = _made(asker, entity_type="persons")["id"]
    asker.add_person("Ada", "2", crm_ref="Deal-7")

    assert asker.ask("DELETE", f"{ATTRIBUTES}/{attribute_id}").status_code == 200

    assert _found(asker, PERSONS, "text_value", "Deal-7") == []
    assert asker.get(f"{ATTRIBUTES}?code=crm_ref") == []
    assert asker.ask("DELETE", f"{ATTRIBUTES}/{attribute_id}").status_code == 404
