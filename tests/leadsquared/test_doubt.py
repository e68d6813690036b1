"""What LeadSquared may have written without saying so: found where it can be, else repeated or asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crmhost import Outcome, Rejected, TryAgain

from ..krayin.crm import contact
from .crm import CREATE, JANE, POST, Connection, ended, opened, said, told

SOCIAL = contact(9, name="Jo", additional_attributes={"social_profiles": {"twitter": "jo"}})
Deliver = Callable[[Connection], Outcome]
UNFINDABLE: list[tuple[str, str, Deliver]] = [
    ("note", POST, lambda connection: connection.created(opened())),
    ("transcript", POST, lambda connection: connection.resolved(ended(said(1, "Bye")))),
    ("lead", CREATE, lambda connection: connection.contact(SOCIAL)),
]


def count(connection: Connection, kind: str) -> int:
    return len(connection.account.leads) - 1 if kind == "lead" else len(connection.account.activities)


def lose(connection: Connection, request: str, deliver: Deliver) -> None:
    connection.stage.lost = request
    with pytest.raises(TryAgain) as lost:
        deliver(connection)
    assert lost.value.unsure


@pytest.fixture
def known(connection: Connection) -> Connection:
    """A connection to which Jane is known."""
    connection.contact(JANE)
    return connection


@pytest.fixture
def asking(known: Connection) -> Connection:
    """One whose settings say to ask a person."""
    known.set_up(in_doubt="ask")
    return known


def test_a_lead_whose_answer_was_lost_is_found(connection: Connection) -> None:
    lose(connection, CREATE, lambda connection: connection.contact(JANE))

    assert told(connection.contact(JANE)) == ["lead linked"]
    assert connection.lead()["Mobile"] == "+44-7700900123"
    assert connection.store.intents == set()


def test_a_lead_that_was_not_made_after_all_is_made_without_asking(connection: Connection) -> None:
    connection.set_up(in_doubt="ask")
    lose(connection, CREATE, lambda connection: connection.contact(JANE))
    connection.account.leads.clear()

    assert told(connection.contact(JANE)) == ["lead created"]


@pytest.mark.parametrize(("kind", "request_", "deliver"), UNFINDABLE)
def test_what_cannot_be_looked_for_is_never_lost_and_may_be_there_twice(
    known: Connection, kind: str, request_: str, deliver: Deliver
) -> None:
    lose(known, request_, deliver)

    assert told(deliver(known)) == [f"{kind} created"]
    assert count(known, kind) == 2


@pytest.mark.parametrize(("kind", "request_", "deliver"), UNFINDABLE)
def test_where_a_person_is_asked_it_is_never_made_twice(
    asking: Connection, kind: str, request_: str, deliver: Deliver
) -> None:
    lose(asking, request_, deliver)

    with pytest.raises(Rejected, match=f"may have the {kind} of") as asked:
        deliver(asking)

    assert (asking.calls, count(asking, kind)) == ([], 1)
    assert "crmhost replay" in asked.value.fix


@pytest.mark.parametrize(("kind", "request_", "deliver"), UNFINDABLE)
def test_a_person_who_looked_has_it_made_by_a_replay(
    asking: Connection, kind: str, request_: str, deliver: Deliver
) -> None:
    lose(asking, request_, deliver)
    asking.account.activities.clear()
    with pytest.raises(Rejected):
        deliver(asking)

    assert told(deliver(asking)) == [f"{kind} created"]


def test_what_was_refused_leaves_no_doubt(known: Connection) -> None:
    known.account.types.clear()
    with pytest.raises(TryAgain):
        known.created(opened())
    known.set_up()

    assert told(known.created(opened())) == ["note created"]


def test_a_second_transcript_in_doubt_is_asked_for_as_well(asking: Connection) -> None:
    asking.resolved(ended(said(1, "Bye")))
    lose(asking, POST, lambda connection: connection.resolved(ended(said(2, "And thanks"))))

    with pytest.raises(Rejected, match="may have the transcript"):
        asking.resolved(ended(said(2, "And thanks")))


def test_an_activity_that_was_not_posted_since_its_lead_was_lost_leaves_no_doubt(
    asking: Connection,
) -> None:
    """Jane's lead was deleted, and the answer to its new one gets lost: of the activity nothing was sent."""
    asking.account.leads.clear()
    lose(asking, CREATE, lambda connection: connection.created(opened()))

    assert asking.store.intents == {("contact:5821", "lead")}
    assert told(asking.contact(JANE)) == ["lead linked"]
    assert told(asking.created(opened())) == ["note created"]
