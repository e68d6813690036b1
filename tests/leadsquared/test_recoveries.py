"""Each way in which Chatwoot's own integration lost an event, and what becomes of it here."""

from __future__ import annotations

from typing import NoReturn

import pytest

from crmhost import NotYet, SetUpAgain, TryAgain
from crmhost_leadsquared_reference.clients.errors import Duplicate, Failed
from crmhost_leadsquared_reference.sandbox import LeadSquaredSandbox
from crmhost_leadsquared_reference.sandbox.account import Refusal

from ..krayin.crm import contact
from .crm import JANE, Connection, ended, opened, said, told


def gone() -> NoReturn:
    raise Refusal("MXInvalidEntityReferenceException", "Lead not found")


def doubled() -> NoReturn:
    raise Refusal("MXDuplicateEntryException", "A Lead with same Email Address already exists.")


def stumble() -> NoReturn:
    raise Refusal("NullReferenceException", "There was an error processing the request.", status=200)


TWIN = contact(2, name="Twin", email="twin@example.com", phone="+447700900123")


# Another lead has the phone number


def test_a_lead_that_the_search_does_not_find_is_found_by_its_phone(connection: Connection) -> None:
    lead_id = connection.has(FirstName="J.", Mobile="+44-7700900123", Source="Fair")
    connection.account.unindexed.add(lead_id)

    outcome = connection.contact(JANE)

    assert told(outcome) == ["lead linked"]
    assert outcome.changes[0].note == "LeadSquared had the phone number already."
    assert connection.calls[-2:] == ["POST Lead.CreateOrUpdate"] * 2
    assert connection.lead() == {"FirstName": "J.", "Mobile": "+44-7700900123", "Source": "Fair"}


def test_a_double_without_a_phone_is_for_a_person(connection: Connection) -> None:
    """Which lead is meant, nobody can tell."""
    connection.has(EmailAddress="jane@example.com", Mobile="+1-2")
    connection.contact(contact(1, email="joe@example.com"))

    with pytest.raises(Duplicate, match="same Email Address"):
        connection.contact(contact(1, email="jane@example.com"))


def test_a_double_of_a_new_lead_without_a_phone_is_for_a_person(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection.account, "create_or_update", lambda _lead: doubled())

    with pytest.raises(Duplicate):
        connection.contact(contact(1, email="jane@example.com"))


def test_all_but_the_phone_that_another_lead_has_is_written(connection: Connection) -> None:
    connection.contact(JANE)
    connection.contact(contact(2, email="twin@example.com"))

    outcome = connection.contact(TWIN)

    assert told(outcome) == ["lead updated"]
    assert outcome.changes[0].note == "Another lead has the phone number."
    assert connection.lead_of(TWIN).keys() == {"FirstName", "EmailAddress", "Source"}
    assert told(connection.contact(TWIN)) == ["lead left"]
    assert connection.calls == []


def test_where_there_is_nothing_but_that_phone_nothing_is_written(connection: Connection) -> None:
    connection.contact(JANE)
    connection.contact(TWIN.model_copy(update={"phone": None}))

    assert told(connection.contact(TWIN)) == ["lead left"]


# The lead was deleted in LeadSquared


def test_a_lead_that_was_deleted_is_made_anew_when_its_customer_changes(connection: Connection) -> None:
    connection.contact(JANE)
    connection.account.leads.clear()

    assert told(connection.contact(JANE.model_copy(update={"name": "Jane Smith"}))) == ["lead created"]
    assert connection.lead_of(JANE)["FirstName"] == "Jane Smith"


def test_an_activity_whose_lead_was_deleted_goes_to_the_one_in_its_place(connection: Connection) -> None:
    connection.contact(JANE)
    connection.account.leads.clear()
    other = connection.has(FirstName="Jane Doe", EmailAddress="jane.doe@example.com")

    assert told(connection.created(opened())) == ["lead linked", "note created"]
    assert connection.account.activities[0]["RelatedProspectId"] == other


def test_a_lead_taken_over_that_is_gone_is_not_taken_over_again(connection: Connection) -> None:
    gone = "8e0f69ae-e2ac-40fc-a0cf-827326181c8a"
    jane = JANE.model_copy(update={"additional_attributes": {"external": {"leadsquared_id": gone}}})
    connection.contact(jane)

    assert told(connection.created(opened(sender=jane))) == ["lead created", "note created"]
    assert connection.store.known["contact:5821", "lead"].remote_id != gone


def test_a_lead_that_is_found_and_not_there_is_tried_again_and_not_for_ever(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.contact(JANE)
    monkeypatch.setattr(connection.account, "post_activity", lambda _body: gone())

    with pytest.raises(TryAgain, match="has not got it") as odd:
        connection.created(opened())

    assert (odd.value.at_most, connection.store.intents) == (3, set())


# An activity type was deleted in LeadSquared


def test_a_type_that_was_deleted_is_made_anew_by_setup(connection: Connection) -> None:
    connection.contact(JANE)
    connection.account.types.clear()

    with pytest.raises(SetUpAgain, match="no activity type for a note"):
        connection.created(opened())
    connection.set_up()

    assert told(connection.created(opened())) == ["note created"]


def test_a_type_that_setup_was_not_asked_for_is_asked_for(connection: Connection) -> None:
    connection.contact(JANE)
    facts = connection.settings.facts.model_copy(update={"transcript_code": None})
    connection.settings = connection.settings.model_copy(update={"facts": facts})

    with pytest.raises(SetUpAgain):
        connection.resolved(ended(said(1, "Bye")))


def test_where_the_type_is_there_leadsquared_stumbled_over_something_else(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.contact(JANE)
    monkeypatch.setattr(connection.account, "post_activity", lambda _body: stumble())

    with pytest.raises(Failed, match="error processing"):
        connection.created(opened())

    assert connection.store.intents == set()


# LeadSquared takes no more calls


def test_throttling_loses_nothing(connection: Connection) -> None:
    slow = LeadSquaredSandbox(calls=2)
    slow.account, slow.keys = connection.account, connection.sandbox.keys
    connection.stage.app = slow

    with pytest.raises(NotYet):
        connection.contact(JANE)
    slow._lately.clear()
    connection.stage.app = connection.sandbox

    assert told(connection.contact(JANE)) == ["lead created"]
    assert connection.lead()["FirstName"] == "Jane Doe"
