"""Leads against the sandbox: when there is one, what it says, and what of the sales team's stays."""

from __future__ import annotations

import pytest

from crmhost_krayin.clients.leads import Leads
from crmhost_krayin.mappers.lead import lead_to_resend

from .crm import Desk, contact
from .leading import (
    CUSTOMER,
    JANE,
    SMITH,
    brought,
    lead,
    listening,
    talk,
    told,
)

BOUGHT = {"product_id": 1, "name": "Widget", "price": "10.0000", "quantity": 2}
PRODUCTS = [{"id": 4, "quantity": 2, "price": "10.0000", "product": {"id": 1, "name": "Widget"}}]


# What a lead says


def test_a_lead_is_worded_by_templates(desk: Desk) -> None:
    desk = desk.with_settings(
        lead_title="{company}: {name}",
        lead_description="Plan {contact.plan}\nvia inbox {inbox}",
        lead_value="{conversation.budget}",
    )
    jane = contact(5821, **CUSTOMER, company="Globex").model_copy(
        update={"custom_attributes": {"plan": "pro"}}
    )

    brought(desk, talk(sender=jane, inbox_id=4, custom_attributes={"budget": "1200.50"}))

    assert desk.calls == ["GET /contacts/persons/search", "POST /leads"]
    assert lead(desk)["title"] == "Globex: Jane Doe"
    assert lead(desk)["description"] == "Plan pro\nvia inbox 4"
    assert float(lead(desk)["lead_value"]) == 1200.5


def test_a_value_that_is_no_number_is_told_with_each_event(desk: Desk) -> None:
    desk = desk.with_settings(lead_value="{contact.worth}")
    odd = JANE.model_copy(update={"custom_attributes": {"worth": "a lot"}})

    first, again = desk.contact(odd), desk.contact(odd)
    at_a_conversation = desk.created(talk(sender=odd))

    assert float(lead(desk)["lead_value"]) == 0
    assert told(first) == "«a lot» is no value for a lead in Krayin; its value is 0."
    assert told(again) == "«a lot» is no value for a lead in Krayin; what it has stays."
    assert told(at_a_conversation) == told(again)
    assert desk.calls == ["POST /activities"]


def test_a_value_that_becomes_none_leaves_the_one_that_is_there(desk: Desk) -> None:
    desk = desk.with_settings(lead_value="{contact.worth}")
    desk.contact(JANE.model_copy(update={"custom_attributes": {"worth": 80}}))

    outcome = desk.contact(JANE.model_copy(update={"custom_attributes": {"worth": "a lot"}}))
    desk.contact(JANE.model_copy(update={"custom_attributes": {"worth": "90"}}))

    assert told(outcome) == "«a lot» is no value for a lead in Krayin; what it has stays."
    assert float(lead(desk)["lead_value"]) == 90


def test_what_the_rules_keep_out_is_not_in_a_new_lead_either(desk: Desk) -> None:
    never = {"lead_title": "never", "lead_description": "never", "lead_value": "never"}

    outcome = desk.with_settings(field_rules=never, lead_description="{name}", lead_value="{name}").contact(
        JANE
    )

    assert (lead(desk)["title"], lead(desk)["description"]) == ("Jane Doe", None)
    assert float(lead(desk)["lead_value"]) == 0
    assert told(outcome) == ""


def test_what_a_conversation_said_is_remembered_for_the_next_event(desk: Desk) -> None:
    desk = desk.with_settings(lead_description="{name} in inbox {inbox}")
    brought(desk, talk(inbox_id=4))

    desk.contact(JANE)
    same = desk.calls
    desk.contact(SMITH)

    assert same == []
    assert lead(desk)["description"] == "Jane Smith in inbox 4"


def test_a_conversations_older_copy_of_the_customer_changes_nothing(desk: Desk) -> None:
    desk.contact(JANE)
    desk.contact(SMITH)

    desk.created(talk())

    assert desk.calls == ["POST /activities"]
    assert lead(desk)["title"] == "Jane Smith"


def test_a_conversations_attribute_is_followed(desk: Desk) -> None:
    desk = desk.with_settings(lead_value="{conversation.budget}")
    desk.contact(JANE)

    desk.created(talk(custom_attributes={"budget": 700}))
    took = desk.calls
    desk.created(talk(custom_attributes={"budget": 700}))

    assert took == ["POST /activities", "GET /leads", "PUT /leads/attributes/edit/1"]
    assert desk.calls == []
    assert float(lead(desk)["lead_value"]) == 700


# What the sales team typed stays


