"""The card beside a conversation, against the sandbox: what it shows, what it costs, what agents may do."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import Card, Outcome, Rejected
from crmhost_krayin import act_on_card, card

from .crm import Desk, contact
from .leading import CUSTOMER, JANE, at, brought, met, talk, told

MAY = {"card_creates_leads": True, "card_moves_leads": True}


def shown(desk: Desk, conversation_id: int | None = None) -> Card | None:
    found: Any = desk._deliver(card, contact_id=5821, conversation_id=conversation_id)
    return found  # type: ignore[no-any-return]


def done(desk: Desk, action: str, value: str = "") -> Outcome:
    return desk._deliver(act_on_card, contact=JANE, conversation=None, action=action, value=value)


def test_it_shows_lead_person_and_organization_in_two_calls(desk: Desk) -> None:
    company = contact(5821, **CUSTOMER, company="Globex Ltd")
    desk = desk.with_settings(lead_value="1200.5")
    desk.contact(company)
    desk.ask(
        "POST", "activities", {"type": "note", "comment": "<p>Called &amp; <b>agreed</b>.</p>", "lead_id": 1}
    )

    found = shown(desk)

    assert desk.calls == ["GET /leads", "GET /leads/1/activities"]
    assert found
    lead, person, organization = found.records
    assert (lead.kind, lead.remote_id, lead.title) == ("lead", "1", "Jane Doe")
    assert lead.fields[:2] == (("Stage", "New"), ("Value", 1200.5))
    assert person.fields[0] == ("E-mail", "jane.doe@example.com")
    assert organization.title == "Globex Ltd"
    assert [(one.title, one.text) for one in found.events] == [("Note", "Called & agreed .")]
    assert found.actions == ()


def test_without_a_lead_it_shows_the_person(desk: Desk) -> None:
    desk = met(desk, lead_policy="none")

    found = shown(desk)

    assert desk.calls == ["GET /contacts/persons", "GET /contacts/persons/1/activities"]
    assert found
    assert [one.kind for one in found.records] == ["person"]


def test_of_a_stranger_there_is_none(desk: Desk) -> None:
    assert shown(desk) is None
    assert desk.calls == []


def test_a_deleted_lead_is_not_shown(desk: Desk) -> None:
    desk = met(desk)
    desk.delete("leads/1")

    found = shown(desk)

    assert found
    assert [one.kind for one in found.records] == ["person"]


def test_an_agent_moves_a_lead_where_the_settings_say_so(desk: Desk) -> None:
    desk = met(desk, **MAY)
    found = shown(desk)
    assert found
    assert [(one.name, one.value) for one in found.actions] == [("move_lead", "1")]

    outcome = done(desk, "move_lead", "3")

    assert at(desk) == 3
    assert told(outcome) == "Moved from the card in Chatwoot."
    done(desk, "move_lead", "1")  # a person may go back, where no rule may
    assert at(desk) == 1


@pytest.mark.parametrize(("action", "value"), [("move_lead", "99"), ("create_lead", ""), ("nothing", "")])
def test_what_is_not_offered_is_not_done(desk: Desk, action: str, value: str) -> None:
    desk = met(desk, **MAY)
    before = dict(desk.state.leads[1])

    with pytest.raises(Rejected):
        done(desk, action, value)

    assert dict(desk.state.leads[1]) == before
    assert len(desk.state.leads) == 1


def test_what_the_settings_do_not_say_is_not_done(desk: Desk) -> None:
    desk = met(desk)

    with pytest.raises(Rejected, match="not offered"):
        done(desk, "move_lead", "3")

    assert at(desk) == 1


def test_a_lead_is_made_for_a_customer_without_one(desk: Desk) -> None:
    desk = met(desk, lead_policy="none").with_settings(**MAY)
    found = shown(desk)
    assert found
    assert [one.name for one in found.actions] == ["create_lead"]

    outcome = done(desk, "create_lead")

    assert [(one.kind, one.action) for one in outcome.changes] == [("lead", "created")]
    assert desk.state.leads[1]["person_id"] == 1
    again: Any = shown(desk)
    assert [one.kind for one in again.records] == ["lead", "person"]


def test_after_one_that_is_closed_another_is_made(desk: Desk) -> None:
    desk = met(desk, **MAY)
    done(desk, "move_lead", "5")

    outcome = done(desk, "create_lead")

    assert [(one.action, one.remote_id) for one in outcome.changes if one.kind == "lead"] == [
        ("created", "2")
    ]
    assert len(desk.state.leads) == 2


def test_a_customer_who_is_not_in_krayin_is_brought_with_the_lead(desk: Desk) -> None:
    desk = desk.with_settings(**MAY)

    outcome = done(desk, "create_lead")

    assert {one.kind for one in outcome.changes} == {"person", "lead"}
    assert len(desk.state.leads) == 1


def test_each_conversations_own_lead_is_shown_beside_it(desk: Desk) -> None:
    desk = desk.with_settings(lead_policy="one_per_conversation")
    brought(desk, talk(731))
    desk.created(talk(731))

    found = shown(desk, 731)

    assert found
    assert found.records[0].kind == "lead"
    assert [one.kind for one in (shown(desk) or found).records] == ["person"]
