"""Tags: what they find, and how carelessly they are put on and taken off."""

from typing import Any

import pytest

from .asking import PERSONS, Asker

TAGS = "/api/v1/settings/tags"


def _tag(asker: Asker, name: str) -> Any:
    return asker.ask("POST", TAGS, {"name": name}).json()["data"]["id"]


def _tagged(asker: Asker, path: str, name: str) -> list[int]:
    rows = asker.get(f"{path}/search?search=tags.name:{name}&searchFields=tags.name:=")
    return [row["id"] for row in rows]


@pytest.mark.parametrize("path", [PERSONS, "/api/v1/leads"])
def test_a_tag_finds_what_bears_it_though_no_answer_shows_it(path: str) -> None:
    asker = Asker()
    first = asker.add_person("Ida", "1")
    asker.add_person("Ada", "2")
    for _ in range(2):
        asker.add_lead()
    tag_id, other = _tag(asker, "Loud"), _tag(asker, "Quiet")
    before = asker.get(f"{path}/{first['id']}")
    for one in (tag_id, tag_id, other):
        assert asker.ask("POST", f"{path}/{first['id']}/tags", {"tag_id": one}).status_code == 200
    assert _tagged(asker, path, "loud") == [first["id"]]
    assert asker.get(f"{path}/{first['id']}") == before
    asker.ask("DELETE", f"{path}/{first['id']}/tags?tag_id={tag_id}")
    assert (_tagged(asker, path, "Loud"), _tagged(asker, path, "Quiet")) == ([], [first["id"]])


def test_taking_off_no_tag_in_particular_takes_off_all() -> None:
    asker = Asker()
    lead_id = asker.add_lead()["id"]
    for name in ("Loud", "Quiet"):
        asker.ask("POST", f"/api/v1/leads/{lead_id}/tags", {"tag_id": _tag(asker, name)})
    assert asker.ask("DELETE", f"/api/v1/leads/{lead_id}/tags", {}).status_code == 200
    assert asker.sandbox.state.tags_of["leads"][lead_id] == set()


def test_two_tags_cannot_have_one_name_in_any_case() -> None:
    asker = Asker()
    _tag(asker, "Möbel")
    assert asker.ask("POST", TAGS, {"name": "MÖBEL"}).status_code == 422
    assert [row["name"] for row in asker.get(TAGS)] == ["Möbel"]


def test_an_unknown_tag_and_an_unknown_person_are_a_500() -> None:
    asker = Asker()
    person = asker.add_person()
    assert asker.ask("POST", f"{PERSONS}/{person['id']}/tags", {"tag_id": 8}).status_code == 500
    assert asker.ask("POST", f"{PERSONS}/77/tags", {"tag_id": _tag(asker, "Loud")}).status_code == 500


def test_the_package_2_2_0_wants_a_tag_that_exists_and_a_person_too() -> None:
    asker = Asker(krayin="2.2", rest="2.2.0")
    person, tag_id = asker.add_person(), _tag(asker, "Loud")
    tags = f"{PERSONS}/{person['id']}/tags"
    asker.ask("POST", tags, {"tag_id": tag_id})
    for method in ("POST", "DELETE"):
        assert asker.ask(method, tags, {}).status_code == 422
        assert asker.ask(method, tags, {"tag_id": 8}).status_code == 422
        assert asker.ask(method, f"{PERSONS}/77/tags", {"tag_id": tag_id}).status_code == 404
    assert _tagged(asker, PERSONS, "Loud") == [person["id"]]


def test_a_deleted_record_bears_no_tags() -> None:
    asker = Asker()
    lead_id, person_id, tag_id = asker.add_lead()["id"], asker.add_person()["id"], _tag(asker, "Loud")
    for path in (f"/api/v1/leads/{lead_id}", f"{PERSONS}/{person_id}"):
        asker.ask("POST", f"{path}/tags", {"tag_id": tag_id})
        asker.ask("DELETE", path)
    assert asker.sandbox.state.tags_of == {"leads": {}, "persons": {}}


def test_a_deleted_tag_is_on_nothing_any_more() -> None:
    asker = Asker()
    asker.add_person("Ida", "1")
    tag_id = _tag(asker, "Loud")
    asker.ask("POST", f"{PERSONS}/1/tags", {"tag_id": tag_id})

    assert asker.ask("DELETE", f"{TAGS}/{tag_id}").status_code == 200

    assert (asker.get(TAGS), _tagged(asker, PERSONS, "Loud")) == ([], [])
    assert asker.ask("DELETE", f"{TAGS}/{tag_id}").status_code == 404
