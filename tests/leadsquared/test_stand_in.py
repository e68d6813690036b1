"""The stand-in: what it holds as tables, and whether that is what it should be."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable

import pytest

from crmhost import Expected
from crmhost_leadsquared_reference import LeadSquaredSettings, stand_in
from crmhost_leadsquared_reference.stand_in import LeadSquaredStandIn

from ..krayin.crm import contact
from .crm import JANE, Connection, ended, opened, said

WANDA = contact(2, name="Wanda", phone="+447700900555")
TALK = ended(said(1, "Thank you & goodbye!"))
OPEN = opened(732)
EXPECTED = Expected((JANE, WANDA), (TALK, OPEN))


@pytest.fixture
def played(connection: Connection) -> Connection:
    """A connection to which all that is expected was delivered."""
    for customer in EXPECTED.contacts:
        connection.contact(customer)
    for talk in (opened(), OPEN):
        connection.created(talk)
    connection.resolved(TALK)
    return connection


def test_each_stand_in_is_a_new_one() -> None:
    one, other = stand_in(), stand_in()

    assert one is not other
    LeadSquaredSettings(**one.settings("http://127.0.0.1:8090"))


def test_what_is_as_expected_has_no_differences(played: Connection) -> None:
    assert played.stand_in.differences(EXPECTED) == []


def test_its_tables_are_for_people(played: Connection) -> None:
    tables = played.stand_in.tables()

    assert [row["FirstName"] for row in tables["leads"]] == ["Jane Doe", "Wanda"]
    assert [row["type"].rpartition(" ")[2] for row in tables["activities"]] == [
        "Started",
        "Started",
        "Transcript",
    ]


Break = Callable[[Connection], object]
BROKEN: list[tuple[Break, str]] = [
    (lambda crm: crm.account.leads.popitem(), "Contact 2, Wanda, is 0 leads instead of one."),
    (lambda crm: crm.account.leads.update(twin={**crm.lead_of(JANE)}), "is 2 leads instead of one"),
    (lambda crm: crm.account.leads.update(odd={"EmailAddress": "x@example.com"}), "Lead odd is nobody's."),
    (lambda crm: crm.lead_of(JANE).update(FirstName="Jane"), "is called Jane instead of Jane Doe"),
    (lambda crm: crm.lead_of(JANE).pop("Mobile"), "has the phone None, not +447700900123"),
    (lambda crm: crm.account.activities.pop(), "has 0 activities «Chatwoot Conversation Transcript»"),
    (lambda crm: crm.account.activities.append({**crm.account.activities[0], "Id": "a"}), "has 2 activities"),
    (lambda crm: crm.account.activities[-1].update(ActivityNote="Conversation ID: 731"), "lacks «Thank you"),
    (lambda crm: crm.account.activities[0].update(ActivityNote="Hello"), "is nobody's"),
    (
        lambda crm: crm.account.activities[0].update(RelatedProspectId=crm.has(Mobile="+1-2")),
        "has 0 activities «Chatwoot Conversation Started»",
    ),
]


@pytest.mark.parametrize(("broken", "sentence"), BROKEN)
def test_what_is_wrong_is_told(played: Connection, broken: Break, sentence: str) -> None:
    broken(played)

    assert any(sentence in difference for difference in played.stand_in.differences(EXPECTED))


def test_it_judges_by_none_of_the_plugins_rules() -> None:
    tree = ast.parse(inspect.getsource(sys.modules[LeadSquaredStandIn.__module__]))

    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level}

    assert imported <= {"sandbox"}
