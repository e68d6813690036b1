"""Folding: only the newest state of a contact, conversations in order behind it."""

from crmhost.fold import next_step
from crmhost.store.deliveries import Delivery


def delivery(
    number: int, kind: str, conversation: int | None = None, version: float | None = None
) -> Delivery:
    return Delivery(number, kind, 5821, conversation, version, 0.0, "{}", 0)


def order(*pending: Delivery, applied: dict[str, float] | None = None) -> list[tuple[int | None, list[int]]]:
    """Take step after step, as a worker does; return what was applied and what that superseded."""
    left, steps = list(pending), []
    while step := next_step(left, applied or {}):
        done = {step.apply, *step.superseded}
        steps.append((step.apply.id if step.apply else None, [d.id for d in step.superseded]))
        left = [one for one in left if one not in done]
    return steps


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
