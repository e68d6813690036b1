"""Persons that somebody deleted in Krayin, and ids that Chatwoot keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from .crm import JANE, Desk, contact

SMITH = JANE | {"name": "Jane Smith"}


def deleted(desk: Desk) -> None:
    """Delete Jane as a salesperson must: her lead first."""
    desk.delete("leads/1")
    desk.delete("contacts/persons/1")


def test_a_person_that_is_to_stay_deleted_is_told_and_not_asked_for_again(desk: Desk) -> None:
    desk = desk.with_settings(on_deleted="leave")
    desk.contact(contact(**JANE))
    deleted(desk)

    outcome = desk.contact(contact(**SMITH))
    took = desk.calls
    desk.contact(contact(**JANE))

    assert took == ["GET /contacts/persons"]
    assert desk.calls == []
    assert outcome.state == "unchanged"
    assert [change.note for change in outcome.changes] == [
        "It was deleted in Krayin, and the settings say to leave it so."
    ]
    assert not desk.state.persons


def test_a_person_that_was_left_deleted_is_made_again_when_the_settings_say_so(desk: Desk) -> None:
    desk.with_settings(on_deleted="leave").contact(contact(**JANE))
    deleted(desk)
    desk.with_settings(on_deleted="leave").contact(contact(**SMITH))

    desk.contact(contact(**SMITH))

    assert [row["name"] for row in desk.state.persons.values()] == ["Jane Smith"]
    assert len(desk.state.leads) == 1


def test_a_person_that_was_made_anew_by_the_sales_team_is_found_again(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    deleted(desk)
    card = {"emails": [{"value": "jane.doe@example.com", "label": "work"}]}
    numbers = {"contact_numbers": [{"value": "+447700900123", "label": "work"}]}
    desk.ask("POST", "contacts/persons", {"name": "Jane", **card, **numbers})

    desk.contact(contact(**SMITH))

    assert [row["name"] for row in desk.state.persons.values()] == ["Jane"]


# Organizations

AT_GLOBEX = JANE | {"company": "Globex"}
HEAD = AT_GLOBEX | {"additional_attributes": {"job_title": "Head of Sales"}}
READ, LOOK, WRITE = "GET /contacts/persons", "GET /contacts/organizations", "PUT /contacts/persons/1"


def organization_of(desk: Desk) -> Any:
    """Return the name of Jane's organization."""
    organization = desk.state.organizations.get(desk.state.persons[1]["organization_id"])
    return organization and organization["name"]


def test_an_organization_that_was_deleted_is_made_again_with_the_next_change(desk: Desk) -> None:
    desk.contact(contact(**AT_GLOBEX))
    desk.delete("contacts/organizations/1")

    outcome = desk.contact(contact(**HEAD))
    took = desk.calls
    desk.contact(contact(**HEAD))

    assert (organization_of(desk), took, desk.calls) == ("Globex", [READ, LOOK, WRITE], [])
    assert ("organization", "left", "1", "It was deleted in Krayin, and comes again.") in [
        (change.kind, change.action, change.remote_id, change.note) for change in outcome.changes
    ]


def test_an_organization_that_is_to_stay_deleted_is_not_asked_for_twice(desk: Desk) -> None:
    desk = desk.with_settings(on_deleted="leave")
    desk.contact(contact(**AT_GLOBEX))
    desk.delete("contacts/organizations/1")

    desk.contact(contact(**HEAD))
    first = desk.calls
    desk.contact(contact(**HEAD | {"name": "Jane Smith"}))

    assert first == [READ, LOOK, WRITE]
    assert LOOK not in desk.calls
    assert organization_of(desk) is None

    desk.contact(contact(**HEAD | {"company": "Initech"}))

    assert organization_of(desk) == "Initech"


def test_who_was_taken_out_of_an_organization_that_is_there_stays_out(desk: Desk) -> None:
    desk.contact(contact(**AT_GLOBEX))
    desk.state.persons[1]["organization_id"] = None

    desk.contact(contact(**HEAD))

    assert (organization_of(desk), desk.calls) == (None, [READ, LOOK, WRITE])


def test_an_organization_that_is_deleted_while_its_address_is_written_comes_again(desk: Desk) -> None:
    desk.contact(contact(**AT_GLOBEX))
    desk.delete("contacts/organizations/1")
    there = {"additional_attributes": {"city": "London"}}

    desk.contact(contact(**AT_GLOBEX | there))
    address = next(iter(desk.state.organizations.values()))["address"]

    assert organization_of(desk) == "Globex"
    assert "London" in str(address)


# Ids in Chatwoot


@dataclass
class Chatwoot:
    """As much of Chatwoot's API as is needed to see what is mirrored."""

    mirrored: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def mirror(self, contact_id: int, ids: Mapping[str, str]) -> bool:
        self.mirrored.append((contact_id, dict(ids)))
        return True


def with_chatwoot(desk: Desk, **settings: Any) -> tuple[Desk, Chatwoot]:
    chatwoot: Any = Chatwoot()
    return replace(desk.with_settings(**settings), chatwoot=chatwoot), chatwoot


def test_ids_are_mirrored_once_where_the_settings_want_it(desk: Desk) -> None:
    desk, chatwoot = with_chatwoot(desk, mirror_ids=True)

    for customer in (JANE, JANE, SMITH):
        desk.contact(contact(**customer))

    assert chatwoot.mirrored == [(5821, {"krayin_person_id": "1", "krayin_lead_id": "1"})]


def test_ids_that_changed_are_mirrored_again(desk: Desk) -> None:
    desk, chatwoot = with_chatwoot(desk, mirror_ids=True)
    desk.contact(contact(**JANE))
    deleted(desk)

    desk.contact(contact(**SMITH))

    assert chatwoot.mirrored[-1] == (5821, {"krayin_person_id": "2", "krayin_lead_id": "2"})


def test_customers_who_were_there_before_the_setting_are_mirrored_when_they_come_by(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    desk, chatwoot = with_chatwoot(desk, mirror_ids=True)

    desk.contact(contact(**JANE))

    assert len(chatwoot.mirrored) == 1
    assert desk.calls == []


def test_a_lead_of_its_own_is_mirrored_once(desk: Desk) -> None:
    desk, chatwoot = with_chatwoot(desk, mirror_ids=True, create_person=False)

    desk.contact(contact(**JANE))
    desk.contact(contact(**JANE))

    assert chatwoot.mirrored == [(5821, {"krayin_lead_id": "1"})]


@pytest.mark.parametrize("settings", [{}, {"mirror_ids": False}])
def test_without_the_setting_nothing_is_mirrored(desk: Desk, settings: dict[str, Any]) -> None:
    desk, chatwoot = with_chatwoot(desk, **settings)

    desk.contact(contact(**JANE))

    assert not chatwoot.mirrored
