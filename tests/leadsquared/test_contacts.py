"""A contact becomes a lead, in as few calls as it takes, and the sales team's data stays theirs."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import Contact

from ..krayin.crm import contact
from .crm import JANE, Chatwoot, Connection, told

SEARCH, CREATE, UPDATE = "GET Leads.GetByQuickSearch", "POST Lead.CreateOrUpdate", "POST Lead.Update"


def changed(**fields: Any) -> Contact:
    return JANE.model_copy(update=fields)


def test_a_new_customer_becomes_a_lead(connection: Connection) -> None:
    assert told(connection.contact(JANE)) == ["lead created"]
    assert connection.calls == [SEARCH, SEARCH, CREATE]
    assert connection.lead() == {
        "FirstName": "Jane Doe",
        "EmailAddress": "jane.doe@example.com",
        "Mobile": "+44-7700900123",
        "Source": "Chatwoot",
    }


@pytest.mark.parametrize(
    ("fields", "calls"),
    [({"email": "jane@example.com"}, 2), ({"phone": "+447700900123"}, 2), ({"social": "jane"}, 1)],
)
def test_whoever_can_be_recognised_is_a_customer(
    connection: Connection, fields: dict[str, str], calls: int
) -> None:
    social = {"social_profiles": {"twitter": fields.pop("social", "")}}

    outcome = connection.contact(contact(1, name="Jane", additional_attributes=social, **fields))

    assert told(outcome) == ["lead created"]
    assert len(connection.calls) == calls


@pytest.mark.parametrize(
    "fields", [{}, {"identifier": "shop-7"}, {"additional_attributes": {"social_profiles": {"twitter": " "}}}]
)
def test_a_stranger_is_none(connection: Connection, fields: dict[str, Any]) -> None:
    outcome = connection.contact(contact(1, name="spring-water-12", **fields))

    assert outcome.state == "ignored"
    assert connection.calls == []


def test_the_same_again_is_no_call(connection: Connection) -> None:
    connection.contact(JANE)

    assert told(connection.contact(JANE)) == ["lead left"]
    assert connection.calls == []


def test_only_what_changed_is_written(connection: Connection) -> None:
    connection.contact(JANE)
    connection.lead()["FirstName"] = "J. Doe, VIP"

    assert told(connection.contact(changed(phone="+447700900124"))) == ["lead updated"]
    assert connection.calls == [SEARCH, UPDATE]
    assert connection.lead()["Mobile"] == "+44-7700900124"
    assert connection.lead()["FirstName"] == "J. Doe, VIP"


def test_what_the_sales_team_changed_stays(connection: Connection) -> None:
    connection.contact(JANE)
    connection.lead()["FirstName"] = "Dr. Jane Doe"

    outcome = connection.contact(changed(name="Jane Smith"))

    assert told(outcome) == ["lead left"]
    assert outcome.changes[0].note == "FirstName stays as it is in LeadSquared."
    assert connection.lead()["FirstName"] == "Dr. Jane Doe"
    assert told(connection.contact(changed(name="Jane Smith"))) == ["lead left"]
    assert connection.calls == []


def test_what_the_sales_team_changed_stays_where_our_address_is_only_noted(connection: Connection) -> None:
    connection.contact(contact(1, name="Jane", email="jane@example.com"))
    connection.lead().update(
        FirstName="Dr. Jane", EmailAddress="jane@new.example.com", Notes="jane@example.com"
    )

    assert told(connection.contact(contact(1, name="Janet", email="jane@example.com"))) == ["lead left"]
    assert connection.lead()["FirstName"] == "Dr. Jane"


def test_what_cannot_be_compared_since_all_it_is_found_by_was_changed_is_written_and_said(
    connection: Connection,
) -> None:
    connection.contact(contact(1, name="Jane", email="jane@example.com"))
    connection.lead().update(FirstName="Dr. Jane", EmailAddress="jane@new.example.com")

    outcome = connection.contact(contact(1, name="Janet", email="jane@example.com"))

    assert told(outcome) == ["lead updated"]
    assert "so it was not compared" in outcome.changes[0].note
    assert connection.lead() == {
        "FirstName": "Janet",
        "EmailAddress": "jane@new.example.com",
        "Source": "Chatwoot",
    }


def test_nothing_is_ever_emptied(connection: Connection) -> None:
    connection.contact(JANE)

    connection.contact(changed(name=None, phone=None))

    assert connection.calls == []
    assert connection.lead()["Mobile"] == "+44-7700900123"


def test_what_was_away_for_a_while_is_not_news_when_it_is_back(connection: Connection) -> None:
    connection.contact(JANE)
    connection.contact(changed(name=None, email="jane@example.com"))

    connection.contact(changed(email="jane@example.com"))

    assert connection.calls == []


def test_a_lead_of_the_sales_team_is_linked_and_filled_where_it_is_seen_to_be_empty(
    connection: Connection,
) -> None:
    connection.has(EmailAddress="Jane.Doe@Example.com", Mobile="+44-7700900999", Source="Fair")

    assert told(connection.contact(JANE)) == ["lead updated"]
    assert connection.calls == [SEARCH, UPDATE]
    assert connection.lead() == {
        "FirstName": "Jane Doe",
        "EmailAddress": "Jane.Doe@Example.com",
        "Mobile": "+44-7700900999",
        "Source": "Fair",
    }


def test_a_lead_that_has_it_all_is_linked_without_a_word(connection: Connection) -> None:
    connection.has(FirstName="Jane Doe", EmailAddress="jane.doe@example.com")

    assert told(connection.contact(JANE)) == ["lead linked"]
    assert connection.calls == [SEARCH]


def test_a_lead_is_found_by_its_phone_where_the_address_finds_none(connection: Connection) -> None:
    connection.has(FirstName="Jane", Mobile="+44-7700900123", EmailAddress="jane@work.example.com")

    assert told(connection.contact(JANE)) == ["lead linked"]
    assert connection.calls == [SEARCH, SEARCH]
    assert connection.lead()["EmailAddress"] == "jane@work.example.com"


def test_the_search_is_wide_and_strangers_are_told_apart(connection: Connection) -> None:
    connection.has(FirstName="Mary", EmailAddress="mary.jane.doe@example.com")

    assert told(connection.contact(contact(1, name="Jane", email="jane.doe@example.com"))) == ["lead created"]
    assert len(connection.account.leads) == 2


def test_a_lead_without_an_address_that_only_quotes_ours_is_a_stranger(connection: Connection) -> None:
    connection.has(FirstName="Partner GmbH", Notes="Sent us jane.doe@example.com")

    assert told(connection.contact(contact(1, name="Jane", email="jane.doe@example.com"))) == ["lead created"]
    assert {"FirstName": "Partner GmbH", "Notes": "Sent us jane.doe@example.com"} in (
        connection.account.leads.values()
    )


def test_a_lead_of_another_contact_is_not_filled_with_this_ones_data(connection: Connection) -> None:
    connection.contact(contact(1, name="Jane", phone="+447700900123"))

    outcome = connection.contact(contact(2, name="Joe", phone="+447700900123", email="joe@example.com"))

    assert told(outcome) == ["lead linked"]
    assert connection.lead().keys() == {"FirstName", "Mobile", "Source"}


def test_a_customer_is_claimed_by_all_that_tells_it_before_it_is_looked_for(connection: Connection) -> None:
    connection.contact(JANE)
    connection.contact(changed(name="Jane Smith"))
    connection.contact(contact(2, email="joe@example.com"))

    assert connection.store.claimed == [
        ("leadsquared 22824", "EmailAddress jane.doe@example.com", "Mobile +44-7700900123"),
        ("leadsquared 22824", "EmailAddress joe@example.com"),
    ]


def test_more_attributes_go_where_the_settings_say(connection: Connection) -> None:
    connection.set_up(attributes={"Company": "company_name", "mx_Plan": "plan", "mx_Seats": "seats"})
    fields = {"custom_attributes": {"plan": "", "seats": 12, "company_name": ""}, "company": "Globex Ltd"}

    connection.contact(contact(1, email="jane@example.com", **fields))

    assert connection.lead() == {
        "EmailAddress": "jane@example.com",
        "Company": "Globex Ltd",
        "mx_Seats": "12",
        "Source": "Chatwoot",
    }


def test_the_lead_of_chatwoots_own_integration_is_taken_over_without_a_call(connection: Connection) -> None:
    lead_id = connection.has(EmailAddress="jane@old.example.com")
    known = changed(additional_attributes={"external": {"leadsquared_id": lead_id}})

    outcome = connection.contact(known)

    assert told(outcome) == ["lead linked"]
    assert (outcome.changes[0].remote_id, connection.calls) == (lead_id, [])


@pytest.mark.parametrize("external", [None, "x", {"leadsquared_id": None}, {"leadsquared_id": "../7"}])
def test_what_is_no_id_of_leadsquareds_is_not_taken_for_one(connection: Connection, external: object) -> None:
    outcome = connection.contact(changed(additional_attributes={"external": external}))

    assert told(outcome) == ["lead created"]


def test_the_id_is_kept_in_chatwoot_once_where_that_is_wanted(connection: Connection) -> None:
    connection.chatwoot = Chatwoot()
    connection.set_up(mirror_ids=True)
    lead_id = connection.contact(JANE).changes[0].remote_id
    assert connection.chatwoot.kept == {"contact_id": 5821, "leadsquared_id": lead_id}
    del connection.chatwoot.kept

    connection.contact(changed(additional_attributes={"external": {"leadsquared_id": lead_id}}))

    assert not hasattr(connection.chatwoot, "kept")


@pytest.mark.parametrize("name", ["Zoë 李小龍 🦊", "x" * 10_000, 'Robert"); DROP TABLE leads;--'])
def test_any_name_is_a_name(connection: Connection, name: str) -> None:
    connection.contact(contact(1, name=name, email="jane@example.com"))

    assert connection.lead()["FirstName"] == name
