"""What setup finds of Krayin's attributes, and the one that it makes."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import Links, SettingsError
from crmhost.admin.heard import translated
from crmhost.admin.words import speaking
from crmhost_krayin import KrayinSettings, setup

from ...house.words import knowing_plugins
from ..crm import Desk
from ..test_refusals import answer_each
from .test_versions import facts_of, said_of


def add(desk: Desk, entity: str, code: str, type_: str = "text", *options: str, **fields: Any) -> int:
    """Make an attribute as the owner of Krayin would, and return its id."""
    row = {"entity_type": entity, "code": code, "name": code, "type": type_, "is_user_defined": 1}
    made: int = desk.state.insert(desk.state.attributes, row | {"quick_add": 1, "is_unique": 0} | fields)[
        "id"
    ]
    for name in options:
        desk.state.insert(desk.state.tables["attribute_options"], {"attribute_id": made, "name": name})
    return made


def made(desk: Desk) -> dict[str, Any]:
    """Return the attributes that people or setup made, by entity and code."""
    rows = (row for row in desk.state.attributes.values() if row["is_user_defined"])
    return {f"{row['entity_type']}.{row['code']}": row for row in rows}


# The reference attribute


def test_a_unique_reference_is_made_for_persons_and_leads_and_can_be_seen_for_what_it_is(
    krayin: Desk,
) -> None:
    references = facts_of(krayin).references

    assert references == {"persons", "leads"}
    assert sorted(made(krayin)) == ["leads.chatwoot_ref", "persons.chatwoot_ref"]
    assert {row["name"] for row in made(krayin).values()} == {"Chatwoot reference"}
    assert {(row["type"], row["is_unique"], row["is_required"]) for row in made(krayin).values()} == {
        ("text", 1, 0)
    }


def test_a_reference_that_is_there_is_used_and_nothing_is_made(krayin: Desk) -> None:
    krayin.setup()
    asked = len(krayin.sandbox.requests)

    references = facts_of(krayin, reference_attribute="Chatwoot_Ref").references

    assert references == {"persons", "leads"}
    assert [one.method for one in krayin.sandbox.requests[asked:]].count("POST") == 1  # the clock's


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"type_": "textarea"}, "it is a textarea and no text"),
        ({"is_unique": 0}, "it is not unique"),
        ({"validation": "numeric"}, "it takes only what is numeric"),
    ],
)
def test_an_attribute_that_cannot_hold_it_is_left_as_it_is(
    krayin: Desk, fields: dict[str, Any], why: str
) -> None:
    add(krayin, "persons", "chatwoot_ref", **{"is_unique": 1, **fields})
    before = dict(made(krayin)["persons.chatwoot_ref"])

    said = said_of(krayin, "Reference attribute")

    assert f"not used for persons: {why}, made for leads" in said
    assert facts_of(krayin).references == {"leads"}
    assert dict(made(krayin)["persons.chatwoot_ref"]) == before


def test_the_reference_can_be_declined(krayin: Desk) -> None:
    assert facts_of(krayin, reference_attribute="").references == frozenset()
    assert said_of(krayin, "Reference attribute", reference_attribute="") == "none, as set"
    assert not made(krayin)


def test_where_no_leads_are_made_they_need_no_reference(krayin: Desk) -> None:
    assert facts_of(krayin, lead_policy="none").references == {"persons"}
    assert list(made(krayin)) == ["persons.chatwoot_ref"]


def test_a_reference_that_krayin_does_not_make_is_a_setting_to_be_changed(krayin: Desk) -> None:
    with pytest.raises(
        SettingsError, match=r"does not make the attribute x for persons: .* valid code"
    ) as wrong:
        krayin.setup(reference_attribute="x")

    assert "reference_attribute" in wrong.value.fix


def test_a_refused_attribute_names_what_krayin_said(desk: Desk) -> None:
    answer_each("POST", desk, {"message": "No.", "errors": {"code": ["Taken."]}}, 422)

    with pytest.raises(SettingsError, match="code: Taken"):
        desk.setup()


# Only looking


def look(desk: Desk, **settings: Any) -> dict[str, str]:
    """Set up as ``crmhost check`` does, and return the report."""
    context = desk.context(Links(), KrayinSettings(**{**desk.settings, **settings}))
    report = setup(type(context)(**{**vars(context), "read_only": True})).report
    return {line.name: line.told for line in report}


def test_a_check_makes_nothing(krayin: Desk) -> None:
    report = look(krayin)

    assert {one.method for one in krayin.sandbox.requests} == {"GET"}
    assert report["Time zone"] == "looked for when it is turned on: that takes a write"
    assert report["Reference attribute"].startswith("chatwoot_ref: to be made for persons by")


def test_a_check_of_a_connection_tells_what_is_known_of_it(krayin: Desk) -> None:
    found = krayin.setup().settings
    krayin.sandbox.requests.clear()

    report = look(krayin, **found)

    assert {one.method for one in krayin.sandbox.requests} == {"GET"}
    assert report["Time zone"] == "Asia/Kolkata, as found before"
    assert report["Reference attribute"].startswith("chatwoot_ref. To do without")


def test_a_check_finds_a_stage_that_was_deleted_since(krayin: Desk) -> None:
    found = krayin.setup().settings
    del krayin.state.stages[found["stage_id"]]

    with pytest.raises(SettingsError, match="Krayin has no stage 1 in the pipeline"):
        look(krayin, **found)


def test_a_check_takes_the_zone_that_is_set(krayin: Desk) -> None:
    assert look(krayin, server_timezone="Europe/Prague")["Time zone"] == "Europe/Prague, as set"


# Checkboxes


def test_checkboxes_are_named_with_what_is_done_about_them(krayin: Desk) -> None:
    add(krayin, "persons", "is_vip", "boolean")
    add(krayin, "leads", "urgent", "boolean")
    add(krayin, "leads", "hot", "boolean")
    add(krayin, "organizations", "public", "boolean")

    lines = {line.name: line for line in krayin.setup().report}
    report = {name: line.told for name, line in lines.items()}

    assert facts_of(krayin).checkboxes == {"persons": ("is_vip",), "leads": ("hot", "urgent")}
    assert report["Checkboxes of persons"].startswith("is_vip: read before each write")
    assert report["Checkboxes of leads"].startswith("hot, urgent: Krayin does not tell which of them are yes")
    assert "protect_checkboxes=no" in lines["Checkboxes of leads"].fix
    assert [lines[f"Checkboxes of {one}"].state for one in ("persons", "leads")] == ["ok", "warning"]


def test_attributes_are_read_about_in_the_language_spoken(krayin: Desk) -> None:
    add(krayin, "persons", "chatwoot_ref", is_unique=0)
    add(krayin, "persons", "is_vip", "boolean")
    add(krayin, "leads", "hot", "boolean")
    add(krayin, "leads", "urgent", "boolean")
    report = krayin.setup().report

    with knowing_plugins(), speaking("es"):
        told = {translated(line.name): translated(line.found) for line in report}

    assert told["Casillas de personas"] == (
        "is_vip: se lee antes de cada escritura, que la pondría en no, y se envía con ella; "
        "eso cuesta una llamada."
    )
    assert told["Casillas de leads"] == (
        "hot, urgent: Krayin no dice cuáles de ellas son sí, así que no se escribe lo que las pondría en no."
    )
    assert told["Atributo de referencia"] == (
        "chatwoot_ref: no se usa para personas: no es único, creado para leads. "
        "Para prescindir de él, deje reference_attribute vacío."
    )


def test_a_reference_that_serves_nowhere_is_read_about_in_it_too(krayin: Desk) -> None:
    for entity in ("persons", "leads"):
        add(krayin, entity, "chatwoot_ref", "select", is_unique=1)
    said = said_of(krayin, "Reference attribute")

    with knowing_plugins(), speaking("pt_BR"):
        told = translated(said)

    assert told == (
        "chatwoot_ref não serve como atributo de referência: "
        "não é usado para pessoas: é select e não um texto, não é usado para leads: é select e não um texto."
    )


def test_checkboxes_that_may_be_reset_are_said_to_be(krayin: Desk) -> None:
    add(krayin, "persons", "is_vip", "boolean")

    assert "sets them to no" in said_of(krayin, "Checkboxes of persons", protect_checkboxes="no")


def test_without_checkboxes_nothing_is_said_of_them(krayin: Desk) -> None:
    assert said_of(krayin, "Checkboxes of persons") == ""


# Mapped attributes


def test_mapped_attributes_are_kept_with_their_types_and_options(krayin: Desk) -> None:
    plan = add(krayin, "persons", "plan", "select", "Basic", "Pro ")
    budget = add(krayin, "leads", "budget", "price")
    mapping = "person.plan=contact.plan, lead.budget=conversation.budget|number"

    facts = facts_of(krayin, attributes=mapping)
    told = said_of(krayin, "Attributes", attributes=mapping)

    options = {name: key for key, name in _options(krayin, plan).items()}
    assert [one.model_dump() for one in sorted(facts.attributes, key=lambda one: one.id)] == [
        {"entity": "persons", "id": plan, "code": "plan", "type": "select", "options": options},
        {"entity": "leads", "id": budget, "code": "budget", "type": "price", "options": {}},
    ]
    assert sorted(options) == ["basic", "pro"]
    assert told == "lead.budget (price), person.plan (select of 2)"


def _options(desk: Desk, attribute_id: int) -> dict[int, str]:
    rows = desk.state.tables["attribute_options"].where(attribute_id=attribute_id)
    return {row["id"]: row["name"].strip().lower() for row in rows}


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (
            "person.plam",
            "person.plam: Krayin's persons have no attribute plam; they have parent, photo, plan.",
        ),
        ("lead.plan", "lead.plan: Krayin's leads have no attribute plan; plan is one of its persons."),
        ("person.parent", "person.parent: the attribute is of type lookup;"),
        ("person.photo", "person.photo: the attribute is of type image;"),
    ],
)
def test_a_mapping_that_cannot_be_is_one_sentence_with_a_remedy(
    desk: Desk, target: str, sentence: str
) -> None:
    add(desk, "persons", "plan")
    add(desk, "persons", "parent", "lookup", lookup_type="persons")
    add(desk, "persons", "photo", "image")

    with pytest.raises(SettingsError) as wrong:
        desk.setup(attributes={target: "contact.x"})

    assert sentence in str(wrong.value)
    assert wrong.value.fix
    assert not desk.state.activities
    assert "persons.chatwoot_ref" not in made(desk)
