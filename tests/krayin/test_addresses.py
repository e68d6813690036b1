"""A company's address in Krayin: written where there is none, followed where it is ours."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import Contact
from crmhost_krayin.mappers.organization import contact_to_address

from .crm import Desk, contact

LONDON = {"city": "London", "country": "United Kingdom", "country_code": "GB"}
HALL = {"address": "1 High St", "country": "GB", "state": "", "city": "Leeds", "postcode": "LS1"}


def jane(company: str = "Globex Ltd", email: str = "jane@example.com", **attributes: Any) -> Contact:
    return contact(
        name="Jane",
        email=email,
        phone="+447700900123",
        additional_attributes={"company_name": company, **attributes},
    )


def held(desk: Desk, organization_id: int = 1) -> dict[str, str]:
    """Return what Krayin shows of an address, without its empty parts."""
    rows = desk.ask("GET", f"contacts/organizations?id={organization_id}")
    return {name: text for name, text in (rows[0]["address"] or {}).items() if text}


def test_a_new_customers_company_gets_its_address_for_one_call_more(desk: Desk) -> None:
    outcome = desk.contact(jane(**LONDON))
    took = desk.calls
    desk.contact(jane(**LONDON))

    assert held(desk) == {"city": "London", "country": "GB"}
    assert took == ["GET /contacts/persons/search", "POST /leads", "PUT /contacts/organizations/1"]
    assert desk.calls == []
    assert [change.action for change in outcome.changes if change.kind == "organization"] == ["updated"]


def test_an_address_that_is_there_is_left(desk: Desk) -> None:
    desk.ask("POST", "contacts/organizations", {"name": "Globex Ltd", "address": HALL})

    desk.contact(jane(**LONDON))

    assert len(desk.calls) == 2
    assert held(desk)["city"] == "Leeds"


def test_an_address_that_we_wrote_follows(desk: Desk) -> None:
    desk.contact(jane(**LONDON))

    desk.contact(jane(city="Bath", country_code="GB"))

    assert desk.calls == ["GET /contacts/persons", "PUT /contacts/organizations/1"]
    assert held(desk) == {"city": "Bath", "country": "GB"}


def test_an_address_that_the_sales_team_corrected_stays_and_that_is_told(desk: Desk) -> None:
    desk.contact(jane(**LONDON))
    desk.ask("PUT", "contacts/organizations/1", {"address": HALL})

    outcome = desk.contact(jane(city="Bath"))

    assert held(desk)["city"] == "Leeds"
    assert "The address that it has stays." in {change.note for change in outcome.changes}


def test_a_new_company_gets_its_address_and_the_old_one_keeps_its_own(desk: Desk) -> None:
    desk.contact(jane(**LONDON))

    desk.contact(jane("Initech", city="Bath"))

    assert len(desk.calls) == 4
    assert (held(desk, 1)["city"], held(desk, 2)["city"]) == ("London", "Bath")
    assert desk.store.known["contact:5821", "organization"].remote_id == "2"


def test_the_organization_that_the_sales_team_chose_gets_no_address_of_another(desk: Desk) -> None:
    desk.contact(jane())
    desk.state.organizations[2] = {**desk.state.organizations[1], "id": 2, "name": "Holding"}
    desk.state.persons[1]["organization_id"] = 2

    desk.contact(jane(**LONDON))

    assert held(desk, 2) == {}
    assert ("contact:5821", "organization") not in desk.store.known


@pytest.mark.parametrize(
    ("rule", "city"),
    [("chatwoot_wins", "London"), ("fill_empty", "Leeds"), ("never", "Leeds"), ("merge", "Leeds")],
)
def test_a_rule_decides_about_an_address(desk: Desk, rule: str, city: str) -> None:
    desk.ask("POST", "contacts/organizations", {"name": "Globex Ltd", "address": HALL})

    desk.with_settings(field_rules={"address": rule}).contact(jane(**LONDON))

    assert held(desk)["city"] == city


def test_without_a_company_an_address_is_nobodys(desk: Desk) -> None:
    desk.contact(contact(name="Jane", email="jane@example.com", additional_attributes=LONDON))

    assert len(desk.calls) == 2


@pytest.mark.parametrize("typed", ["globex ltd", "GLOBEX LTD"])
def test_a_company_is_found_whatever_its_case(desk: Desk, typed: str) -> None:
    desk.contact(jane())

    desk.contact(contact(2, name="Ben", email="ben@example.com", company=typed))

    assert [row["name"] for row in desk.state.organizations.values()] == ["Globex Ltd"]


@pytest.mark.parametrize("company", ["A, B & C", "Škoda / VW", "100% _Sure_; Ltd:"])
def test_a_company_with_odd_characters_is_one_organization(desk: Desk, company: str) -> None:
    desk.contact(jane(company, **LONDON))

    desk.contact(jane(company.upper(), city="Bath"))

    assert [row["name"] for row in desk.state.organizations.values()] == [company]
    assert held(desk) == {"city": "Bath"}


def test_an_organization_that_others_share_is_never_renamed(desk: Desk) -> None:
    desk.contact(jane())
    desk.contact(contact(2, name="Ben", email="ben@example.com", company="Globex Ltd"))

    desk.contact(jane("Initech"))

    assert [row["name"] for row in desk.state.organizations.values()] == ["Globex Ltd", "Initech"]
    assert [row["organization_id"] for row in desk.state.persons.values()] == [2, 1]


def test_the_parts_of_an_address_are_found_by_several_names() -> None:
    customer = contact(
        additional_attributes={"country": "Czechia"},
        custom_attributes={"street": "Hlavní 1", "zip": 11000, "state": " PR ", "city": None},
    )

    assert contact_to_address(customer) == {
        "address": "Hlavní 1",
        "state": "PR",
        "postcode": "11000",
        "country": "Czechia",
    }
