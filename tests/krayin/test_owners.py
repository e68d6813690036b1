"""Whose a lead is, and which changes of conversations the settings need, against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import SetUpAgain, TryAgain
from crmhost_krayin import wanted_changes
from crmhost_krayin.settings import KrayinSettings

from .crm import Desk, contact
from .leading import (
    ANSWER,
    JANE,
    at,
    brought,
    changed,
    met,
    talk,
    told,
)

SAM = {"assignee": {"id": 9, "name": "Sam", "email": "Sam@Example.com"}}


# Owners


def krayin_user(desk: Desk, email: str = "sam@example.com", **fields: Any) -> int:
    users = desk.state.users
    row = desk.state.insert(users, {**users[1], "id": None, "email": email, "name": "Sam", **fields})
    return int(row["id"])


def test_the_agent_owns_a_new_lead(desk: Desk) -> None:
    user_id = krayin_user(desk)
    desk = desk.with_settings(assignee_owns_lead=True)

    brought(desk, talk(meta=SAM))

    assert desk.state.leads[1]["user_id"] == user_id
    assert desk.state.persons[1]["user_id"] is None


def test_who_is_set_owns_a_new_lead_that_no_agent_does(desk: Desk) -> None:
    user_id = krayin_user(desk, "kim@example.com")
    agent_id = krayin_user(desk)
    desk = desk.with_settings(assignee_owns_lead=True, owner_id=user_id)

    brought(desk, talk())
    assert desk.state.leads[1]["user_id"] == user_id

    other = talk(id=732, meta={**SAM, "sender": {"id": 77, "name": "Kay", "email": "kay@example.com"}})
    brought(desk, other)
    assert desk.state.leads[2]["user_id"] == agent_id


def test_an_owner_who_is_gone_has_setup_look_again(desk: Desk) -> None:
    user_id = krayin_user(desk, "kim@example.com")
    desk = desk.with_settings(owner_id=user_id)
    del desk.state.users[user_id]

    with pytest.raises(SetUpAgain, match=f"Krayin has no owner {user_id} any more") as gone:
        brought(desk, talk())

    assert gone.value.fix == "Set owner_id to one that is there."


def test_an_agent_who_comes_later_owns_a_lead_that_has_no_owner(desk: Desk) -> None:
    user_id = krayin_user(desk)
    desk = met(desk, assignee_owns_lead=True)
    desk.ask("PUT", "leads/1", {"lead_pipeline_stage_id": 1, "expected_close_date": "2031-12-31"})

    outcome = changed(desk, talk(meta=SAM), "assignee")
    took = desk.calls
    changed(desk, talk(meta=SAM), "assignee")

    assert took == ["GET /settings/users", "GET /leads", "PUT /leads/attributes/edit/1"]
    assert desk.calls == []
    assert desk.state.leads[1]["user_id"] == user_id
    assert str(desk.state.leads[1]["expected_close_date"]) == "2031-12-31"
    assert told(outcome) == "Sam owns it now."


def test_a_lead_with_an_owner_keeps_it(desk: Desk) -> None:
    krayin_user(desk)
    desk = met(desk, assignee_owns_lead=True)
    desk.ask("PUT", "leads/1", {"lead_pipeline_stage_id": 1, "user_id": 1})

    changed(desk, talk(meta=SAM), "assignee")
    other = {"assignee": {"id": 10, "name": "Kim"}}
    changed(desk, talk(meta=other), "assignee")

    assert desk.calls == []
    assert desk.state.leads[1]["user_id"] == 1


def test_an_agent_who_is_no_user_of_krayin_is_told(desk: Desk) -> None:
    krayin_user(desk, status=0)
    desk = met(desk, assignee_owns_lead=True)

    outcome = changed(desk, talk(meta=SAM), "assignee")

    assert told(outcome) == "sam@example.com is no user of Krayin, so the lead gets no owner."
    assert desk.state.leads[1]["user_id"] is None


@pytest.mark.parametrize("policy", ["one_per_person", "one_per_conversation"])
def test_a_user_who_was_deleted_since_they_were_listed_owns_nothing(desk: Desk, policy: str) -> None:
    """Krayin only says 500 of an unknown user (recording 290)."""
    user_id = krayin_user(desk)
    desk = desk.with_settings(assignee_owns_lead=True, lead_policy=policy)
    brought(desk, talk(1))
    brought(desk, talk(2, sender=contact(7, email="else@example.com"), meta=SAM))
    desk.created(talk(1))
    del desk.state.users[user_id]

    with pytest.raises(TryAgain):
        desk.created(talk(3, meta=SAM))
    desk.created(talk(3, meta=SAM))

    assert [row["user_id"] for row in desk.state.leads.values()][2:] in ([], [None])
    assert desk.state.leads[1]["user_id"] is None


def test_an_agents_address_is_asked_of_chatwoot_or_read_from_an_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = krayin_user(desk)
    desk = desk.with_settings(assignee_owns_lead=True, lead_policy="one_per_conversation")
    sam = {"assignee": {"id": 9, "name": "Sam"}}
    signed = {**ANSWER, "sender": {"name": "Sam", "email": "sam@example.com"}}
    brought(desk, talk(1, meta=sam, messages=[signed]))

    class Agents:
        def agents(self) -> dict[int, str]:
            return {9: "sam@example.com"}

    monkeypatch.setattr("crmhost_krayin.desk.Desk.chatwoot", Agents())
    desk.created(talk(2, meta=sam))

    assert [row["user_id"] for row in desk.state.leads.values()] == [user_id, user_id]


def test_stage_owner_and_words_are_one_read_and_one_write(desk: Desk) -> None:
    user_id = krayin_user(desk)
    settings = {"lead_value": "{conversation.budget}", "stage_rules": {"label:vip": "prospect"}}
    desk = met(desk, assignee_owns_lead=True, **settings)
    desk.created(talk())

    changed(desk, talk(meta=SAM, labels=["vip"], custom_attributes={"budget": 70}), "assignee", "labels")

    row = desk.state.leads[1]
    assert desk.calls == ["GET /settings/users", "GET /leads", "PUT /leads/attributes/edit/1"]
    assert (at(desk), row["user_id"], float(row["lead_value"])) == (3, user_id, 70)


# Which changes are needed


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, {"message"}),
        ({"transcript": False}, set()),
        ({"sync_activities": False}, set()),
        (
            {"transcript": False, "stage_rules": {"priority:urgent": "2", "label:vip": "3"}},
            {"priority", "labels"},
        ),
        ({"transcript": False, "stage_rules": {"status:pending": "2"}}, {"status"}),
        ({"transcript": False, "stage_rules": {"status:pending": "2"}, "create_lead": False}, set()),
        ({"transcript": False, "stage_on_first_reply": "2"}, {"first_reply"}),
        ({"transcript": False, "stage_on_resolved": "2", "auto_qualify": True}, set()),
        ({"transcript": False, "assignee_owns_lead": True}, {"assignee"}),
        ({"transcript": False, "sync_tags": "both"}, {"labels"}),
        ({"transcript": False, "only_labels": ("sales",)}, {"labels"}),
        ({"transcript": False, "lead_value": "{conversation.budget}"}, {"custom_attributes"}),
        (
            {"transcript": False, "attributes": {"lead.budget": "conversation.budget|number"}},
            {"custom_attributes"},
        ),
        (
            {
                "transcript": False,
                "attributes": {"lead.a": "conversation.status", "lead.b": "conversation.inbox_id"},
            },
            {"status"},
        ),
        ({"transcript": False, "activity_types": {"Voice": "call"}}, {"status"}),
    ],
)
def test_only_changes_that_a_rule_needs_are_wanted(settings: dict[str, Any], names: set[str]) -> None:
    chosen = KrayinSettings(api_url="https://crm.example.com", api_token="1|x", **settings)

    assert set(wanted_changes(settings=chosen, chatwoot=False)) == names
    assert set(wanted_changes(settings=chosen, chatwoot=True)) == names - {"message"}


def test_a_message_is_kept_without_a_call(desk: Desk) -> None:
    desk.contact(JANE)
    desk.created(talk())

    changed(desk, talk(messages=[{"id": 5, "content": "Hello there", "message_type": 0}]), "message")
    took = desk.calls
    desk.resolved(talk(status="resolved"))

    assert took == []
    (note,) = (row for row in desk.state.activities.values() if row["type"] == "note")
    assert "Hello there" in note["comment"]


def test_without_a_rule_a_change_is_nothing(desk: Desk) -> None:
    desk.contact(JANE)

    outcome = changed(desk, talk(priority="urgent"), "priority")

    assert (outcome.state, desk.calls) == ("unchanged", [])
