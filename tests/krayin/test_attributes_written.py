"""Mapped attributes all the way: made, found by setup, written with the person, told where they don't fit."""

from __future__ import annotations

from typing import Any

from crmhost import Contact, Links
from crmhost_krayin import handle_contact
from crmhost_krayin.clients.attributes import Attributes
from crmhost_krayin.clients.memory import memory_of
from crmhost_krayin.clients.transport import Transport
from crmhost_krayin.desk import transport_of
from crmhost_krayin.mappers.new_attributes import new_attributes

from .crm import Desk, conversation

MADE = """
    person.plan:text, person.notes:textarea, person.spent:price, person.agrees:boolean,
    person.tier:select(Basic;Gold), person.likes:multiselect(tea;coffee),
    person.channels:checkbox(mail;phone),
    person.birthday:date, person.seen:datetime
"""
VALUES: dict[str, Any] = {
    "plan": "Trial\nplan",
    "notes": "one\ntwo",
    "spent": "1,234.50 €",
    "agrees": True,
    "tier": "gold",
    "likes": ["coffee", "tea"],
    "channels": ["phone"],
    "birthday": "31.12.1990",
    "seen": "2026-01-05T10:00:00Z",
}
JANE: dict[str, Any] = {"name": "Jane", "email": "jane@example.com", "phone": "+447700900123"}


def mapped(desk: Desk) -> Desk:
    """Make all kinds of attributes, and map contact attributes of the same names to them."""
    transport: Transport = transport_of(desk.context(Links()))
    for one in new_attributes([MADE]):
        Attributes(transport).create(one.payload())
    pairs = ", ".join(f"person.{name}=contact.{name}" for name in VALUES)
    found = desk.setup(attributes=pairs, timezone="Europe/Prague").settings
    return desk.with_settings(attributes=pairs, timezone="Europe/Prague", **found)


def test_an_option_that_was_made_since_setup_is_known_from_the_next_change_on(desk: Desk) -> None:
    desk = mapped(desk)
    (tier,) = desk.state.attributes.where(code="tier")
    jane = Contact(id=5821, **JANE, custom_attributes=VALUES | {"tier": "Platinum"})

    before = desk._deliver(handle_contact, contact=jane, conversation=None)
    desk._deliver(handle_contact, contact=jane, conversation=None)
    unknown = desk.calls
    desk.state.insert(
        desk.state.tables["attribute_options"],
        {"name": "Platinum", "attribute_id": tier["id"], "sort_order": 3},
    )
    memory_of(desk.url, str(desk.settings["api_token"])).lists.drop("attributes")  # ten minutes go by
    desk._deliver(handle_contact, contact=jane, conversation=None)
    took = desk.calls
    desk._deliver(handle_contact, contact=jane, conversation=None)

    assert "person.tier: contact.tier is none of its options (Platinum)." in [
        change.note for change in before.changes
    ]
    assert unknown == []
    assert took[:2] == ["GET /settings/attributes", "GET /contacts/persons"]
    assert kept(desk)["tier"] == "Platinum"
    assert desk.calls == []


def kept(desk: Desk, person_id: int = 1) -> dict[str, Any]:
    """Return what Krayin keeps under the mapped attributes, choices by their names."""
    state = desk.state
    codes = {row["id"]: row["code"] for row in state.attributes.values() if row["code"] in VALUES}
    names = {row["id"]: row["name"] for row in state.tables["attribute_options"].values()}
    columns = ("text_value", "float_value", "boolean_value", "integer_value", "date_value", "datetime_value")
    values = {}
    for attribute_id, row in state.attribute_values.of("persons", person_id).items():
        if attribute_id in codes:
            values[codes[attribute_id]] = next(row[column] for column in columns if row[column] is not None)
    values["tier"] = names[values["tier"]]
    for code in ("likes", "channels"):
        values[code] = sorted(names[int(part)] for part in values[code].split(","))
    return values


def test_each_kind_is_written_as_krayin_keeps_it_with_the_person_in_as_many_calls_as_without(
    desk: Desk,
) -> None:
    krayin = mapped(desk)

    krayin.contact(Contact(id=5821, custom_attributes=VALUES, **JANE))

    assert krayin.calls == ["GET /contacts/persons/search", "POST /leads"]
    after = kept(krayin)
    assert float(after.pop("spent")) == 1234.5
    assert str(after.pop("birthday")).startswith("1990-12-31")
    assert after == {
        "plan": "Trial plan",
        "notes": "one\ntwo",
        "agrees": 1,
        "tier": "Gold",
        "likes": ["coffee", "tea"],
        "channels": ["phone"],
        "seen": "2026-01-05 15:30:00",
    }


def test_the_same_values_again_cost_nothing(desk: Desk) -> None:
    krayin = mapped(desk)
    jane = Contact(id=5821, custom_attributes=VALUES, **JANE)
    krayin.contact(jane)

    krayin.contact(jane)

    assert krayin.calls == []


def test_what_does_not_fit_is_told_and_holds_nothing_up(desk: Desk) -> None:
    krayin = mapped(desk)

    outcome = krayin.contact(
        Contact(id=5821, custom_attributes=VALUES | {"tier": "Iron", "spent": "much"}, **JANE)
    )

    assert [change.note for change in outcome.changes if change.note] == [
        "person.spent: contact.spent is no number (much). "
        "person.tier: contact.tier is none of its options (Iron)."
    ]
    assert krayin.state.persons[1]["name"] == "Jane"


def test_a_value_that_vanished_in_chatwoot_stays_in_krayin(desk: Desk) -> None:
    krayin = mapped(desk)
    krayin.contact(Contact(id=5821, custom_attributes=VALUES, **JANE))
    before = kept(krayin)

    krayin.contact(Contact(id=5821, custom_attributes={"agrees": True}, **(JANE | {"name": "Jane Smith"})))

    assert krayin.state.persons[1]["name"] == "Jane Smith"
    assert kept(krayin) == before


def test_a_lead_gets_what_its_conversation_says(desk: Desk) -> None:
    transport = transport_of(desk.context(Links()))
    for one in new_attributes(["lead.budget:price, lead.topic:select(sales;support)"]):
        Attributes(transport).create(one.payload())
    pairs = "lead.budget=conversation.budget|number, lead.topic=conversation.labels|first"
    krayin = desk.with_settings(attributes=pairs, **desk.setup(attributes=pairs).settings)
    jane = Contact(id=5821, **JANE)
    talk = conversation(731, jane, custom_attributes={"budget": "1.200,50 €"}, labels=["pricing"])

    outcome = krayin._deliver(handle_contact, contact=jane, conversation=talk)

    codes = {row["id"]: row["code"] for row in krayin.state.attributes.values()}
    values = {codes[key]: row for key, row in krayin.state.attribute_values.of("leads", 1).items()}
    assert float(values["budget"]["float_value"]) == 1200.5
    assert "topic" not in values
    assert [change.note for change in outcome.changes if change.kind == "lead" and change.note] == [
        "lead.topic: conversation.labels is none of its options (pricing)."
    ]
