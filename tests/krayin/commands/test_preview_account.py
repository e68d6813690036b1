"""The command that says what would become of each contact."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crmhost import Contact, Context, CRMHostError, Link, visiting
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.connect import connect
from crmhost.settings import load_settings
from crmhost.store import connections, links
from crmhost.wiring import open_house
from crmhost_krayin.clients.persons import Persons
from crmhost_krayin.desk import transport_of
from crmhost_krayin.finders import everybody

from ..crm import Desk, contact, served
from .conftest import ONCE, Run, customized, document


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
