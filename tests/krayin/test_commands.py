"""The plugin's own commands, on a house and a Krayin as a person has them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import crmhost_krayin
from crmhost import Contact, Context, CRMHostError, Link, plugins, visiting
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.connect import change, connect
from crmhost.settings import load_settings
from crmhost.store import connections, links
from crmhost.wiring import open_house
from crmhost_krayin.cli import main
from crmhost_krayin.clients.persons import Persons
from crmhost_krayin.desk import transport_of
from crmhost_krayin.finders import everybody
from crmhost_krayin.mappers.new_attributes import new_attributes

from ..host.fake_crm import FakeCRM
from .crm import Desk, contact, served

Run = Callable[..., Result]
ONCE = pytest.mark.parametrize("desk", ["2.1"], indirect=True)
"""For what does not depend on Krayin's version."""


@pytest.fixture
def run(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command where connection 1 is to the desk's Krayin."""
    monkeypatch.setenv("CRMHOST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("crmhost.logs.configure", lambda *_: None)
    installed = {"krayin": plugins.load("krayin", crmhost_krayin), "fake": FakeCRM().plugin()}
    monkeypatch.setattr("crmhost.wiring.discover", lambda: plugins.Plugins(installed))
    given = {name: desk.settings[name] for name in ("api_url", "api_token")}
    with open_house(load_settings()) as house:
        connect(house, "krayin", 3, given)
    return lambda *words: CliRunner().invoke(main, words)


def document(result: Result) -> Any:
    return json.loads(result.output)


def customized(**settings: Any) -> None:
    """Change the connection's settings as a person would."""
    with open_house(load_settings()) as house:
        change(house, 1, settings)


def own(desk: Desk, code: str) -> Any:
    """Return the attribute of this code that somebody added."""
    (row,) = (row for row in desk.state.attributes.values() if row["code"] == code)
    return row


# attributes


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
    assert json.loads(result.stdout)["error"]["kind"] == "usage"


def test_options_may_have_commas_and_blanks() -> None:
    (one, other) = new_attributes(["lead.topic: select( Sales, new ; Support ), person.plan:text"])

    assert (one.options, other.code) == (("Sales, new", "Support"), "plan")


# preview-account


class FakeChatwoot:
    """Chatwoot's contacts, and nothing else of it."""

    def __init__(self, contacts: Sequence[Contact]) -> None:
        self._contacts = contacts

    def contacts(self) -> Iterator[Contact]:
        yield from self._contacts


@pytest.fixture
def chatwoot(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give the connection a Chatwoot with these contacts."""

    def give(*contacts: Contact) -> None:
        @contextmanager
        def visited(connection_id: int, **how: Any) -> Iterator[Context[Any]]:
            with visiting(connection_id, **how) as context:
                yield replace(context, chatwoot=FakeChatwoot(contacts))  # type: ignore[arg-type]

        monkeypatch.setattr("crmhost_krayin.cli.output.visiting", visited)

    return give


def persons(desk: Desk) -> None:
    """Let the sales team know some people."""
    writer = desk.with_settings(create_lead=False)
    known = [
        ("Jane Doe", "jane@example.com", "+447700900123"),
        ("Ann", "ann@example.com", "+447700900124"),
        ("Ben", "ben@example.com", "+44 (7700) 900-125"),
        ("Wanda", "447700900126@phone.invalid", "+447700900126"),
        ("Twin", "twin@example.com", "+447700900127"),
    ]
    for number, (name, email, phone) in enumerate(known, 1):
        writer.contact(contact(900 + number, name=name, email=email, phone=phone))
    desk.state.persons[5]["emails"] = [{"value": "ANN@example.com", "label": "work"}]
    desk.state.persons[3]["contact_numbers"] = [{"value": "+44 (7700) 900-125", "label": "work"}]


CONTACTS = (
    contact(1, name="Jane", email="Jane@Example.com"),
    contact(2, name="Wanda", phone="+447700900126"),
    contact(3, name="New", email="new@example.com", phone="+447700900999"),
    contact(4, name="=cmd()", email="ann@example.com"),
    contact(5, name="Colleague", email="colleague@example.com", phone="+447700900125"),
    contact(6, name="Both", email="jane@example.com", phone="+447700900124"),
    contact(7, name="Visitor"),
    contact(8, name="Old hand", email="old@example.com"),
)
EXPECTED = [
    (1, "linked", 1, "has the same e-mail address"),
    (2, "linked", 4, "has the same phone number"),
    (3, "created", None, "nobody has this e-mail address or phone number"),
    (4, "ambiguous", 2, "persons 2, 5 have this e-mail address"),
    (5, "ambiguous", None, "somebody with another e-mail address has the phone number; "
     "a person without it would be made"),
    (6, "ambiguous", 1, "another person has the phone number too, and keeps it"),
    (7, "ignored", None, "has neither an e-mail address nor a phone number"),
    (8, "linked", 77, "is linked already"),
]  # fmt: skip


def linked_already() -> None:
    with open_house(load_settings()) as house, house.store.write() as tx:
        links.save(tx, 1, {("contact:8", "person"): Link("77")}, 0)


@ONCE
def test_a_preview_says_of_each_contact_what_would_become_of_it_and_writes_nothing(
    run: Run, desk: Desk, chatwoot: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    persons(desk)
    linked_already()
    chatwoot(*CONTACTS)
    monkeypatch.setattr(everybody, "PAGE", 2)
    before = repr(desk.state.persons), repr(desk.state.leads)

    told = document(run("preview-account", "1", "--json"))

    assert [
        (row["contact_id"], row["verdict"], row["person_id"], row["why"]) for row in told["rows"]
    ] == EXPECTED
    assert {name: told[name] for name in ("contacts", "linked", "created", "ambiguous", "ignored")} == {
        "contacts": 8,
        "linked": 3,
        "created": 1,
        "ambiguous": 3,
        "ignored": 1,
    }
    assert (repr(desk.state.persons), repr(desk.state.leads)) == before


def test_a_preview_agrees_with_what_then_happens(run: Run, desk: Desk, chatwoot: Callable[..., None]) -> None:
    persons(desk)
    chatwoot(*CONTACTS[:7])
    rows = document(run("preview-account", "1", "--json"))["rows"]

    for said, customer in zip(rows, CONTACTS, strict=False):
        outcome = desk.contact(customer)
        done = next((change for change in outcome.changes if change.kind == "person"), None)
        if said["verdict"] == "ignored":
            assert done is None
        elif said["person_id"] is None:
            assert done is not None
            assert done.action == "created"
        else:
            assert done is not None
            assert (done.action != "created", int(done.remote_id)) == (True, said["person_id"])


@ONCE
def test_a_preview_is_a_table_or_a_file(
    run: Run, desk: Desk, chatwoot: Callable[..., None], tmp_path: Path
) -> None:
    persons(desk)
    chatwoot(*CONTACTS)
    sheet = tmp_path / "rows.csv"

    shown = run("preview-account", "1", "--limit", "2").output.splitlines()
    filed = run("preview-account", "1", "--csv", str(sheet)).output.splitlines()

    assert [line.split()[:3] for line in shown[:3]] == [
        ["contact", "id", "name"],
        ["1", "Jane", "linked"],
        ["2", "Wanda", "linked"],
    ]
    assert shown[3:] == ["2 contacts: 2 linked, 0 created, 0 ambiguous, 0 ignored. Nothing was written."]
    assert filed == ["8 contacts: 2 linked, 2 created, 3 ambiguous, 1 ignored. Nothing was written."]
    rows = list(csv.DictReader(sheet.read_text().splitlines()))
    assert [int(row["contact_id"]) for row in rows] == list(range(1, 9))
    assert rows[3]["name"] == "'=cmd()"


@ONCE
def test_settings_that_make_nothing_are_previewed_as_such(run: Run, chatwoot: Callable[..., None]) -> None:
    chatwoot(CONTACTS[2])

    customized(create_person=False)
    alone = document(run("preview-account", "1", "--json"))["rows"][0]
    customized(create_lead=False)
    nothing = document(run("preview-account", "1", "--json"))["rows"][0]

    assert (alone["verdict"], alone["why"]) == (
        "created",
        "gets a lead without a person, as the settings say",
    )
    assert (nothing["verdict"], nothing["why"]) == ("ignored", "the settings say to make nothing")


@ONCE
def test_a_preview_asks_chatwoot_itself_and_writes_nothing_there_either(run: Run, desk: Desk) -> None:
    persons(desk)
    chatwoot = ChatwootSandbox()
    for number in range(20):  # more than a page of them
        chatwoot.contacts.create(name=f"New {number}", email=f"new{number}@example.com")
    jane = chatwoot.contacts.create(name="Jane", email="jane@example.com")
    with served(chatwoot.app) as address, open_house(load_settings()) as house:
        with house.store.write() as tx:
            connections.set_chatwoot(tx, house.vault, 1, address, chatwoot.make_token())
        told = document(run("preview-account", "1", "--json"))
        with visiting(1) as context:
            assert context.chatwoot
            with pytest.raises(CRMHostError, match="Nothing is written"):
                context.chatwoot.mirror(jane.id, {"krayin_person_id": "5"})
    chatwoot.close()

    assert (told["contacts"], told["created"], told["linked"]) == (21, 20, 1)
    assert {asked.partition(" ")[0] for asked in chatwoot.asked} == {"GET"}


@ONCE
def test_without_a_chatwoot_token_a_preview_says_what_is_missing(run: Run) -> None:
    result = run("preview-account", "1", "--json")

    assert result.exit_code == 1
    assert document(result)["error"]["message"] == (
        "Connection 1 has no Chatwoot token, and without one Chatwoot's contacts can't be read."
    )


@ONCE
def test_a_preview_could_not_write_if_it_tried(run: Run) -> None:
    assert run is not None
    with visiting(1) as context, pytest.raises(CRMHostError, match="Nothing is written"):
        Persons(transport_of(context)).create({"name": "Eve"})


@ONCE
@pytest.mark.parametrize("command", ["attributes", "preview-account"])
def test_a_connection_to_another_crm_is_refused_in_a_sentence(run: Run, command: str) -> None:
    with open_house(load_settings()) as house:
        connect(house, "fake", 3, {"token": "s3cret"})

    result = run(command, "2")

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Error: Connection 2 is not one to Krayin.",
        "See which there are: crmhost connections.",
    ]
