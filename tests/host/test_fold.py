"""Folding: only the newest state of a contact, conversations in order behind it."""

import json
from dataclasses import replace

from crmhost.fold import dated, next_step
from crmhost.store.deliveries import Delivery


def delivery(
    number: int, kind: str, conversation: int | None = None, version: float | None = None
) -> Delivery:
    return Delivery(number, kind, 5821, conversation, version, 0.0, "{}", 0)


def changed(number: int, version: float | None, *attributes: str, conversation: int = 731) -> Delivery:
    attributes_changed = [{name: {"current_value": 1}} for name in attributes]
    body = json.dumps({"event": "conversation_updated", "changed_attributes": attributes_changed})
    return Delivery(number, "conversation_changed", 5821, conversation, version, 0.0, body, 0)


def message(number: int, version: float) -> Delivery:
    body = json.dumps({"event": "message_created"})
    return Delivery(number, "conversation_changed", 5821, 731, version, 0.0, body, 0)


def order(*pending: Delivery, applied: dict[str, float] | None = None) -> list[tuple[int | None, list[int]]]:
    """Take step after step, as a worker does; return what was applied and what that superseded."""
    left, steps = list(pending), []
    while step := next_step(left, applied or {}):
        done = {step.apply, *step.superseded}
        steps.append((step.apply.id if step.apply else None, [d.id for d in step.superseded]))
        left = [one for one in left if one not in done]
    return steps


def test_what_may_have_been_written_comes_before_all_that_is_newer() -> None:
    begun = replace(delivery(2, "contact_updated", version=10.0), attempted={"changed": []})
    steps = order(
        delivery(1, "conversation_created", 731), begun, delivery(3, "contact_updated", version=20.0)
    )
    assert steps == [(2, []), (3, []), (1, [])]


def test_nothing_pending_is_no_step() -> None:
    assert order() == []


def test_of_several_states_only_the_newest_is_applied() -> None:
    steps = order(
        delivery(1, "contact_created", version=0.0),
        delivery(2, "contact_updated", version=20.0),
        delivery(3, "contact_updated", version=10.0),
    )
    assert steps == [(2, [1, 3])]


def test_a_creation_that_arrives_last_is_older_than_any_change() -> None:
    steps = order(delivery(1, "contact_updated", version=20.0), delivery(2, "contact_created", version=0.0))
    assert steps == [(1, [2])]


def test_arrival_decides_where_chatwoot_does_not_say_how_new_a_state_is() -> None:
    steps = order(delivery(1, "contact_updated", version=20.0), delivery(2, "contact_updated"))
    assert steps == [(2, [1])]


def test_the_largest_version_wins_whatever_arrives_between() -> None:
    steps = order(
        delivery(1, "contact_updated", version=10.0),
        delivery(2, "contact_updated"),
        delivery(3, "contact_updated", version=5.0),
    )
    assert steps == [(1, [2, 3])]


def test_a_state_older_than_the_one_applied_is_set_aside() -> None:
    steps = order(delivery(1, "contact_updated", version=10.0), applied={"contact:5821": 20.0})
    assert steps == [(None, [1])]


def test_the_contact_comes_before_its_conversations() -> None:
    steps = order(delivery(1, "conversation_created", 731, 5.0), delivery(2, "contact_updated", version=6.0))
    assert steps == [(2, []), (1, [])]


def test_a_conversation_begins_before_it_ends_however_it_arrives() -> None:
    steps = order(
        delivery(1, "conversation_resolved", 731, 9.0), delivery(2, "conversation_created", 731, 5.0)
    )
    assert steps == [(2, []), (1, [])]


def test_conversations_keep_their_order_of_arrival() -> None:
    steps = order(
        delivery(1, "conversation_resolved", 740, 9.0),
        delivery(2, "conversation_created", 731, 5.0),
        delivery(3, "conversation_created", 740, 5.0),
    )
    assert [applied for applied, _ in steps] == [3, 1, 2]


def test_a_resolve_seen_as_two_events_is_applied_once() -> None:
    twins = delivery(1, "conversation_resolved", 731, 9.0), delivery(2, "conversation_resolved", 731, 9.0)
    assert order(*twins) == [(2, [1])]


