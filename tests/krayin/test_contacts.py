"""Contacts against the sandbox: what Krayin holds afterwards, and how many calls that took."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crmhost import Contact, TryAgain
from crmhost_krayin import persons
from crmhost_krayin.finders.persons import Found, find_person

from .crm import Desk, contact

JANE: dict[str, Any] = {
    "name": "Jane Doe",
    "email": "Jane.Doe@example.com",
    "phone": "+447700900123",
    "company": "Globex Ltd",
}
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


@pytest.mark.parametrize("desk", ["2.1"], indirect=True)
def test_two_hundred_new_customers_take_two_calls_each_and_known_ones_none(desk: Desk) -> None:
    everybody = customers(200)

    first = [(desk.contact(customer).state, len(desk.calls)) for customer in everybody]
    again = [(desk.contact(customer).state, len(desk.calls)) for customer in everybody]

    assert first == [("applied", 2)] * 200
    assert again == [("unchanged", 0)] * 200
    assert (len(desk.state.persons), len(desk.state.leads)) == (200, 200)


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


def test_an_open_lead_of_a_person_is_taken_over_and_a_lost_one_is_not(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    desk.store.known.clear()
    desk.contact(contact(**JANE))
    assert len(desk.state.leads) == 1
    desk.state.leads[1]["lead_pipeline_stage_id"] = 6
    desk.store.known.clear()

    desk.contact(contact(**JANE))

    assert len(desk.state.leads) == 2


def test_a_whatsapp_customer_has_a_placeholder_until_the_address_is_known(desk: Desk) -> None:
    desk.contact(contact(name="Wanda", phone="+447700900555"))
    before = desk.state.persons[1]["emails"]

    desk.contact(contact(name="Wanda", phone="+447700900555", email="wanda@example.com"))

    assert before == [{"value": "447700900555@phone.invalid", "label": "work"}]
    assert desk.state.persons[1]["emails"] == [{"value": "wanda@example.com", "label": "work"}]


def test_a_phone_alone_is_not_enough_where_the_person_has_an_address(desk: Desk) -> None:
    """Whoever writes from a shared number need not be Jane."""
    desk.contact(contact(1, **JANE))

    outcome = desk.contact(contact(2, name="Jane on WhatsApp", phone=JANE["phone"]))

    assert desk.calls == ["GET /contacts/persons/search", "POST /leads"]
    assert desk.state.persons[2]["contact_numbers"] == desk.no_phone(2)
    assert "Krayin won't take the phone: somebody else has it." in {change.note for change in outcome.changes}


def test_a_phone_alone_is_enough_where_the_person_has_only_a_placeholder(desk: Desk) -> None:
    desk.contact(contact(1, name="Wanda", phone="+447700900555"))

    desk.contact(contact(2, name="Wanda Fox", phone="+447700900555", email="wanda@example.com"))

    assert len(desk.state.persons) == 1
    assert desk.state.persons[1]["emails"] == [{"value": "wanda@example.com", "label": "work"}]


def test_two_customers_who_share_a_phone_stay_two(desk: Desk) -> None:
    desk.contact(contact(1, name="Ann", email="ann@example.com", phone="+447700900555"))

    outcome = desk.contact(contact(2, name="Ben", email="ben@example.com", phone="+447700900555"))

    assert desk.calls == ["GET /contacts/persons/search", "POST /leads"]
    assert desk.state.persons[2]["contact_numbers"] == desk.no_phone(2)
    assert "Krayin won't take the phone: somebody else has it." in {change.note for change in outcome.changes}


def test_a_new_phone_that_is_someone_elses_does_not_stop_the_rest(desk: Desk) -> None:
    desk.contact(contact(1, name="Ann", email="ann@example.com", phone="+447700900555"))
    desk.contact(contact(2, name="Ben", email="ben@example.com"))

    desk.contact(contact(2, name="Benjamin", email="ben@example.com", phone="+447700900555"))

    assert desk.state.persons[2]["name"] == "Benjamin"
    assert desk.state.persons[2]["contact_numbers"] == desk.no_phone(2)


def test_an_address_that_came_to_belong_to_someone_else_is_left_with_them(desk: Desk) -> None:
    desk.contact(contact(1, name="Ann", email="ann@example.com"))
    desk.contact(contact(2, name="Ben", email="ben@example.com"))

    desk.contact(contact(2, name="Benjamin", email="ann@example.com"))

    assert desk.state.persons[2]["name"] == "Benjamin"
    assert [row["value"] for row in desk.state.persons[2]["emails"]] == ["ben@example.com"]


def blind_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first search find nobody: whom it would find is made a moment later."""
    searches = iter([Found()])
    monkeypatch.setattr(persons, "find_person", lambda *args: next(searches, None) or find_person(*args))


