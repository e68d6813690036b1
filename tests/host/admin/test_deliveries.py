"""Deliveries on pages: filtered, by key, masked, tried again."""

import re

import pytest

from crmhost import Rejected, TryAgain
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.store import browse
from crmhost.store.browse import KINDS, Wanted

from ..conftest import Bench, connected, hurry
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


@pytest.mark.parametrize(
    ("asked", "tried"),
    [
        ("connection=2", [5]),
        ("kind=conversation_created", [4]),
        ("contact=2", [2]),
        ("cause=No+5.", []),
        ("cause=Yes.", [3]),
        ("connection=1&kind=contact_created&contact=1&cause=No+….", [1]),
        ("conversation=731", [1, 2, 3, 4, 5]),
    ],
)
def test_all_of_a_filter_are_those_that_it_shows(
    lite_house: House, crm: FakeCRM, admin: Browser, asked: str, tried: list[int]
) -> None:
    """What is pressed sends what the page was asked for, each part of it."""
    first, second = Bench(lite_house, connected(lite_house)), Bench(lite_house, connected(lite_house))
    failing = (
        (first, payloads.contact_created({**JANE, "id": 1}), "No 1."),
        (first, payloads.contact_created({**JANE, "id": 2}), "No 2."),
        (first, payloads.contact_created({**JANE, "id": 3}), "Yes."),
        (first, BEGAN, "No 4."),
        (second, payloads.contact_created(JANE), "No 5."),
    )
    for bench, payload, why in failing:
        crm.troubles = [Rejected(why)]
        bench.receive(payload)
        bench.work(payload.get("id", 5821) if payload["event"] == "contact_created" else 5821)
    first.close()
    second.close()
    page = admin.get(f"/deliveries?state=dead&{asked}")
    form = page.partition('action="/deliveries/replay"')[2]
    said = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)

    if tried:
        admin.post("/deliveries/replay", **(dict(said) | {"all": "1"}))

    assert sorted(ids(page)) == tried
    assert sorted(ids(admin.get("/deliveries?state=pending"))) == tried


def test_each_attempt_that_failed_is_told_with_its_own_reason(
    lite_bench: Bench, crm: FakeCRM, admin: Browser
) -> None:
    crm.troubles = [TryAgain("The CRM is busy.", fix="Wait."), TryAgain("It is tired."), Rejected("No.")]
    lite_bench.receive(payloads.contact_created(JANE))
    for _ in crm.troubles[:]:
        hurry(lite_bench)
        lite_bench.work()
    assert lite_bench.states() == ["dead"]

    page = told(admin.get("/deliveries/1"))
    assert page.index("No.") < page.index("It is tired.") < page.index("The CRM is busy. Wait.")
    assert "Tried 3 times" in page

    page = told(admin.post("/deliveries/1/replay"))
    attempts = page.partition("Attempts that failed")[2]
    assert attempts.index("No.") < attempts.index("It is tired."), "the one that ended it is kept"


@pytest.fixture
def two_failed(lite_bench: Bench, crm: FakeCRM) -> None:
    """Two people, whose deliveries failed of one cause."""
    joao = payloads.contact(9, "João Silva", email="joao@example.com", phone_number="+5511998765432")
    for number, who in ((5821, JANE), (9, joao)):
        crm.troubles = [Rejected("No.")]
        lite_bench.receive(payloads.contact_created(who))
        lite_bench.work(number)


@pytest.mark.usefixtures("two_failed")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("joao", [2]),
        ("JANE@example.com", [1]),
        ("998765432", [2]),
        ("5821", [1]),
        ("nobody", []),
    ],
)
def test_deliveries_are_searched_by_whose_they_are(viewer: Browser, typed: str, found: list[int]) -> None:
    assert ids(viewer.get(f"/deliveries?q={typed}")) == found
    assert ids(viewer.get(f"/deliveries?q={typed}&state=dead&kind=contact_created")) == found
    assert ids(viewer.get(f"/deliveries?q={typed}&state=applied")) == []


@pytest.mark.usefixtures("two_failed")
def test_a_deliverys_own_number_leads_to_it(viewer: Browser) -> None:
    assert ids(viewer.get("/deliveries?q=2")) == [2]
    assert "Delivery 2" in told(viewer.get("/deliveries?q=2"))
    assert "Delivery" not in told(viewer.get("/deliveries?q=77")).partition("There is none")[0][-40:]


@pytest.mark.usefixtures("two_failed")
def test_all_that_a_search_found_are_tried_again_and_no_others(admin: Browser) -> None:
    page = admin.get("/deliveries?state=dead&q=joao")
    said = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition("/deliveries/replay")[2])

    told_then = told(admin.post("/deliveries/replay", **(dict(said) | {"all": "1"})))

    assert told_then.startswith("1 delivery is tried again.")
    assert ids(admin.get("/deliveries?state=pending")) == [2]


@pytest.mark.usefixtures("two_failed")
def test_who_narrows_a_filter_keeps_what_narrowed_it(viewer: Browser) -> None:
    page = viewer.get("/deliveries?contact=9&cause=No.&q=joao&state=dead")
    form = page.partition('role="search"')[2].partition("</form>")[0]

    assert re.findall(r'name="(\w+)" (?:type="search" )?value="([^"]+)"', form) == [
        ("q", "joao"),
        ("contact", "9"),
        ("cause", "No."),
    ]
    assert "Only those of contact 9" in told(page)
    assert ids(page) == [2]


def test_what_is_tried_again_in_batches_is_all_of_it(
    lite_bench: Bench, crm: FakeCRM, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.replay.BATCH", 2)
    for number in range(1, 6):
        crm.troubles = [Rejected("No.")]
        lite_bench.receive(payloads.contact_created({**JANE, "id": number}))
        lite_bench.work(number)

    assert "5 deliveries are tried again." in admin.post("/deliveries/replay", all="1", connection="1")
