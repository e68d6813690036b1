"""Leads against the sandbox: when there is one, what it says, and what of the sales team's stays."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import SetUpAgain, TryAgain
from crmhost_krayin.clients.leads import Leads
from crmhost_krayin.mappers.lead import lead_to_resend

from .crm import Desk, contact
from .leading import CUSTOMER, JANE, ask, brought, listening, second_pipeline, talk, with_facts

SMITH = JANE.model_copy(update={"name": "Jane Smith"})
BOUGHT = {"product_id": 1, "name": "Widget", "price": "10.0000", "quantity": 2}
PRODUCTS = [{"id": 4, "quantity": 2, "price": "10.0000", "product": {"id": 1, "name": "Widget"}}]


def lead(desk: Desk, number: int = 1) -> Any:
    return desk.state.leads[number]


def notes(outcome: Any, kind: str = "lead") -> str:
    return " ".join(change.note for change in outcome.changes if change.kind == kind)


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


def test_a_value_that_is_no_number_is_nought_and_told(desk: Desk) -> None:
    outcome = desk.with_settings(lead_value="{name}").contact(JANE)

    assert float(lead(desk)["lead_value"]) == 0
    assert "«Jane Doe» is no value" in notes(outcome)


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
    ask(desk, "PUT", "leads/1", {"title": "Big deal", "lead_pipeline_stage_id": 1})

    outcome = desk.contact(SMITH.model_copy(update={"custom_attributes": {"plan": "pro"}}))
    took = desk.calls
    desk.contact(SMITH.model_copy(update={"custom_attributes": {"plan": "pro"}}))

    assert lead(desk)["title"] == "Big deal"
    assert lead(desk)["description"] == "Plan pro"
    assert "title stays" in notes(outcome)
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
    desk = with_facts(desk)
    desk.contact(JANE)
    more = {"user_id": 1, "expected_close_date": "2031-12-31", "lead_source_id": 5, "lead_value": 900}
    ask(desk, "PUT", "leads/1", {"lead_pipeline_stage_id": 3, **more})
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
    desk = with_facts(desk)
    desk.contact(JANE)
    ask(desk, "PUT", "leads/1", {"lead_pipeline_stage_id": 5, "closed_at": "2026-11-20 10:00:00"})

    desk.contact(SMITH)

    assert lead(desk)["title"] == "Jane Smith"
    assert lead(desk)["lead_pipeline_stage_id"] == 5
    assert str(lead(desk)["closed_at"]) == "2026-11-20 10:00:00"


def test_a_date_gone_by_holds_back_a_title_on_2_1_and_never_a_value(desk: Desk) -> None:
    """2.1 refuses a PUT with a past date; attributes/edit takes it (recordings 347, 346)."""
    desk = with_facts(desk).with_settings(lead_value="{contact.worth}")
    desk.contact(JANE)
    ask(desk, "PUT", "leads/attributes/edit/1", {"expected_close_date": "2020-01-01"})

    outcome = desk.contact(SMITH.model_copy(update={"custom_attributes": {"worth": 80}}))

    is_old = desk.sandbox.profile.checks_closing_date
    assert lead(desk)["title"] == ("Jane Doe" if is_old else "Jane Smith")
    assert float(lead(desk)["lead_value"]) == 80
    assert str(lead(desk)["expected_close_date"]) == "2020-01-01"
    assert ("Its title stayed" in notes(outcome)) == is_old


def test_where_the_servers_zone_is_another_one_nothing_is_written(desk: Desk) -> None:
    desk = with_facts(desk, timezone="Europe/Prague")
    desk.contact(JANE)
    ask(desk, "PUT", "leads/1", {"lead_pipeline_stage_id": 1, "expected_close_date": "2031-12-31"})

    with pytest.raises(SetUpAgain, match="time zone") as wrong:
        desk.contact(SMITH)

    assert "server_timezone" in wrong.value.fix
    assert lead(desk)["title"] == "Jane Doe"


# Where and how many


def test_an_inbox_has_its_own_place_for_leads(desk: Desk) -> None:
    met, agreed = second_pipeline(desk)
    places = {7: {"pipeline_id": met.pipeline_id, "source_id": 4}, 8: {"stage_id": agreed.id}}
    desk = with_facts(desk, met, agreed, settings={"leads_by_inbox": places})

    for number, inbox in ((1, 7), (2, 8), (3, 9)):
        brought(
            desk,
            talk(
                number,
                sender=contact(number, email=f"{number}@example.com", phone=f"+44770090{number:04}"),
                inbox_id=inbox,
            ),
        )

    placed = [(row["lead_pipeline_stage_id"], row["lead_source_id"]) for row in desk.state.leads.values()]
    assert placed == [(met.id, 4), (agreed.id, 2), (1, 2)]


def test_where_inboxes_have_places_a_lead_waits_for_its_first_conversation(desk: Desk) -> None:
    desk = desk.with_settings(leads_by_inbox={7: {"source_id": 4}})

    alone = desk.contact(JANE)
    first = desk.calls
    desk.created(talk(inbox_id=7))
    took = desk.calls
    desk.created(talk(inbox_id=7))

    assert first == ["GET /contacts/persons/search", "POST /contacts/persons"]
    assert "lead comes with its first conversation" in notes(alone, "person")
    assert took == ["GET /leads", "POST /leads", "POST /activities"]
    assert desk.calls == []
    assert lead(desk)["lead_source_id"] == 4


def test_each_conversation_has_a_lead_of_its_own(desk: Desk) -> None:
    desk = desk.with_settings(lead_policy="one_per_conversation")

    brought(desk, talk(1))
    first = desk.calls
    desk.created(talk(1))
    noted = desk.calls
    desk.created(talk(2))
    second = desk.calls
    desk.created(talk(2))

    assert first == ["GET /contacts/persons/search", "POST /leads"]
    assert noted == ["POST /activities"]
    assert second == ["POST /leads", "POST /activities"]
    assert desk.calls == []
    assert [row["person_id"] for row in desk.state.leads.values()] == [1, 1]


def test_without_a_conversation_such_a_customer_is_a_person_alone(desk: Desk) -> None:
    desk.with_settings(lead_policy="one_per_conversation").contact(JANE)

    assert (len(desk.state.persons), len(desk.state.leads)) == (1, 0)


def test_a_conversations_lead_whose_answer_was_lost_is_found_again(desk: Desk) -> None:
    desk = desk.with_settings(lead_policy="one_per_conversation")
    brought(desk, talk(1))
    desk.stage.lost = "POST /leads"
    with pytest.raises(TryAgain):
        desk.created(talk(2))

    desk.created(talk(2))

    assert len(desk.state.leads) == 2


def test_policy_none_makes_no_leads(desk: Desk) -> None:
    desk = desk.with_settings(lead_policy="none")

    brought(desk, talk())
    desk.created(talk())

    assert (len(desk.state.persons), len(desk.state.leads)) == (1, 0)


# The reference


def with_reference(desk: Desk) -> Desk:
    attribute = {"code": "chatwoot_ref", "name": "Chatwoot", "type": "text", "entity_type": "leads"}
    ask(desk, "POST", "settings/attributes", attribute | {"is_unique": 1, "is_required": 0, "quick_add": 1})
    return with_facts(desk, references=frozenset({"leads"}))


def test_a_lead_with_our_reference_is_found_however_it_is_called(desk: Desk) -> None:
    """Here without its person, so that nothing else leads to it."""
    desk = with_reference(desk).with_settings(create_person=False)
    desk.contact(JANE)
    desk.store.known.clear()
    lead(desk)["title"] = "Big deal"

    desk.contact(JANE)

    assert desk.calls == ["GET /contacts/persons/search", "POST /leads", "GET /leads/search"]
    assert len(desk.state.leads) == 1


def test_a_customer_whose_lead_is_there_under_another_address_is_taken_over(desk: Desk) -> None:
    desk = with_reference(desk)
    desk.contact(JANE)
    desk.store.known.clear()
    moved = contact(5821, name="Jane", email="new@example.com", phone="+447700900999")

    with pytest.raises(TryAgain, match="has lead 1 already"):
        desk.contact(moved)
    desk.contact(moved)

    assert (len(desk.state.persons), len(desk.state.leads)) == (1, 1)


def test_a_second_lead_after_a_closed_one_has_a_numbered_reference(desk: Desk) -> None:
    desk = with_reference(desk)
    desk.contact(JANE)
    lead(desk)["lead_pipeline_stage_id"] = 6
    desk.store.known.clear()

    desk.contact(JANE)

    values = [row["text_value"] for row in desk.state.attribute_values.values()]
    assert [value for value in values if str(value).startswith("Chatwoot-")] == [
        "Chatwoot-3-contact-5821",
        "Chatwoot-3-contact-5821-2",
    ]


# Closed leads


def close(desk: Desk, stage_id: int = 6) -> None:
    ask(desk, "PUT", "leads/stage/edit/1", {"lead_pipeline_stage_id": stage_id})


def test_by_default_a_closed_lead_is_left_without_a_call(desk: Desk) -> None:
    desk.contact(JANE)
    close(desk)

    desk.created(talk())

    assert desk.calls == ["POST /activities"]
    assert lead(desk)["lead_pipeline_stage_id"] == 6


def test_a_closed_lead_is_opened_again_where_the_settings_say_so(desk: Desk) -> None:
    desk = with_facts(desk, settings={"closed_leads": "reopen"})
    desk.contact(JANE)
    close(desk)

    outcome = desk.created(talk())
    took = desk.calls
    desk.created(talk())

    assert took == ["GET /leads", "PUT /leads/stage/edit/1", "POST /activities"]
    assert desk.calls == []
    assert (lead(desk)["lead_pipeline_stage_id"], lead(desk)["closed_at"]) == (1, None)
    assert "Opened again" in notes(outcome)


def test_a_closed_lead_makes_way_for_a_new_one_where_the_settings_say_so(desk: Desk) -> None:
    desk = with_facts(desk, settings={"closed_leads": "new"})
    desk.contact(JANE)
    close(desk)

    desk.created(talk())
    took = desk.calls
    desk.created(talk())

    assert took == ["GET /leads", "GET /leads", "POST /leads", "POST /activities"]
    assert desk.calls == []
    assert [row["lead_pipeline_stage_id"] for row in desk.state.leads.values()] == [6, 1]
    assert desk.state.lead_activities[2]


def test_a_lead_that_a_conversation_brought_is_not_looked_at_again(desk: Desk) -> None:
    desk = with_facts(desk, settings={"closed_leads": "new"})

    brought(desk, talk())
    desk.created(talk())

    assert desk.calls == ["POST /activities"]


# Deleted leads


def test_a_deleted_lead_is_made_again_when_it_is_needed(desk: Desk) -> None:
    desk.contact(JANE)
    desk.delete("leads/1")

    desk.contact(SMITH)

    assert [row["title"] for row in desk.state.leads.values()] == ["Jane Smith"]
    assert desk.calls[-3:] == ["GET /leads", "GET /leads", "POST /leads"]


def test_a_deleted_lead_is_left_so_where_the_settings_say_so(desk: Desk) -> None:
    desk = desk.with_settings(on_deleted="leave")
    desk.contact(JANE)
    desk.delete("leads/1")

    outcome = desk.contact(SMITH)
    desk.contact(JANE.model_copy(update={"name": "Jane Roe"}))

    assert desk.state.leads == {}
    assert "left so" in notes(outcome)
    assert desk.calls == ["GET /contacts/persons", "PUT /contacts/persons/1"]


def test_a_source_that_was_deleted_has_the_settings_looked_at_again(desk: Desk) -> None:
    """Krayin only says 500 (recording 289)."""
    desk.with_settings(create_lead=False).contact(JANE)

    with pytest.raises(SetUpAgain, match="no source 99"):
        desk.with_settings(source_id=99).contact(JANE)


def test_a_lead_for_a_person_who_is_gone_brings_the_customer_back(desk: Desk) -> None:
    desk.with_settings(create_lead=False).contact(JANE)
    desk.delete("contacts/persons/1")

    with pytest.raises(TryAgain, match="Person 1 is gone"):
        desk.created(talk())
    desk.contact(JANE)

    assert (len(desk.state.persons), len(desk.state.leads)) == (1, 1)
