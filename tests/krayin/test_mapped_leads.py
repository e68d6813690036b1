"""Mapped attributes of leads: they come with a new one and follow; what the sales team changed stays."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost_krayin.settings import Attribute

from .crm import Desk
from .leading import (
    JANE,
    brought,
    changed,
    talk,
    told,
)


@pytest.fixture
def mapped(desk: Desk) -> Desk:
    """A Krayin with an attribute of leads for what a conversation's budget is."""
    number = desk.make_attribute("leads", "budget")
    budget = Attribute(entity="leads", id=number, code="budget", type="text")
    desk = desk.with_facts(attributes=(budget,))
    return desk.with_settings(attributes={"lead.budget": "conversation.budget"})


def budget(desk: Desk) -> Any:
    (attribute,) = desk.state.attributes.where(code="budget")
    return desk.attribute("leads", 1, attribute["id"])


def test_a_mapped_attribute_comes_with_a_new_lead_and_is_followed(mapped: Desk) -> None:
    brought(mapped, talk(custom_attributes={"budget": "small"}))
    first = budget(mapped)

    changed(mapped, talk(custom_attributes={"budget": "big"}), "custom_attributes")
    took = mapped.calls
    changed(mapped, talk(custom_attributes={"budget": "big"}), "custom_attributes")
    mapped.contact(JANE)

    assert (first, budget(mapped)) == ("small", "big")
    assert took == ["GET /leads", "GET /leads/search", "PUT /leads/attributes/edit/1"]
    assert mapped.calls == []


def test_a_mapped_attribute_that_the_sales_team_changed_stays_and_is_told(mapped: Desk) -> None:
    brought(mapped, talk(custom_attributes={"budget": "small"}))
    mapped.ask("PUT", "leads/attributes/edit/1", {"budget": "unlimited"})

    outcome = changed(mapped, talk(custom_attributes={"budget": "big"}), "custom_attributes")

    assert budget(mapped) == "unlimited"
    assert "budget stays" in told(outcome)


def test_a_conversations_older_copy_of_the_customer_changes_no_attribute(mapped: Desk) -> None:
    mapped = mapped.with_settings(attributes={"lead.budget": "contact.budget"})
    mapped.contact(JANE.model_copy(update={"custom_attributes": {"budget": "big"}}))

    mapped.created(talk(sender=JANE.model_copy(update={"custom_attributes": {"budget": "small"}})))

    assert mapped.calls == ["POST /activities"]
    assert budget(mapped) == "big"
