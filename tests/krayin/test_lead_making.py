"""When a customer has a lead and where it goes: by policy, inbox and reference, closed or deleted."""

from __future__ import annotations

import pytest
from starlette.types import Receive, Scope, Send

from crmhost import TryAgain
from crmhost_krayin.settings import Attribute

from .crm import Desk, contact
from .leading import (
    JANE,
    SMITH,
    brought,
    lead,
    talk,
    told,
    with_pipeline,
)


def test_an_inbox_has_its_own_place_for_leads(desk: Desk) -> None:
    desk, met, agreed = with_pipeline(desk)
    places = {7: {"pipeline_id": met.pipeline_id, "source_id": 4}, 8: {"stage_id": agreed.id}}
    desk = desk.with_settings(leads_by_inbox=places)

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
    assert "lead comes with its first conversation" in told(alone, "person")
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


def test_conversations_leads_follow_the_customer_with_their_next_events(desk: Desk) -> None:
    desk = desk.with_settings(
        lead_policy="one_per_conversation", lead_description="Plan {contact.plan}, {conversation.topic}"
    )
    brought(desk, talk(1, custom_attributes={"topic": "one"}))
    desk.created(talk(1, custom_attributes={"topic": "one"}))

    outcome = desk.contact(SMITH.model_copy(update={"custom_attributes": {"plan": "pro"}}))
    at_once = desk.calls
    desk.created(talk(2, custom_attributes={"topic": "two"}))
    desk.resolved(talk(1, status="resolved", custom_attributes={"topic": "one"}))
    took = desk.calls
    desk.resolved(talk(1, status="resolved", custom_attributes={"topic": "one"}))

    assert at_once == ["GET /contacts/persons", "PUT /contacts/persons/1"]
    assert "follow with their next events" in told(outcome, "person")
    assert [call.split("/")[1] for call in took] == ["activities", "leads", "leads"]
    assert desk.calls == []
    said = [(row["title"], row["description"]) for row in desk.state.leads.values()]
    assert said == [("Jane Smith", "Plan pro, one"), ("Jane Smith", "Plan pro, two")]


def test_what_was_kept_for_conversations_leads_is_not_taken_for_news_under_another_policy(
    desk: Desk,
) -> None:
    own = desk.with_settings(lead_policy="one_per_conversation")
    desk.contact(JANE)
    own.contact(JANE.model_copy(update={"name": "Jane Roe"}))

    desk.contact(SMITH)
    desk.created(talk(1))
    took = desk.calls
    own.created(talk(2, sender=SMITH))

    assert took == ["POST /activities"]
    assert [row["title"] for row in desk.state.leads.values()] == ["Jane Smith", "Jane Smith"]


def test_a_mapped_attribute_of_the_customers_follows_in_each_conversations_lead(desk: Desk) -> None:
    number = desk.make_attribute("leads", "plan")
    plan = Attribute(entity="leads", id=number, code="plan", type="text")
    desk = desk.with_facts(attributes=(plan,)).with_settings(
        lead_policy="one_per_conversation", attributes={"lead.plan": "contact.plan"}
    )
    free, pro = (JANE.model_copy(update={"custom_attributes": {"plan": plan}}) for plan in ("free", "pro"))
    brought(desk, talk(1, sender=free))

    desk.contact(pro)
    desk.created(talk(1, sender=free))

    assert desk.attribute("leads", 1, number) == "pro"


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


def test_a_krayin_that_ignores_filters_gives_nobody_a_strangers_lead(desk: Desk) -> None:
    desk.with_settings(create_lead=False).contact(JANE)
    desk.contact(contact(7, name="Ann", email="ann@example.com"))

    async def unfiltered(scope: Scope, receive: Receive, send: Send) -> None:
        await desk.sandbox({**scope, "query_string": b""}, receive, send)

    desk.stage.app = unfiltered
    desk.created(talk())

    assert [row["title"] for row in desk.state.leads.values()] == ["Ann", "Jane Doe"]


def test_policy_none_makes_no_leads(desk: Desk) -> None:
    desk = desk.with_settings(lead_policy="none")

    brought(desk, talk())
    desk.created(talk())

    assert (len(desk.state.persons), len(desk.state.leads)) == (1, 0)


# The reference


def with_reference(desk: Desk) -> Desk:
    attribute = {"code": "chatwoot_ref", "name": "Chatwoot", "type": "text", "entity_type": "leads"}
    desk.ask("POST", "settings/attributes", attribute | {"is_unique": 1, "is_required": 0, "quick_add": 1})
    return desk.with_facts(references=frozenset({"leads"}))


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
