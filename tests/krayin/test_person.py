"""What a changed contact changes in a person, and what it must leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost_krayin import KrayinSettings
from crmhost_krayin.mappers.person import Changes, contact_into_person, person_payload

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


def settings(**chosen: Any) -> KrayinSettings:
    return KrayinSettings(api_url="http://localhost", api_token="1|a", **chosen)


def into(person: dict[str, Any], /, *, ruled: str = "", **change: str) -> Changes:
    """Bring a contact into the person of which this has changed since we last looked."""
    return contact_into_person(WRITTEN | change, WRITTEN, person, settings(field_rules=ruled))


def test_nothing_new_is_nothing_to_write() -> None:
    assert into(PERSON) == Changes({})


def test_a_change_resends_all_that_krayin_would_wipe() -> None:
    changes = into(PERSON, name="Jane Smith")

    assert person_payload(PERSON, changes.values, settings(), no_phone="") == {
        "name": "Jane Smith",
        "emails": PERSON["emails"],
        "contact_numbers": PERSON["contact_numbers"],
        "user_id": 5,
        "organization_id": 3,
    }


def test_a_new_company_takes_the_place_of_the_one_we_wrote() -> None:
    changes = into(PERSON, organization="Initech")

    payload = person_payload(PERSON, changes.values, settings(), no_phone="")
    assert payload["organization_name"] == "Initech"
    assert "organization_id" not in payload


@pytest.mark.parametrize(
    ("theirs", "change", "stays"),
    [
        ({"name": "Dr. Doe"}, {"name": "Jane Smith"}, "name"),
        ({"organization": {"id": 4, "name": "Globex Holding"}}, {"organization": "Initech"}, "organization"),
        ({"organization": None}, {"organization": "Initech"}, "organization"),
        ({"job_title": "CEO"}, {"job_title": "CTO"}, "job title"),
        ({"name": "JANE DOE"}, {"name": "Jane Smith"}, "name"),
    ],
)
def test_what_the_sales_team_changed_stays_and_is_told(
    theirs: dict[str, Any], change: dict[str, str], stays: str
) -> None:
    assert into({**PERSON, **theirs}, **change) == Changes({}, (stays,))


@pytest.mark.parametrize(
    ("theirs", "change"),
    [
        ({"name": "Jane Smith"}, {"name": "Jane Smith"}),
        ({"organization": {"id": 3, "name": "GLÖBEX"}}, {"organization": "Globex "}),
        ({"emails": [{"value": "New@Example.com", "label": "home"}]}, {"email": "new@example.com"}),
        ({"contact_numbers": [{"value": "+44 99", "label": "x"}]}, {"phone": "+4499"}),
        ({"contact_numbers": [{"value": "0044-99", "label": "x"}]}, {"phone": "+4499"}),
    ],
)
def test_what_is_there_already_is_nothing_to_write(theirs: dict[str, Any], change: dict[str, str]) -> None:
    assert into({**PERSON, **theirs}, **change) == Changes({})


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [("name", "Jane Doe", "Jane DOE"), ("name", "Jiri", "Jiří"), ("job_title", "ceo", "CEO")],
)
def test_a_correction_of_case_or_accents_is_written(field: str, before: str, after: str) -> None:
    written = WRITTEN | {field: before}

    changes = contact_into_person(written | {field: after}, written, {**PERSON, field: before}, settings())

    assert changes.values == {field: after}


def test_a_person_met_for_the_first_time_only_gains() -> None:
    bare = {"id": 7, "name": "J. Doe", "emails": PERSON["emails"], "contact_numbers": None}
    fields = WRITTEN | {"job_title": "CTO"}

    changes = contact_into_person(fields, {}, bare, settings())

    assert changes.stays == ("name",)
    assert person_payload(bare, changes.values, settings(), no_phone="") == {
        "emails": PERSON["emails"],
        "contact_numbers": [{"value": "+4477", "label": "work"}],
        "organization_name": "Globex",
        "job_title": "CTO",
        "user_id": None,
    }


def test_an_address_for_a_name_is_written_over_by_a_name_and_never_over_one() -> None:
    nameless = WRITTEN | {"name": "jane@example.com"}
    unnamed = {**PERSON, "name": "jane@example.com"}

    assert contact_into_person(WRITTEN, nameless, unnamed, settings()).values == {"name": "Jane Doe"}
    for rule in ("merge", "chatwoot_wins"):
        ruled = settings(field_rules={"name": rule})
        assert contact_into_person(nameless, {}, PERSON, ruled) == Changes({})


# Phones that stand for none


@pytest.mark.parametrize("phones", [None, [], [{"value": "", "label": "work"}], [{"value": None}]])
@pytest.mark.parametrize("none", ["", "no phone 3-5821"])
def test_a_person_without_a_phone_is_written_with_what_stands_for_one(phones: Any, none: str) -> None:
    payload = person_payload({**PERSON, "contact_numbers": phones}, {}, settings(), no_phone=none)

    assert payload["contact_numbers"] == [{"value": none, "label": "work"}]


def test_what_stands_for_a_phone_goes_when_there_is_one() -> None:
    waiting = {**PERSON, "contact_numbers": [{"value": "no phone 3-5821", "label": "work"}]}

    assert into(waiting, phone="+4499").values["contact_numbers"] == [{"value": "+4499", "label": "work"}]


def test_what_stands_for_a_phone_goes_with_our_next_write_if_the_sales_team_found_one() -> None:
    numbers = [{"value": "no phone 3-5821", "label": "work"}, {"value": "+4488", "label": "home"}]

    payload = person_payload({**PERSON, "contact_numbers": numbers}, {}, settings(), no_phone="no phone 3-1")

    assert payload["contact_numbers"] == numbers[1:]


def test_a_number_without_label_is_sent_back_as_krayin_can_take_it() -> None:
    payload = person_payload(
        {**PERSON, "contact_numbers": [{"value": 860000004}]}, {}, settings(), no_phone=""
    )

    assert payload["contact_numbers"] == [{"value": "860000004", "label": "work"}]


def test_a_list_from_which_krayin_dropped_an_entry_loses_no_other() -> None:
    numbers = {"1": {"value": "+4488", "label": "home"}}

    payload = person_payload({**PERSON, "contact_numbers": numbers}, {}, settings(), no_phone="")

    assert payload["contact_numbers"] == [{"value": "+4488", "label": "home"}]


def test_what_is_someone_elses_is_not_written() -> None:
    fields = {**WRITTEN, "phone": "+4499"}

    changes = contact_into_person(fields, WRITTEN, PERSON, settings(), leave=frozenset({"phone"}))

    assert changes == Changes({})


# Rules


@pytest.mark.parametrize(
    ("rule", "theirs", "value"),
    [
        ("chatwoot_wins", "CEO", "CTO"),
        ("chatwoot_wins", None, "CTO"),
        ("fill_empty", None, "CTO"),
        ("fill_empty", "CEO", None),
        ("fill_empty", "CFO", None),
        ("never", None, None),
        ("merge", "CFO", "CTO"),
    ],
)
def test_a_rule_decides_about_a_field(rule: str, theirs: str | None, value: str | None) -> None:
    written = {"job_title": "CFO"}

    changes = contact_into_person(
        {"job_title": "CTO"},
        written,
        {**PERSON, "job_title": theirs},
        settings(field_rules={"job_title": rule}),
    )

    assert changes.values.get("job_title") == value


@pytest.mark.parametrize(
    ("rule", "after"),
    [
        ("merge", ["jane@example.com", "own@example.com", "new@example.com"]),
        ("chatwoot_wins", ["new@example.com", "own@example.com"]),
        ("fill_empty", ["jane@example.com", "own@example.com"]),
        ("never", ["jane@example.com", "own@example.com"]),
    ],
)
def test_a_rule_decides_about_a_list(rule: str, after: list[str]) -> None:
    emails = [*PERSON["emails"], {"value": "own@example.com", "label": "home"}]

    changes = into({**PERSON, "emails": emails}, ruled=f"email={rule}", email="new@example.com")

    assert [row["value"] for row in changes.values.get("emails", emails)] == after


def test_an_entry_that_the_sales_team_removed_is_not_put_back_unless_chatwoot_wins() -> None:
    without = {**PERSON, "contact_numbers": [{"value": "+4488", "label": "home"}]}

    assert into(without) == Changes({})
    assert into(without, ruled="phone=chatwoot_wins").values["contact_numbers"][-1]["value"] == "+4477"
