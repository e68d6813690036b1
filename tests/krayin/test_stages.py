"""What conversations do to the stage and the owner of a lead, against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import SetUpAgain

from .crm import Desk
from .leading import (
    JANE,
    at,
    brought,
    changed,
    ended,
    met,
    put,
    talk,
    told,
    with_pipeline,
)


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
    desk = with_pipeline(desk)[0].with_settings(stage_on_resolved=wanted)
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


def test_a_move_to_another_pipeline_that_a_date_gone_by_held_back_is_made_once_it_was_moved(
    desk: Desk,
) -> None:
    desk, _, agreed = with_pipeline(desk)
    desk = met(desk, stage_rules={"label:partner": str(agreed.id)}, allow_backwards=True)
    desk.ask("PUT", "leads/attributes/edit/1", {"expected_close_date": "2020-01-01"})

    outcome = changed(desk, talk(labels=["partner"]), "labels")
    held = desk.sandbox.profile.checks_closing_date
    assert (at(desk), "Its stage stayed" in told(outcome)) == ((1, True) if held else (agreed.id, False))
    desk.ask("PUT", "leads/attributes/edit/1", {"expected_close_date": "2031-12-31"})
    desk.created(talk(labels=["partner"]))
    desk.created(talk(labels=["partner"]))

    assert (at(desk), desk.calls) == (agreed.id, [])


def test_where_it_is_allowed_a_lead_goes_to_another_pipeline_whole(desk: Desk) -> None:
    """attributes/edit would leave it in both (recording 550)."""
    desk, _, agreed = with_pipeline(desk)
    desk = desk.with_settings(stage_on_resolved="agreed", allow_backwards=True)
    desk.contact(JANE)
    desk.ask(
        "PUT",
        "leads/1",
        {"lead_pipeline_stage_id": 1, "expected_close_date": "2031-12-31", "user_id": 1},
    )

    desk.resolved(ended())

    row = desk.state.leads[1]
    assert (at(desk), row["lead_pipeline_id"]) == (agreed.id, agreed.pipeline_id)
    assert (str(row["expected_close_date"]), row["user_id"], row["person_id"]) == ("2031-12-31", 1, 1)


def test_a_close_date_survives_a_move_even_one_gone_by(desk: Desk) -> None:
    desk = met(desk, stage_on_resolved="prospect")
    desk.ask("PUT", "leads/attributes/edit/1", {"expected_close_date": "2020-01-01"})

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
    desk = desk.with_settings(lead_policy="one_per_conversation", stage_on_resolved="won")
    brought(desk, talk(1))
    desk.created(talk(2))

    desk.resolved(talk(2, status="resolved"))

    assert [at(desk, number) for number in (1, 2)] == [1, 5]


def test_what_many_conversations_asked_for_is_remembered_of_the_newest(desk: Desk) -> None:
    desk = met(desk, stage_on_created="new", sync_activities=False)
    for number in range(1, 41):
        desk.created(talk(number))

    remembered = desk.store.known["contact:5821", "lead"].written["rules"]

    assert list(remembered) == [str(number) for number in range(11, 41)]


# Checkboxes


@pytest.fixture
def ticked(desk: Desk) -> Desk:
    """A Krayin in which a salesperson ticked a box of Jane's lead and set its close date."""
    desk.make_attribute("leads", "hot", type="boolean")
    desk = met(desk, stage_on_resolved="prospect").with_facts(checkboxes={"leads": ("hot",)})
    desk.ask("PUT", "leads/1", {"lead_pipeline_stage_id": 1, "hot": 1, "expected_close_date": "2031-12-31"})
    return desk


def is_hot(desk: Desk) -> Any:
    (attribute,) = desk.state.attributes.where(code="hot")
    return desk.attribute("leads", 1, attribute["id"], "boolean_value")


def test_a_ticked_box_survives_a_move_and_a_new_title_at_the_price_of_a_call(ticked: Desk) -> None:
    ticked.resolved(ended())
    took = ticked.calls
    ticked.contact(JANE.model_copy(update={"name": "Jane Smith"}))

    assert took[-3:] == ["GET /leads", "GET /leads/search", "PUT /leads/attributes/edit/1"]
    assert ticked.calls[-3:] == ["GET /leads", "GET /leads/search", "PUT /leads/1"]
    assert (at(ticked), is_hot(ticked)) == (3, 1)


def test_where_boxes_cannot_be_told_apart_the_write_waits_until_it_is_allowed(ticked: Desk) -> None:
    several = ticked.with_facts(checkboxes={"leads": ("hot", "big")})
    smith = JANE.model_copy(update={"name": "Jane Smith"})

    outcome = several.contact(smith)
    title = several.state.leads[1]["title"]
    several.contact(smith)
    again = several.calls
    several.with_settings(protect_checkboxes=False).contact(smith)

    assert (title, again) == ("Jane Doe", [])
    assert "checkboxes hot and big" in told(outcome)
    assert several.state.leads[1]["title"] == "Jane Smith"


def test_without_a_close_date_a_move_resets_no_box_and_needs_no_look(ticked: Desk) -> None:
    ticked.state.leads[1]["expected_close_date"] = None
    ticked.state.attribute_values.forget("leads", 1)
    ticked.ask("PUT", "leads/1", {"lead_pipeline_stage_id": 1, "hot": 1, "title": "Jane Doe"})

    ticked.with_facts(checkboxes={"leads": ("hot", "big")}).resolved(ended())

    assert (at(ticked), is_hot(ticked)) == (3, 1)