def test_what_the_sales_team_wrote_into_a_lead_stays_and_is_told(desk: Desk) -> None:
    desk = desk.with_settings(lead_description="Plan {contact.plan}")
    desk.contact(JANE.model_copy(update={"custom_attributes": {"plan": "free"}}))
    desk.ask("PUT", "leads/1", {"title": "Big deal", "lead_pipeline_stage_id": 1})

    outcome = desk.contact(SMITH.model_copy(update={"custom_attributes": {"plan": "pro"}}))
    took = desk.calls
    desk.contact(SMITH.model_copy(update={"custom_attributes": {"plan": "pro"}}))

    assert lead(desk)["title"] == "Big deal"
    assert lead(desk)["description"] == "Plan pro"
    assert "title stays" in told(outcome)
    assert took[-2:] == ["GET /leads", "PUT /leads/1"]
    assert desk.calls == []


def test_what_the_sales_team_put_back_is_followed_again(desk: Desk) -> None:
    desk.contact(JANE)
    lead(desk)["title"] = "Big deal"
    desk.contact(SMITH)
    lead(desk)["title"] = "Jane Doe"

    desk.contact(JANE.model_copy(update={"name": "Jane Roe"}))

    assert lead(desk)["title"] == "Jane Roe"


@pytest.mark.parametrize(
    ("rule", "theirs", "title"),
    [
        ("merge", "Big deal", "Big deal"),
        ("chatwoot_wins", "Big deal", "Jane Smith"),
        ("fill_empty", "Jane Doe", "Jane Doe"),
        ("never", "Jane Doe", "Jane Doe"),
        ("merge", "Jane Doe", "Jane Smith"),
    ],
)
def test_a_rule_says_whose_title_counts(desk: Desk, rule: str, theirs: str, title: str) -> None:
    desk = desk.with_settings(field_rules={"lead_title": rule})
    desk.contact(JANE)
    lead(desk)["title"] = theirs

    desk.contact(SMITH)

    assert lead(desk)["title"] == title


@pytest.mark.parametrize(("rule", "title"), [("merge", "Big deal"), ("chatwoot_wins", "Jane Doe")])
def test_where_chatwoot_wins_each_write_brings_its_title_along(desk: Desk, rule: str, title: str) -> None:
    desk = desk.with_settings(field_rules={"lead_title": rule}, lead_description="{contact.plan}")
    desk.contact(JANE)
    lead(desk)["title"] = "Big deal"

    desk.contact(JANE.model_copy(update={"custom_attributes": {"plan": "pro"}}))

    assert (lead(desk)["title"], lead(desk)["description"]) == (title, "pro")


def test_a_lead_of_the_sales_teams_is_taken_over_without_a_write(desk: Desk) -> None:
    desk.contact(JANE)
    desk.store.known.clear()
    lead(desk)["title"] = "Big deal"

    desk.contact(JANE)
    took = desk.calls
    desk.contact(SMITH)

    assert took == ["GET /contacts/persons/search", "GET /leads"]
    assert lead(desk)["title"] == "Big deal"


def test_what_is_empty_in_a_lead_that_is_taken_over_is_filled(desk: Desk) -> None:
    desk.contact(JANE)
    desk.store.known.clear()

    desk.with_settings(lead_description="Plan pro", lead_value="50").contact(JANE)

    assert desk.calls != []
    assert (lead(desk)["description"], float(lead(desk)["lead_value"])) == ("Plan pro", 50)


def test_a_write_keeps_owner_date_and_all_that_is_not_ours(desk: Desk) -> None:
    desk.contact(JANE)
    more = {"user_id": 1, "expected_close_date": "2031-12-31", "lead_source_id": 5, "lead_value": 900}
    desk.ask("PUT", "leads/1", {"lead_pipeline_stage_id": 3, **more})
    before = dict(lead(desk))

    desk.contact(SMITH)

    after = dict(lead(desk))
    changed = {key for key in after if after[key] != before[key]} - {"updated_at"}
    assert changed == {"title"}
    assert str(after["expected_close_date"]) == "2031-12-31"


def test_products_are_resent_by_their_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PUT without them deletes them (recordings 546, 593)."""
    desk.contact(JANE)
    get = Leads.get
    monkeypatch.setattr(Leads, "get", lambda self, key: (get(self, key) or {}) | {"lead_products": PRODUCTS})

    with listening(monkeypatch) as sent:
        desk.contact(SMITH)

    assert sent[0]["products"] == {"4": BOUGHT}


def test_what_is_null_in_a_lead_is_not_resent() -> None:
    """Said, it would be refused (recordings 275-281)."""
    row = {"title": "A", "lead_value": None, "lead_source_id": None, "user": None, "person": None}

    assert lead_to_resend(row | {"lead_pipeline_stage_id": 2}) == {"title": "A", "lead_pipeline_stage_id": 2}


def test_a_won_lead_stays_won_since_when_it_was(desk: Desk) -> None:
    desk.contact(JANE)
    desk.ask("PUT", "leads/1", {"lead_pipeline_stage_id": 5, "closed_at": "2026-11-20 10:00:00"})

    desk.contact(SMITH)

    assert lead(desk)["title"] == "Jane Smith"
    assert lead(desk)["lead_pipeline_stage_id"] == 5
    assert str(lead(desk)["closed_at"]) == "2026-11-20 10:00:00"
