"""Deliveries on pages: filtered, by key, masked, tried again."""

import re

import pytest

from crmhost import Rejected
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.store import browse
from crmhost.store.browse import KINDS, Wanted

from ..conftest import Bench, connected
from ..fake_crm import FakeCRM
from .conftest import Browser, told

JANE = payloads.contact(5821, "Jane Doe", email="jane@example.com", phone_number="+447700900123")
BEGAN = payloads.conversation_created(payloads.conversation(731, JANE, 1, said="Do you deliver?"))


def ids(page: str) -> list[int]:
    """Return the deliveries listed, as they stand there."""
    return [int(found) for found in re.findall(r'href="/deliveries/(\d+)"', page)]


def fill(bench: Bench, count: int) -> None:
    for number in range(count):
        bench.receive(payloads.contact_updated({**JANE, "name": f"Jane {number}"}, number, name="Jane"))


def test_pages_follow_by_key_and_miss_nothing(
    lite_bench: Bench, viewer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.admin.pages.deliveries.LENGTH", 3)
    fill(lite_bench, 8)
    seen, path = [], "/deliveries"

    while path:
        page = viewer.get(path)
        seen += ids(page)
        older = re.search(r'href="(/deliveries\?before=\d+)"', page)
        path = older[1] if older else ""

    assert seen == [8, 7, 6, 5, 4, 3, 2, 1]


def test_failed_ones_stand_first(lite_bench: Bench, crm: FakeCRM, viewer: Browser) -> None:
    crm.troubles = [Rejected("No.", fix="Mend it.")]
    lite_bench.receive(payloads.contact_created(JANE))
    lite_bench.work()
    lite_bench.receive(BEGAN)
    lite_bench.work()

    assert ids(viewer.get("/deliveries")) == [1, 2, 1]
    assert ids(viewer.get("/deliveries?state=dead")) == [1]
    assert ids(viewer.get("/deliveries?kind=conversation_created")) == [2]
    assert ids(viewer.get("/deliveries?state=dead&kind=conversation_created")) == []
    assert ids(viewer.get("/deliveries?state=nonsense&before=x")) == [1, 2, 1]


def test_every_filter_finds_what_a_plain_look_finds(house: House) -> None:
    first, second = connected(house), connected(house)
    bench, other = Bench(house, first), Bench(house, second)
    fill(bench, 3)
    for one in (bench, other):
        one.receive(BEGAN)
        one.work()
        one.intake.close()
    with house.store.read() as tx:
        everything = browse.page(tx, Wanted((first.id, second.id)), 100)
        for connections in ((first.id,), (second.id,), (first.id, second.id)):
            for states in ((), ("applied",), ("superseded", "unchanged"), ("dead",)):
                for kinds in ((), ("conversation_created",), KINDS):
                    for contact, talk in ((None, None), (5821, None), (None, 731), (1, None)):
                        wanted = Wanted(connections, states, kinds, contact, talk)
                        expected = [
                            row.id
                            for row in everything
                            if row.connection_id in connections
                            and (not states or row.state in states)
                            and (not kinds or row.kind in kinds)
                            and contact in {None, row.contact_id}
                            and talk in {None, row.conversation_id}
                        ]
                        assert [row.id for row in browse.page(tx, wanted, 100)] == expected
    assert len(everything) == 5


def test_a_payload_is_masked_until_an_administrator_asks_for_it(
    lite_bench: Bench, admin: Browser, viewer: Browser
) -> None:
    lite_bench.receive(BEGAN)

    for page in (
        viewer.get("/deliveries/1"),
        viewer.get("/deliveries/1?reveal=1"),
        admin.get("/deliveries/1"),
    ):
        payload = page[page.index("<pre") : page.index("</pre>")]
        assert "jane@example.com" not in payload
        assert "+447700900123" not in payload
        assert "Do you deliver" not in payload
        assert "conversation_created" in payload
    assert "Do you deliver?" in admin.get("/deliveries/1?reveal=1")


def test_one_delivery_tells_what_came_of_it(lite_bench: Bench, viewer: Browser) -> None:
    lite_bench.receive(payloads.contact_created(JANE))
    lite_bench.work()

    page = told(viewer.get("/deliveries/1"))

    assert page.startswith("Deliveries New contact Jane Doe")
    assert "Customer 1 was made" in page
    assert "There is no delivery 77." in viewer.get("/deliveries/77", 404)


def test_ticked_ones_and_all_of_a_filter_are_tried_again(
    lite_bench: Bench, crm: FakeCRM, admin: Browser
) -> None:
    for number in (1, 2, 3):
        crm.troubles = [Rejected(f"No {number}.")]
        lite_bench.receive(payloads.contact_created({**JANE, "id": number}))
        lite_bench.work(number)

    assert "Nothing was ticked" in admin.post("/deliveries/replay", 400)
    assert "1 delivery is tried again." in admin.post("/deliveries/replay", id=["1"])
    assert "1 delivery is tried again." in admin.post("/deliveries/2/replay")
    lite_bench.work(1)
    lite_bench.work(2)
    assert lite_bench.states() == ["applied", "applied", "dead"]
    page = admin.post("/deliveries/replay", id=["1", "3"])
    assert "1 delivery is tried again. 1 is left as it is: It is applied, not dead." in page


def test_what_is_tried_again_in_batches_is_all_of_it(
    lite_bench: Bench, crm: FakeCRM, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.replay.BATCH", 2)
    for number in range(1, 6):
        crm.troubles = [Rejected("No.")]
        lite_bench.receive(payloads.contact_created({**JANE, "id": number}))
        lite_bench.work(number)

    assert "5 deliveries are tried again." in admin.post("/deliveries/replay", all="1", connection="1")
