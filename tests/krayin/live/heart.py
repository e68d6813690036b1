"""What matters most, against a real Krayin: ``KRAYIN_URL=… KRAYIN_TOKEN=… make test-live``.

It is not collected by its name, so that no other run asks a real Krayin.
"""

from __future__ import annotations

from .conftest import Live
from .server import MARK


def test_setup_finds_all_that_leads_need(live: Live) -> None:
    settings = live.krayin.settings

    assert None not in (settings.pipeline_id, settings.stage_id, settings.source_id, settings.type_id)
    assert settings.closed_stage_ids


def test_a_new_customer_is_a_person_with_a_company_and_a_lead(live: Live) -> None:
    customer = live.customer(1)

    live.krayin.contact(customer)

    took = live.krayin.calls
    (person,) = live.persons(customer)
    (lead,) = live.leads(person)
    assert took == ["GET /contacts/persons/search", "POST /leads"]
    assert person["name"] == lead["title"] == customer.name
    assert person["organization"]["name"] == customer.company
    assert [row["value"] for row in person["contact_numbers"]] == [customer.phone]


def test_a_customer_of_whom_nothing_changed_takes_no_call(live: Live) -> None:
    customer = live.customer(2)
    live.krayin.contact(customer)

    live.krayin.contact(customer)

    assert live.krayin.calls == []


def test_a_changed_customer_is_changed_and_what_the_sales_team_typed_stays(live: Live) -> None:
    customer = live.customer(3)
    live.krayin.contact(customer)
    (person,) = live.persons(customer)
    owner = live.server.ask("GET", "get").json()["data"]["id"]
    emails = [*person["emails"], {"value": "home." + str(customer.email), "label": "home"}]
    phones = person["contact_numbers"]
    typed = {"job_title": f"{MARK} buyer", "emails": emails, "contact_numbers": phones, "user_id": owner}
    live.server.write("PUT", f"contacts/persons/{person['id']}", typed)

    live.krayin.contact(live.customer(3, name=f"{MARK} Renamed 3"))

    (after,) = live.persons(customer)
    (lead,) = live.leads(after)
    assert after["name"] == lead["title"] == f"{MARK} Renamed 3"
    assert (after["job_title"], after["sales_owner"]["id"]) == (f"{MARK} buyer", owner)
    assert after["emails"] == emails
    assert after["organization"]["name"] == customer.company


def test_a_conversation_is_one_note_with_all_that_was_said(live: Live) -> None:
    customer = live.customer(4)
    live.krayin.contact(customer)

    live.krayin.created(live.conversation(customer, resolved=False))
    live.krayin.resolved(live.conversation(customer, resolved=True))
    took = live.krayin.calls
    live.krayin.resolved(live.conversation(customer, resolved=True))

    (person,) = live.persons(customer)
    (lead,) = live.leads(person)
    (note,) = live.notes(lead)
    assert (len(took), live.krayin.calls) == (1, [])
    assert (note["type"], note["is_done"]) == ("note", 1)
    assert "Do you ship to Prague?" in note["comment"]
    assert "We do." in note["comment"]


def test_an_address_that_somebody_has_already_is_no_second_person(live: Live) -> None:
    customer = live.customer(5)
    live.krayin.contact(customer)

    live.krayin.contact(live.customer(6, email=customer.email, phone=None))

    (person,) = live.persons(customer)
    assert len(live.leads(person)) == 1


def test_a_customer_without_phone_does_not_break_the_page_of_the_lead(live: Live) -> None:
    customer = live.customer(7, phone=None)

    live.krayin.contact(customer)

    (person,) = live.persons(customer)
    (lead,) = live.leads(person)
    assert len(person["contact_numbers"]) == len(lead["person"]["contact_numbers"]) == 1
    live.krayin.contact(live.customer(7))
    (person,) = live.persons(customer)
    assert [row["value"] for row in person["contact_numbers"]] == [live.customer(7).phone]


def test_a_customer_whose_person_is_deleted_comes_back(live: Live) -> None:
    customer = live.customer(8)
    live.krayin.contact(customer)
    (person,) = live.persons(customer)
    for path in (f"leads/{live.leads(person)[0]['id']}", f"contacts/persons/{person['id']}"):
        assert live.server.ask("DELETE", path).status_code == 200

    live.krayin.contact(live.customer(8, name=f"{MARK} Back 8"))

    assert [row["name"] for row in live.persons(customer)] == [f"{MARK} Back 8"]
