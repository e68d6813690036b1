"""What is known of all of a connection's records at once, on each kind of database."""

import time

from crmhost.demo import payloads
from crmhost.store import known
from crmhost.webhooks import told_of

from .conftest import Bench

JANE = payloads.contact(5821, "Jane", email="jane@example.com")
DONE = payloads.conversation(731, JANE, 300, status="resolved")


def test_links_deliveries_and_conversations_are_told_together(bench: Bench) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.contact_updated({**JANE, "name": "Jane Doe"}, 60, name="Jane"))
    bench.receive(payloads.conversation_created(payloads.conversation(731, JANE, 10)))
    bench.receive(payloads.status_changed(DONE))
    bench.work()

    with bench.house.store.read() as tx:
        linked = known.linked_contacts(tx, 1)
        told = known.told(tx, 1, [5821, 9])
        last = known.last_of_contact(tx, 1, 5821)
        of_talk = known.last_of_conversation(tx, 1, 731)
        none = known.delivery(tx, 2, 1), known.last_of_contact(tx, 1, 9)
        talks = known.conversations(tx, 1)

    assert linked == {5821: {"customer": "1"}}
    assert told == {5821: told_of({**JANE, "name": "Jane Doe"})}
    assert (last and last.payload["name"], of_talk and of_talk.kind) == ("Jane Doe", "conversation_resolved")
    assert none == (None, None)
    assert talks == {731: known.Talk([5821], DONE["updated_at"], DONE["updated_at"])}


def test_of_many_records_only_those_that_are_named_are_looked_up(bench: Bench) -> None:
    bench.receive(payloads.contact_created(JANE))
    for number in (731, 732):
        bench.receive(payloads.conversation_created(payloads.conversation(number, JANE, 10)))
    bench.work()

    with bench.house.store.read() as tx:
        assert known.conversations(tx, 1, [732, 9]).keys() == {732}
        assert known.linked(tx, 1, ["contact:5821", "contact:9", "conversation:732"]) == {
            "contact:5821",
            "conversation:732",
        }


def test_a_watermark_is_moved(bench: Bench) -> None:
    now = time.time()
    for moment in (now, now + 60):
        with bench.house.store.write() as tx:
            known.set_watermark(tx, 1, "conversations", moment)

    with bench.house.store.read() as tx:
        assert known.watermark(tx, 1, "conversations") == now + 60
        assert known.watermark(tx, 2, "conversations") is None
