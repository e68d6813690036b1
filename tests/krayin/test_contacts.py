"""Contacts against the sandbox: what Krayin holds afterwards, and how many calls that took."""

from __future__ import annotations

import random

import pytest

from crmhost import Contact

from .crm import JANE, Desk, contact

NAMES = (
    "Jane Doe",
    "Ježíš Žižka",
    "O'Brien & Sons <b>",
    "李小龍",
    "🦊 Fox",
    'Ann "Nan" Lee',
    "Doe, Jane",
    " x ",
)
COMPANIES = (None, "Globex Ltd", "Café; Bar: Ltd", "100% _Sure_", "Škoda / VW", "A, B & C")
LOCAL_PARTS = ("anna", "under_score", "p%c", "plus+tag", "o'brien", "sl/ash", "jiří", "{b}|c", "a&b=c#")


def customers(number: int) -> list[Contact]:
    """Return different customers, with odd characters where people have them."""
    dice = random.Random(731)  # the same ones each time
    return [
        contact(
            number,
            name=dice.choice((*NAMES, None)),
            email=f"{dice.choice(LOCAL_PARTS)}{number}@example.com" if dice.random() < 0.8 else None,
            phone=f"+4477009{number:05d}",
            company=dice.choice(COMPANIES),
        )
        if dice.random() < 0.7
        else contact(number, name=dice.choice(NAMES), email=f"{dice.choice(LOCAL_PARTS)}{number}@example.com")
        for number in range(1, number + 1)
    ]


@pytest.mark.many
@pytest.mark.parametrize("desk", ["2.1"], indirect=True)
def test_two_hundred_new_customers_take_two_calls_each_and_known_ones_none(desk: Desk) -> None:
    everybody = customers(200)

    first = [(desk.contact(customer).state, len(desk.calls)) for customer in everybody]
    again = [(desk.contact(customer).state, len(desk.calls)) for customer in everybody]

    assert first == [("applied", 2)] * 200
    assert again == [("unchanged", 0)] * 200
    assert (len(desk.state.persons), len(desk.state.leads)) == (200, 200)


@pytest.mark.many
@pytest.mark.parametrize("desk", ["2.2 with rest-api 2.2.0"], indirect=True)
def test_customers_whose_links_were_lost_are_all_found_again(desk: Desk) -> None:
    everybody = customers(100)
    for customer in everybody:
        desk.contact(customer)
    desk.store.known.clear()

    calls = []
    for customer in everybody:
        desk.contact(customer)
        calls.append(desk.calls)

    assert calls == [["GET /contacts/persons/search", "GET /leads"]] * 100
    assert (len(desk.state.persons), len(desk.state.leads)) == (100, 100)


def test_a_new_customer_with_a_company_is_one_search_and_one_lead_with_all(desk: Desk) -> None:
    outcome = desk.contact(contact(**JANE))

    (person,) = desk.state.persons.values()
    (lead,) = desk.state.leads.values()
    assert desk.calls == ["GET /contacts/persons/search", "POST /leads"]
    assert person["name"] == lead["title"] == "Jane Doe"
    assert person["emails"] == [{"value": "jane.doe@example.com", "label": "work"}]
    assert [row["name"] for row in desk.state.organizations.values()] == ["Globex Ltd"]
    assert {(change.kind, change.action) for change in outcome.changes} == {
        ("lead", "created"),
        ("person", "created"),
        ("organization", "linked"),
    }
    assert {kind for _, kind in desk.store.known} == {"person", "lead", "organization"}


@pytest.mark.parametrize(
    "change",
    [
        {"phone": "+447700900999"},
        {"company": "Initech"},
        {"email": "j@d.cz"},
    ],
)
def test_a_changed_customer_takes_a_look_and_a_write(desk: Desk, change: dict[str, str]) -> None:
    desk.contact(contact(**JANE))

    desk.contact(contact(**(JANE | change)))
    took = desk.calls
    desk.contact(contact(**(JANE | change)))

    assert took == ["GET /contacts/persons", "PUT /contacts/persons/1"]
    assert desk.calls == []


