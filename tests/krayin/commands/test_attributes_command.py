"""The command that shows attributes, and makes those that are missing."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from crmhost_krayin.cli import main
from crmhost_krayin.mappers.new_attributes import new_attributes

from ..crm import Desk
from .conftest import ONCE, Run, customized, document, own


@ONCE
def test_the_attributes_of_persons_and_leads_are_listed_with_what_is_mapped_to_them(
    run: Run, desk: Desk
) -> None:
    run("attributes", "1", "--create", "person.plan:select(Basic;Gold), lead.budget:text")
    customized(attributes="person.plan=contact.plan|lower, lead.budget=contact.b|default:plenty")
    own(desk, "budget")["type"] = "price"  # somebody made it anew

    listed = document(run("attributes", "1", "--json"))["attributes"]

    by_name = {line["attribute"]: line for line in listed}
    assert by_name["person.plan"] == {
        "attribute": "person.plan",
        "type": "select",
        "name": "Plan",
        "options": ["Basic", "Gold"],
        "from": "contact.plan|lower",
        "problem": "",
    }
    assert by_name["lead.budget"]["problem"] == "the word plenty is no number (plenty)"
    assert by_name["person.emails"]["from"] is None
    assert {line["attribute"].partition(".")[0] for line in listed} == {"person", "lead"}


@ONCE
def test_a_mapping_to_what_was_deleted_since_is_listed_too(run: Run, desk: Desk) -> None:
    run("attributes", "1", "--create", "person.plan:text, lead.size:text")
    customized(attributes="person.plan=contact.plan, lead.size=contact.size")
    desk.state.attributes.pop(own(desk, "size")["id"])

    output = run("attributes", "1").output

    (line,) = [line for line in output.splitlines() if line.startswith("lead.size")]
    assert line.split(maxsplit=2)[1] == "contact.size"
    assert "Krayin's leads have no attribute size" in line


def test_attributes_are_made_once_and_then_there(run: Run, desk: Desk) -> None:
    words = (
        "attributes",
        "1",
        "--create",
        "person.plan:text,lead.topic:select(a;b)",
        "--create",
        "lead.vip:boolean",
    )

    made, again = document(run(*words, "--json")), document(run(*words, "--json"))

    assert [line["result"] for line in made["create"]] == ["made"] * 3
    assert [line["result"] for line in again["create"]] == ["is there"] * 3
    rows = (own(desk, code) for code in ("plan", "topic", "vip"))
    assert [(row["entity_type"], row["code"], row["name"], row["type"]) for row in rows] == [
        ("persons", "plan", "Plan", "text"),
        ("leads", "topic", "Topic", "select"),
        ("leads", "vip", "Vip", "boolean"),
    ]
    assert [row["name"] for row in desk.state.tables["attribute_options"].values()] == ["a", "b"]


@ONCE
def test_a_dry_run_makes_nothing_and_says_how_to_map(run: Run, desk: Desk) -> None:
    before = len(desk.state.attributes)

    result = run("attributes", "1", "--create", "person.plan:text", "--dry-run")

    assert len(desk.state.attributes) == before
    assert "person.plan  text  would be made" in result.output
    assert result.output.splitlines()[-1] == (
        "Map them, for example: crmhost set 1 --set 'attributes=person.plan=contact.plan'"
    )


@ONCE
def test_an_attribute_that_is_there_otherwise_is_left_and_told(run: Run) -> None:
    run("attributes", "1", "--create", "person.plan:text, person.size:select(S;M)")

    result = document(
        run("attributes", "1", "--create", "person.Plan:text, person.size:select(s;L;XL)", "--json")
    )

    assert [line["result"] for line in result["create"]] == [
        "is there as plan",
        "is there without L, XL: add them in Krayin",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("plan", "plan is no attribute; it is such as person.plan:text or lead.topic:select(a;b)."),
        ("person.p:text", "person.p:text is no attribute"),
        ("person.emails:text", "person.emails is Krayin's own."),
        ("person.plan:email", "person.plan:email has no type that can be written; there are text"),
        ("person.plan:select", "person.plan:select needs options, such as select(a;b)."),
        ("person.plan:text(a)", "person.plan:text(a) takes no options."),
        ("person.plan:text, person.PLAN:date", "One attribute is named twice."),
    ],
)
def test_what_cannot_be_made_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    result = CliRunner().invoke(main, ["attributes", "1", "--create", text])

    assert result.exit_code == 2
    assert result.output.splitlines()[-1].startswith(f"Error: {sentence}")


@pytest.mark.parametrize(
    "words", [["attributes"], ["nosuch"], ["attributes", "1", "--create", "foo"]], ids=" ".join
)
def test_a_wrong_usage_is_one_document_where_json_is_asked_for(words: list[str]) -> None:
    result = CliRunner().invoke(main, [*words, "--json"])

    assert result.exit_code == 2
    assert document(result)["error"]["kind"] == "usage"


def test_options_may_have_commas_and_blanks() -> None:
    (one, other) = new_attributes(["lead.topic: select( Sales, new ; Support ), person.plan:text"])

    assert (one.options, other.code) == (("Sales, new", "Support"), "plan")
