"""What a changed contact changes in a person, and what it must leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost_krayin.mappers.person import contact_into_person

PERSON: dict[str, Any] = {
    "id": 7,
    "name": "Jane Doe",
    "emails": [{"value": "jane@example.com", "label": "work"}],
    "contact_numbers": [{"value": "+4477", "label": "home"}],
    "job_title": None,
    "organization": {"id": 3, "name": "Globex"},
    "sales_owner": {"id": 5, "name": "Olga"},
}
WRITTEN = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+4477", "organization": "Globex"}


def into(person: dict[str, Any], **change: str) -> dict[str, Any] | None:
    """Bring a contact into the person of which this has changed since we last looked."""
    return contact_into_person(WRITTEN | change, WRITTEN, person, placeholder="{digits}@phone.invalid")


def test_nothing_new_is_nothing_to_write() -> None:
    assert into(PERSON) is None


def test_a_change_resends_all_that_krayin_would_wipe() -> None:
    assert into(PERSON, name="Jane Smith") == {
        "name": "Jane Smith",
        "emails": PERSON["emails"],
        "contact_numbers": PERSON["contact_numbers"],
        "user_id": 5,
        "organization_id": 3,
    }


def test_a_new_company_takes_the_place_of_the_one_we_wrote() -> None:
    update = into(PERSON, organization="Initech")

    assert update is not None
    assert update["organization_name"] == "Initech"
    assert "organization_id" not in update


@pytest.mark.parametrize(
    ("theirs", "change"),
    [
        ({"name": "Dr. Doe"}, {"name": "Jane Smith"}),
        ({"organization": {"id": 4, "name": "Globex Holding"}}, {"organization": "Initech"}),
        ({"job_title": "CEO"}, {"job_title": "CTO"}),
        ({"organization": {"id": 3, "name": "GLÖBEX"}}, {"organization": "Globex "}),
        ({"name": "JANE DOE"}, {"name": "Jane Smith"}),
        ({"emails": [{"value": "New@Example.com"}]}, {"email": "new@example.com"}),
        ({"contact_numbers": [{"value": "+44 99", "label": "x"}]}, {"phone": "+4499"}),
        ({"contact_numbers": [{"value": "0044-99", "label": "x"}]}, {"phone": "+4499"}),
    ],
)
def test_what_is_there_already_or_was_changed_there_stays(
    theirs: dict[str, Any], change: dict[str, str]
) -> None:
    person = {**PERSON, "emails": [{"value": "jane@example.com", "label": "work"}], **theirs}

    assert into(person, **change) is None


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [("name", "Jane Doe", "Jane DOE"), ("name", "Jiri", "Jiří"), ("job_title", "ceo", "CEO")],
)
def test_a_correction_of_case_or_accents_is_written(field: str, before: str, after: str) -> None:
    written = WRITTEN | {field: before}

    update = contact_into_person(
        written | {field: after}, written, {**PERSON, field: before}, placeholder="{digits}@phone.invalid"
    )

    assert update is not None
    assert update[field] == after


def test_a_person_met_for_the_first_time_only_gains() -> None:
    bare = {"id": 7, "name": "J. Doe", "emails": PERSON["emails"], "contact_numbers": None}
    fields = WRITTEN | {"job_title": "CTO"}

    assert contact_into_person(fields, {}, bare, placeholder="{digits}@phone.invalid") == {
        "emails": PERSON["emails"],
        "contact_numbers": [{"value": "+4477", "label": "work"}],
        "organization_name": "Globex",
        "job_title": "CTO",
        "user_id": None,
    }


@pytest.mark.parametrize("phones", [None, [], [{"value": "", "label": "work"}], [{"value": None}]])
def test_a_person_without_a_phone_is_written_with_an_empty_one(phones: Any) -> None:
    update = into({**PERSON, "contact_numbers": phones}, name="Jane Smith")

    assert update is not None
    assert update["contact_numbers"] == [{"value": "", "label": "work"}]


def test_a_number_without_label_is_sent_back_as_krayin_can_take_it() -> None:
    update = into({**PERSON, "contact_numbers": [{"value": 860000004}]}, name="Jane Smith")

    assert update is not None
    assert update["contact_numbers"] == [{"value": "860000004", "label": "work"}]


def test_what_is_left_out_is_not_written() -> None:
    fields = {**WRITTEN, "phone": "+4499"}

    leave = frozenset({"phone"})
    assert contact_into_person(fields, WRITTEN, PERSON, placeholder="{digits}@x.invalid", leave=leave) is None
