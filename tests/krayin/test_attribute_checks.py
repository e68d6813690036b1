"""The mapping held against Krayin's own list of attributes: which pairs could not work."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost_krayin import KrayinSettings
from crmhost_krayin.mappers.attribute_checks import check_mapping, mapped_attributes
from crmhost_krayin.mappers.attribute_types import TYPES
from crmhost_krayin.settings import Attribute


def settings(mapping: str, **given: Any) -> KrayinSettings:
    return KrayinSettings(
        **{"api_url": "https://crm.example.com", "api_token": "3|abc", "attributes": mapping, **given}
    )


def row(code: str, type_: str = "text", entity: str = "persons", **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"id": 61, "lookup_type": None, "options": [], "is_user_defined": 1}
    return plain | {"code": code, "name": code, "type": type_, "entity_type": entity} | more


ROWS = [
    row("plan", "select", id=70, options=[{"id": 7, "name": "Gold"}, {"id": 8, "name": "Silver  plate"}]),
    row("birthday", "date"),
    row("budget", "price", "leads"),
    row("agent", "select", lookup_type="users"),
    row("vat", "address"),
    row("Tier"),
    row("chatwoot_ref"),
    row("name", is_user_defined=0),
]


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ("person.colour=contact.c", "Krayin's persons have no attribute colour; they have Tier, agent, "
         "birthday, chatwoot_ref, plan, vat"),
        ("lead.colour=contact.c", "Krayin's leads have no attribute colour; they have budget"),
        ("person.budget=contact.c", "Krayin's persons have no attribute budget; budget is one of its leads"),
        ("person.tier=contact.c", "Krayin's persons have no attribute tier; Tier is one of its persons"),
        ("person.agent=contact.c", "the attribute's options are Krayin's users, which can't be named here"),
        ("person.vat=contact.c", "the attribute is of type address; there can be " + ", ".join(TYPES)),
        ("person.birthday=contact.c|number",
         "the attribute is of type date, which can't hold what number makes"),
        ("lead.budget=contact.c|default:plenty", "the word plenty is no number (plenty)"),
        ("person.plan=contact.c|map:a>Gold;b>Bronze;c>Iron|title",
         "the word Bronze is none of its options (Bronze); the word Iron is none of its options (Iron)"),
        ("person.chatwoot_ref=contact.c",
         "that attribute holds the reference by which records are found again"),
    ],
)  # fmt: skip
def test_setup_is_told_of_a_pair_that_could_not_work(mapping: str, problem: str) -> None:
    assert check_mapping(settings(mapping), ROWS) == [f"{mapping.partition('=')[0]}: {problem}."]


def test_setup_keeps_of_the_mapped_attributes_what_is_needed_to_write_them() -> None:
    chosen = settings(
        "person.plan=contact.plan|map:a>silver plate, lead.budget=contact.b, person.vat=contact.v"
    )

    assert check_mapping(chosen, ROWS[:4]) != []
    assert mapped_attributes(chosen, ROWS) == (
        Attribute(
            entity="persons", id=70, code="plan", type="select", options={"gold": 7, "silver plate": 8}
        ),
        Attribute(entity="leads", id=61, code="budget", type="price"),
    )