def test_a_person_made_by_another_between_search_and_create_is_linked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.contact(contact(1, **JANE))
    blind_at_first(monkeypatch)

    outcome = desk.contact(contact(2, **JANE))

    assert [(change.kind, change.action) for change in outcome.changes] == [
        ("person", "linked"),
        ("lead", "linked"),
    ]
    assert len(desk.state.persons) == 1


def test_a_phone_that_became_taken_between_search_and_create_is_left_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.contact(contact(1, **JANE))
    blind_at_first(monkeypatch)

    desk.contact(contact(2, name="Ben", email="ben@example.com", phone=JANE["phone"]))

    assert desk.state.persons[2]["contact_numbers"] == desk.no_phone(2)


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


def test_without_leads_a_customer_is_a_search_and_a_person(desk: Desk) -> None:
    desk = desk.with_settings(create_lead=False)

    desk.contact(contact(**JANE))

    assert desk.calls == ["GET /contacts/persons/search", "POST /contacts/persons"]
    assert not desk.state.leads


def test_without_persons_a_customer_is_a_lead_of_its_own(desk: Desk) -> None:
    desk = desk.with_settings(create_person=False)

    desk.contact(contact(**JANE))
    took = desk.calls
    desk.contact(contact(**JANE))

    assert took == ["GET /contacts/persons/search", "POST /leads"]
    assert desk.calls == []
    assert not desk.state.persons
    assert "jane.doe@example.com" in desk.state.leads[1]["description"]


def test_without_persons_a_lead_is_linked_to_a_person_who_is_there(desk: Desk) -> None:
    desk.with_settings(create_lead=False).contact(contact(1, **JANE))

    desk.with_settings(create_person=False).contact(contact(2, **JANE))

    assert desk.state.leads[1]["person_id"] == 1


def test_with_nothing_to_be_made_a_stranger_is_ignored(desk: Desk) -> None:
    outcome = desk.with_settings(create_person=False, create_lead=False).contact(contact(**JANE))

    assert outcome.ignored == "Contact 5821 is not in Krayin, and the settings say to make nothing."


def test_without_organizations_the_company_is_left_out(desk: Desk) -> None:
    desk.with_settings(sync_organizations=False).contact(contact(**JANE))

    assert not desk.state.organizations


def test_without_organizations_a_lead_of_its_own_does_not_name_the_company(desk: Desk) -> None:
    desk.with_settings(sync_organizations=False, create_person=False).contact(contact(**JANE))

    assert desk.state.leads[1]["description"] == "jane.doe@example.com, +447700900123"


@pytest.mark.parametrize("typed", ["Jane.Doe@Example.com", "Jane.doe@example.com"])
def test_a_person_whose_address_was_typed_with_capitals_is_found(desk: Desk, typed: str) -> None:
    desk.contact(contact(1, name="Jane", email="jane.doe@example.com"))
    desk.state.persons[1]["emails"] = [{"value": typed, "label": "work"}]

    desk.contact(contact(2, **JANE))

    assert len(desk.state.persons) == 1
    assert desk.state.persons[1]["emails"] == [{"value": typed, "label": "work"}]


