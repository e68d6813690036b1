"""Changes of conversations that the connection's rules are about."""

import pytest

from crmhost import Rejected, TryAgain
from crmhost.demo import payloads

from .conftest import Bench, hurry
from .fake_crm import FakeCRM

JANE = payloads.contact(5821, "Jane", email="jane@example.com")


@pytest.fixture(autouse=True)
def rules(crm: FakeCRM) -> None:
    crm.wanted = {"labels", "message", "priority", "status"}


def talk(after: float, **more: object) -> payloads.Payload:
    return payloads.conversation(731, JANE, after, **more)  # type: ignore[arg-type]


def labelled(after: float, *labels: str) -> payloads.Payload:
    return payloads.conversation_updated({**talk(after), "labels": labels}, label_list=[])


def test_a_change_reaches_the_plugin_behind_its_contact(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(labelled(10, "vip"))

    bench.work()

    assert crm.asked == ["contact Jane", "conversation 731 changed labels"]
    assert bench.states() == ["applied"]


def test_the_plugin_is_told_of_what_it_wants_and_nothing_else(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.conversation_updated(talk(10), priority="low", team_id=4))

    bench.work()

    assert crm.asked[1:] == ["conversation 731 changed priority"]


def test_a_change_that_is_not_wanted_any_more_is_ignored_and_asks_nothing(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(labelled(10, "vip"))
    crm.wanted = set()

    bench.work()

    assert crm.asked == []
    assert (bench.last()["state"], bench.last()["reason"]) == (
        "ignored",
        "No rule in the settings is about what changed.",
    )


def test_changes_that_wait_are_one(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(labelled(10, "vip"))
    bench.receive(payloads.conversation_updated(talk(20), priority="low"))

    bench.work()

    assert crm.asked[1:] == ["conversation 731 changed labels priority"]
    assert bench.states() == ["superseded", "applied"]


def test_each_message_reaches_the_plugin_in_order_with_nothing_but_itself(bench: Bench, crm: FakeCRM) -> None:
    for number, said in enumerate(["Hello", None, "Anyone?"]):
        bench.receive(payloads.message_created(talk(10, said="Hello"), number, said))

    bench.work()

    assert crm.said == ["Hello", None, "Anyone?"]


def test_a_resolve_with_new_labels_is_one_resolve(bench: Bench, crm: FakeCRM) -> None:
    done = talk(10, status="resolved")
    bench.receive(payloads.status_changed(done))
    bench.receive(payloads.conversation_updated(done, status="open", label_list=[]))

    bench.work()

    assert crm.asked[1:] == ["conversation 731 resolved"]
    assert bench.states() == ["superseded", "applied"]


def test_a_label_edit_that_chatwoot_sends_twice_is_told_once(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(labelled(10, "vip"))
    bench.work()
    bench.receive({**labelled(10, "vip"), "again": True})

    bench.work()

    assert crm.asked.count("conversation 731 changed labels") == 1
    assert bench.states() == ["applied", "superseded"]


def test_a_change_that_comes_late_does_not_bring_back_an_older_state(bench: Bench) -> None:
    bench.receive(payloads.status_changed(talk(30, status="resolved")))
    bench.work()
    bench.receive(payloads.status_changed(talk(20, status="pending")))

    bench.work()

    assert bench.states() == ["applied", "superseded"]


def test_what_was_folded_into_a_change_that_is_refused_is_applied_by_itself(
    bench: Bench, crm: FakeCRM
) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    crm.troubles = [Rejected("No.")]
    bench.receive(labelled(10, "vip"))
    bench.receive(payloads.conversation_updated(talk(20), priority="low"))

    bench.work()

    assert bench.states() == ["applied", "applied", "dead"]
    assert crm.asked[1:] == ["conversation 731 changed labels priority", "conversation 731 changed labels"]


def test_a_change_that_fails_for_a_while_keeps_what_it_folded(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    crm.troubles = [TryAgain("Busy.")]
    bench.receive(labelled(10, "vip"))
    bench.receive(payloads.conversation_updated(talk(20), priority="low"))
    bench.work()
    hurry(bench)

    bench.work()

    assert crm.notes == [(1, "changed labels priority")]
    assert bench.states() == ["applied", "superseded", "applied"]