@pytest.mark.parametrize("name", ["Jane Smith", "Jane DOE"])
def test_a_new_name_is_followed_by_the_leads_title(desk: Desk, name: str) -> None:
    desk.contact(contact(**JANE))

    desk.contact(contact(**(JANE | {"name": name})))
    took = desk.calls
    desk.contact(contact(**(JANE | {"name": name})))

    assert took == ["GET /contacts/persons", "PUT /contacts/persons/1", "GET /leads", "PUT /leads/1"]
    assert desk.calls == []
    assert desk.state.leads[1]["title"] == name


def test_a_change_that_krayin_has_already_is_no_write(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    desk.state.persons[1]["job_title"] = "Buyer"

    desk.contact(contact(**JANE, custom_attributes={"job_title": "Buyer"}))

    assert desk.calls == ["GET /contacts/persons"]


def test_a_write_keeps_owner_organization_and_other_addresses(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    person = desk.state.persons[1]
    person["user_id"] = 1
    person["emails"] = [*person["emails"], {"value": "private@example.com", "label": "home"}]
    person["contact_numbers"] = [{"value": "020 7946 0000", "label": "home"}, *person["contact_numbers"]]

    desk.contact(contact(**(JANE | {"email": "new@example.com", "phone": "+447700900999"})))

    after = desk.state.persons[1]
    assert (after["user_id"], after["organization_id"]) == (1, 1)
    assert [row["value"] for row in after["emails"]] == [
        "jane.doe@example.com",
        "private@example.com",
        "new@example.com",
    ]
    assert [row["value"] for row in after["contact_numbers"]] == [
        "020 7946 0000",
        "+447700900123",
        "+447700900999",
    ]


def test_a_name_that_the_sales_team_changed_stays(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    desk.state.persons[1]["name"] = "Dr. Jane Doe"

    desk.contact(contact(**(JANE | {"name": "Jane D.", "phone": "+447700900999"})))

    assert desk.state.persons[1]["name"] == "Dr. Jane Doe"


def test_a_phone_that_the_sales_team_removed_is_not_put_back(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    desk.state.persons[1]["contact_numbers"] = [{"value": "", "label": "work"}]

    desk.contact(contact(**(JANE | {"name": "Jane Smith"})))

    assert desk.state.persons[1]["name"] == "Jane Smith"
    assert desk.state.persons[1]["contact_numbers"] == desk.no_phone()


def test_a_person_known_to_the_sales_team_is_linked_and_completed(desk: Desk) -> None:
    other = desk.with_settings(create_lead=False)
    other.contact(contact(1, name="J. Doe", email="jane.doe@example.com"))
    desk.store.known.clear()

    outcome = desk.contact(contact(**JANE))

    person = desk.state.persons[1]
    assert person["name"] == "J. Doe"
    assert person["contact_numbers"] == [{"value": "+447700900123", "label": "work"}]
    assert desk.state.organizations[person["organization_id"]]["name"] == "Globex Ltd"
    assert [(change.kind, change.action) for change in outcome.changes] == [
        ("person", "updated"),
        ("lead", "created"),
    ]
    assert len(desk.state.persons) == 1


def test_a_person_that_was_deleted_is_made_again(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    desk.delete("leads/1")
    desk.delete("contacts/persons/1")

    desk.contact(contact(**(JANE | {"name": "Jane Smith"})))

    assert [row["name"] for row in desk.state.persons.values()] == ["Jane Smith"]
    assert [row["title"] for row in desk.state.leads.values()] == ["Jane Smith"]


def test_a_visitor_without_address_and_number_is_ignored_with_a_sentence(desk: Desk) -> None:
    outcome = desk.contact(contact(name="snowy-sun-611"))

    assert outcome.ignored == "Contact 5821 has neither an e-mail address nor a phone number."
    assert desk.calls == []


def test_an_event_that_changes_nothing_writes_no_link(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    before = dict(desk.store.known)

    desk.contact(contact(**JANE))

    assert all(desk.store.known[key] is link for key, link in before.items())


def test_a_name_that_is_emptied_in_chatwoot_stays_and_an_address_never_takes_its_place(desk: Desk) -> None:
    desk.contact(contact(**JANE))

    desk.contact(contact(**(JANE | {"name": None, "phone": "+447700900999"})))

    assert desk.state.persons[1]["name"] == desk.state.leads[1]["title"] == "Jane Doe"