def test_the_second_event_of_an_applied_resolve_is_set_aside() -> None:
    steps = order(delivery(2, "conversation_resolved", 731, 9.0), applied={"conversation:731": 9.0})
    assert steps == [(None, [2])]


def test_a_second_resolve_after_reopening_is_applied() -> None:
    steps = order(delivery(2, "conversation_resolved", 731, 12.0), applied={"conversation:731": 9.0})
    assert steps == [(2, [])]


def test_a_beginning_is_applied_even_after_its_end() -> None:
    """The plugin finds the activity linked; should the end have failed, the beginning is still there."""
    steps = order(delivery(2, "conversation_created", 731, 5.0), applied={"conversation:731": 9.0})
    assert steps == [(2, [])]


def test_changes_fold_into_the_newest_which_says_all_that_is_new() -> None:
    pending = [changed(1, 5.0, "label_list"), changed(2, 9.0, "priority"), changed(3, 7.0, "team_id")]

    step = next_step(pending, {})

    assert step is not None
    assert step.apply == pending[1]
    assert step.superseded == (pending[0], pending[2])
    assert step.changed == {"labels", "priority", "team"}


def test_no_message_folds() -> None:
    assert order(message(1, 9.0), message(2, 9.0)) == [(1, []), (2, [])]


def test_changes_fold_across_messages_and_ends_to_where_the_newest_arrived() -> None:
    steps = order(
        changed(1, 5.0, "label_list"),
        message(2, 6.0),
        delivery(3, "conversation_resolved", 731, 7.0),
        changed(4, 8.0, "status"),
        message(5, 9.0),
    )
    assert steps == [(2, []), (3, []), (4, [1]), (5, [])]


def test_a_late_second_event_of_a_resolve_does_not_bring_it_behind_the_reopening() -> None:
    steps = order(
        delivery(1, "conversation_resolved", 731, 5.0),
        changed(2, 6.0, "status"),
        delivery(3, "conversation_resolved", 731, 5.0),
    )
    assert steps == [(3, [1]), (2, [])]


def test_a_conversation_begins_before_its_messages() -> None:
    assert order(message(1, 5.0), delivery(2, "conversation_created", 731, 5.0)) == [(2, []), (1, [])]


def test_changes_of_different_conversations_do_not_fold() -> None:
    steps = order(changed(1, 5.0, "priority"), changed(2, 6.0, "priority", conversation=740))
    assert steps == [(1, []), (2, [])]


def test_a_change_that_a_newer_state_brought_before_is_set_aside() -> None:
    applied = {"conversation:731:labels": 9.0}
    assert order(changed(1, 9.0, "label_list"), applied=applied) == [(None, [1])]


def test_of_a_late_change_only_what_is_still_news_is_applied() -> None:
    step = next_step([changed(1, 5.0, "label_list", "priority")], {"conversation:731:labels": 9.0})

    assert step is not None
    assert step.changed == {"priority"}


def test_a_message_is_never_too_late() -> None:
    applied = {"conversation:731": 9.0, "conversation:731:status": 9.0}
    assert order(message(1, 5.0), applied=applied) == [(1, [])]


def test_a_change_that_shows_the_resolved_state_does_not_swallow_the_resolve() -> None:
    """Chatwoot fills a webhook when it sends it: the label's one shows what the resolve made."""
    label, end = changed(1, 9.0, "label_list"), delivery(2, "conversation_resolved", 731, 9.0)

    assert dated(label, label.changed) == ("conversation:731:labels",)
    assert order(end, applied={"conversation:731:labels": 9.0}) == [(2, [])]


def test_a_resolve_makes_older_states_of_the_conversation_stale() -> None:
    body = json.dumps({"event": "conversation_status_changed", "changed_attributes": None})
    end = Delivery(1, "conversation_resolved", 5821, 731, 9.0, 0.0, body, 0)

    names = dated(end, end.changed)

    assert order(changed(2, 8.0, "status"), applied=dict.fromkeys(names, 9.0)) == [(None, [2])]
