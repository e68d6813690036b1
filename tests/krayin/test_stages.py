"""What conversations do to the stage and the owner of a lead, against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import SetUpAgain
from crmhost_krayin import wanted_changes
from crmhost_krayin.settings import KrayinSettings

from .crm import Desk
from .leading import JANE, ask, brought, changed, second_pipeline, talk, with_facts

SAM = {"assignee": {"id": 9, "name": "Sam", "email": "Sam@Example.com"}}
ANSWER = {"id": 2, "content": "Yes.", "message_type": 1}


def at(desk: Desk, number: int = 1) -> int:
    """Return the stage of a lead."""
    stage: int = desk.state.leads[number]["lead_pipeline_stage_id"]
    return stage


def put(desk: Desk, stage_id: int) -> None:
    """Move the lead as a salesperson would."""
    ask(desk, "PUT", "leads/stage/edit/1", {"lead_pipeline_stage_id": stage_id})


def told(outcome: Any) -> str:
    return " ".join(change.note for change in outcome.changes if change.kind == "lead")


def met(desk: Desk, **settings: Any) -> Desk:
    """Return a connection with these rules, to a Krayin in which Jane has a lead."""
    desk = with_facts(desk, settings=settings)
    desk.contact(JANE)
    return desk


def ended(**fields: Any) -> Any:
    return talk(status="resolved", messages=[ANSWER], updated_at=1_795_000_000.5, **fields)


def test_a_resolve_with_transcript_and_stage_is_three_calls_and_the_same_again_none(desk: Desk) -> None:
    desk = met(desk, stage_on_resolved="prospect")
    desk.created(talk())

    outcome = desk.resolved(ended())
    took = desk.calls
    desk.resolved(ended())

    assert [call.rpartition("/")[0] for call in took] == ["PUT /activities", "GET ", "PUT /leads/stage/edit"]
    assert desk.calls == []
    assert at(desk) == 3
    assert told(outcome) == "Moved from New to Prospect: the conversation was resolved."


def test_a_conversation_that_begins_moves_its_lead_once(desk: Desk) -> None:
    desk = met(desk, stage_on_created="2")

    desk.created(talk())
    put(desk, 1)
    desk.created(talk())

    assert (desk.calls, at(desk)) == ([], 1)


def test_the_first_reply_moves_the_lead(desk: Desk) -> None:
    desk = met(desk, stage_on_first_reply="follow-up")
    replied = talk(first_reply_created_at="2026-11-22T07:00:00.000Z")

    changed(desk, replied, "first_reply")
    took = desk.calls
    changed(desk, replied, "first_reply")
    desk.resolved(ended(first_reply_created_at="2026-11-22T07:00:00.000Z"))

    assert took == ["GET /leads", "PUT /leads/stage/edit/1"]
    assert desk.calls == ["GET /activities", "POST /activities"]
    assert at(desk) == 2


@pytest.mark.parametrize(
    ("rule", "fields", "names"),
    [
        ("priority:urgent", {"priority": "urgent"}, "priority"),
        ("label:VIP", {"labels": ["new", "vip"]}, "labels"),
        ("status:pending", {"status": "pending"}, "status"),
    ],
)
def test_a_rule_moves_the_lead_when_it_comes_true_and_not_again(
    desk: Desk, rule: str, fields: dict[str, Any], names: str
) -> None:
    desk = met(desk, stage_rules={rule: "negotiation"})
    desk.created(talk())

    changed(desk, talk(**fields), names)
    took = desk.calls
    changed(desk, talk(**fields), names)

    assert took == ["GET /leads", "PUT /leads/stage/edit/1"]
    assert (desk.calls, at(desk)) == ([], 4)


def test_a_rule_that_came_true_anew_moves_the_lead_again(desk: Desk) -> None:
    desk = met(desk, stage_rules={"priority:urgent": "negotiation"})
    for priority in ("urgent", "low", "urgent"):
        put(desk, 1)
        changed(desk, talk(priority=priority), "priority")

    assert at(desk) == 4


def test_of_several_rules_the_furthest_counts_by_one_write(desk: Desk) -> None:
    desk = met(
        desk, stage_on_resolved="negotiation", stage_rules={"label:vip": "prospect"}, auto_qualify=True
    )
    desk.created(talk())

    desk.resolved(ended(labels=["vip"]))

    assert [call for call in desk.calls if "leads" in call] == ["GET /leads", "PUT /leads/stage/edit/1"]
    assert at(desk) == 4


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 2), (3, 3), (6, 6)])
def test_a_resolve_qualifies_a_lead_that_is_in_its_first_stage(desk: Desk, before: int, after: int) -> None:
    desk = met(desk, auto_qualify=True)
    put(desk, before)

    desk.resolved(ended())

    assert at(desk) == after


@pytest.mark.parametrize(
    ("here", "wanted", "why"),
    [
        (4, "prospect", "Lead 1 stays in Negotiation. Prospect is behind it."),
        (5, "lost", "Lead 1 stays in Won. It is closed."),
        (6, "new", "Lead 1 stays in Lost. It is closed."),
        (1, "met", "Lead 1 stays in New. Met is in another pipeline."),
        (1, "nonsense", "Lead 1 stays in New. Krayin has no stage nonsense."),
    ],
)
def test_a_lead_is_never_moved_back_nor_out_of_its_end_nor_elsewhere(
    desk: Desk, here: int, wanted: str, why: str
) -> None:
    stages = second_pipeline(desk)
    desk = with_facts(desk, *stages, settings={"stage_on_resolved": wanted})
    desk.contact(JANE)
    put(desk, here)

    outcome = desk.resolved(ended())
    desk.resolved(ended())

    assert (at(desk), told(outcome), desk.calls) == (here, why, [])


def test_a_lead_that_was_closed_in_bulk_stays_too(desk: Desk) -> None:
    """Its stage says so, and no time (recording 368)."""
    desk = met(desk, stage_on_resolved="lost")
    desk.state.leads[1]["lead_pipeline_stage_id"] = 5

    assert "stays in Won" in told(desk.resolved(ended()))


@pytest.mark.parametrize(("here", "wanted", "there"), [(4, "new", 1), (5, "prospect", 3)])
def test_where_it_is_allowed_a_lead_goes_back(desk: Desk, here: int, wanted: str, there: int) -> None:
    desk = met(desk, stage_on_resolved=wanted, allow_backwards=True)
    put(desk, here)

    desk.resolved(ended())

    assert at(desk) == there
    assert desk.state.leads[1]["closed_at"] is None


def test_where_it_is_allowed_a_lead_goes_to_another_pipeline_whole(desk: Desk) -> None:
    """attributes/edit would leave it in both (recording 550)."""
    stages = second_pipeline(desk)
    desk = with_facts(desk, *stages, settings={"stage_on_resolved": "agreed", "allow_backwards": True})
    desk.contact(JANE)
    ask(
        desk,
        "PUT",
        "leads/1",
        {"lead_pipeline_stage_id": 1, "expected_close_date": "2031-12-31", "user_id": 1},
    )

    desk.resolved(ended())

    row = desk.state.leads[1]
    assert (at(desk), row["lead_pipeline_id"]) == (stages[1].id, stages[1].pipeline_id)
    assert (str(row["expected_close_date"]), row["user_id"], row["person_id"]) == ("2031-12-31", 1, 1)


def test_a_close_date_survives_a_move_even_one_gone_by(desk: Desk) -> None:
    desk = met(desk, stage_on_resolved="prospect")
    ask(desk, "PUT", "leads/attributes/edit/1", {"expected_close_date": "2020-01-01"})

    desk.resolved(ended())

    assert "PUT /leads/attributes/edit/1" in desk.calls
    assert (at(desk), str(desk.state.leads[1]["expected_close_date"])) == (3, "2020-01-01")


def test_a_stage_that_was_made_after_the_set_up_has_it_done_again(desk: Desk) -> None:
    desk = met(desk, stage_on_resolved="prospect")
    desk.state.leads[1]["lead_pipeline_stage_id"] = 9

    with pytest.raises(SetUpAgain, match="Stage 9"):
        desk.resolved(ended())


def test_a_deleted_lead_is_made_again_and_moved(desk: Desk) -> None:
    desk = met(desk, stage_rules={"priority:urgent": "prospect"})
    desk.created(talk())
    desk.delete("leads/1")

    changed(desk, talk(priority="urgent"), "priority")

    assert [at(desk, number) for number in desk.state.leads] == [3]


def test_where_each_conversation_has_a_lead_its_own_is_moved(desk: Desk) -> None:
    desk = with_facts(desk, settings={"lead_policy": "one_per_conversation", "stage_on_resolved": "won"})
    brought(desk, talk(1))
    desk.created(talk(2))

    desk.resolved(talk(2, status="resolved"))

    assert [at(desk, number) for number in (1, 2)] == [1, 5]


def test_what_many_conversations_asked_for_is_remembered_of_the_newest(desk: Desk) -> None:
    desk = met(desk, stage_on_created="new")
    for number in range(1, 41):
        desk.created(talk(number))

    remembered = desk.store.known["contact:5821", "lead"].written["rules"]

    assert list(remembered) == [str(number) for number in range(11, 41)]


# Owners


def krayin_user(desk: Desk, email: str = "sam@example.com", **fields: Any) -> int:
    users = desk.state.users
    row = desk.state.insert(users, {**users[1], "id": None, "email": email, "name": "Sam", **fields})
    return int(row["id"])


def test_the_agent_owns_a_new_lead(desk: Desk) -> None:
    user_id = krayin_user(desk)
    desk = with_facts(desk, settings={"assignee_owns_lead": True})

    brought(desk, talk(meta=SAM))

    assert desk.state.leads[1]["user_id"] == user_id
    assert desk.state.persons[1]["user_id"] is None


def test_an_agent_who_comes_later_owns_a_lead_that_has_no_owner(desk: Desk) -> None:
    user_id = krayin_user(desk)
    desk = met(desk, assignee_owns_lead=True)
    ask(desk, "PUT", "leads/1", {"lead_pipeline_stage_id": 1, "expected_close_date": "2031-12-31"})

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
    ask(desk, "PUT", "leads/1", {"lead_pipeline_stage_id": 1, "user_id": 1})

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


def test_an_agents_address_is_asked_of_chatwoot_or_read_from_an_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = krayin_user(desk)
    desk = with_facts(desk, settings={"assignee_owns_lead": True, "lead_policy": "one_per_conversation"})
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