@pytest.mark.parametrize(
    "typed", ["+44 7700 900123", "+44 (7700) 900-123", "0044.7700.900123", "447700900123"]
)
def test_a_person_whose_phone_was_typed_otherwise_is_found(desk: Desk, typed: str) -> None:
    desk.contact(contact(1, name="Wanda", phone="+447700900123"))
    person = desk.state.persons[1]
    person["contact_numbers"] = [{"value": typed, "label": "work"}]
    person["emails"] = [{"value": "old@phone.invalid", "label": "work"}]

    desk.contact(contact(2, name="Wanda", phone="+447700900123"))

    assert len(desk.state.persons) == 1
    assert desk.state.persons[1]["contact_numbers"] == [{"value": typed, "label": "work"}]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"phone": "+4477009001234"}, {"phone": "+447700900123"}),
        ({"email": "bnna@example.com"}, {"email": "anna@example.com"}),
    ],
)
def test_a_stranger_whom_a_wildcard_brought_is_not_taken(
    desk: Desk, theirs: dict[str, str], ours: dict[str, str]
) -> None:
    desk.contact(contact(1, name="Ann", **theirs))

    desk.contact(contact(2, name="Ben", **ours))

    assert [row["name"] for row in desk.state.persons.values()] == ["Ann", "Ben"]


def test_a_lead_that_was_closed_is_not_taken_though_its_stage_is_open(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    desk.state.leads[1]["closed_at"] = "2026-11-22 10:00:00"
    desk.store.known.clear()

    desk.contact(contact(**JANE))

    assert len(desk.state.leads) == 2


def test_an_open_lead_is_found_behind_a_dozen_lost_ones(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    for number in range(2, 14):
        desk.state.leads[number] = {**desk.state.leads[1], "id": number, "lead_pipeline_stage_id": 6}
    desk.store.known.clear()

    outcome = desk.contact(contact(**JANE))

    assert [change.remote_id for change in outcome.changes if change.kind == "lead"] == ["1"]


def test_an_event_that_changes_nothing_writes_no_link(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    before = dict(desk.store.known)

    desk.contact(contact(**JANE))

    assert all(desk.store.known[key] is link for key, link in before.items())


def lone_lead_lost(desk: Desk, customer: Contact) -> None:
    """Make a lead without a person, and lose Krayin's answer."""
    desk.stage.lost = "POST /leads"
    with pytest.raises(TryAgain):
        desk.contact(customer)


def test_another_customers_lead_of_the_same_title_is_not_taken(desk: Desk) -> None:
    alone = desk.with_settings(create_person=False)
    alone.contact(contact(1, name="Jane Doe", email="another.jane@example.com"))
    lone_lead_lost(alone, contact(2, **JANE))
    desk.state.leads.pop(2)

    alone.contact(contact(2, **JANE))

    assert [row["description"] for row in desk.state.leads.values()] == [
        "another.jane@example.com",
        "jane.doe@example.com, +447700900123, Globex Ltd",
    ]


def test_a_lead_with_a_person_is_nobody_elses(desk: Desk) -> None:
    alone = desk.with_settings(create_person=False)
    lone_lead_lost(alone, contact(2, **JANE))
    desk.contact(contact(1, name="Jane", email="another.jane@example.com"))
    desk.state.leads[1]["person_id"] = 1

    alone.contact(contact(2, **JANE))

    assert [row["person_id"] for row in desk.state.leads.values()] == [1, 1, None]


def test_a_lead_of_its_own_is_found_behind_fifty_of_its_title(desk: Desk) -> None:
    alone = desk.with_settings(create_person=False)
    alone.contact(contact(1, name="Jane Doe", email="another.jane@example.com"))
    for number in range(2, 61):
        desk.state.leads[number] = {**desk.state.leads[1], "id": number}
    desk.state.leads.next_id = 61
    lone_lead_lost(alone, contact(2, **JANE))

    alone.contact(contact(2, **JANE))

    assert len(desk.state.leads) == 61


def test_a_name_that_is_emptied_in_chatwoot_stays_and_an_address_never_takes_its_place(desk: Desk) -> None:
    desk.contact(contact(**JANE))

    desk.contact(contact(**(JANE | {"name": None, "phone": "+447700900999"})))

    assert desk.state.persons[1]["name"] == desk.state.leads[1]["title"] == "Jane Doe"
