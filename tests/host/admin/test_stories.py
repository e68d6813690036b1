"""Finding a contact by whatever is at hand, and its whole story."""

import re

import pytest

from crmhost import Rejected, TryAgain
from crmhost.admin.pages.stories import fields_of
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.store import contacts, search
from crmhost.store.contacts import Face
from crmhost.store.search import words_of

from ..conftest import Bench, hurry
from ..fake_crm import FakeCRM
from .conftest import Browser, told

JOAO = payloads.contact(5840, "João da Silva", email="Joao@Example.com", phone_number="+5511955550123")


@pytest.fixture
def known(lite_bench: Bench) -> Bench:
    """A customer with a conversation, and another one."""
    for payload in (
        payloads.contact_created(JOAO),
        payloads.conversation_created(payloads.conversation(731, JOAO, 1, said="Oi")),
        payloads.contact_updated({**JOAO, "name": "João Souza"}, 60, name="João da Silva"),
    ):
        lite_bench.receive(payload)
        lite_bench.work(5840)
    lite_bench.receive(payloads.contact_created(payloads.contact(5841, "Jane", email="jane@example.com")))
    lite_bench.work(5841)
    return lite_bench


SOMEBODY = (
    "joao", "SOUZA", "sou", "joão souza", "joao@example.com", "joao@ex", "955550123", "+55 11 95555-0123",
    "(11) 95555-0123", "5840", "731", "#731", "  souza  ",
)  # fmt: skip
NOBODY = ("silva", "nobody", "%", "'", "99", "*", "joao jane", "\x00", "😀")


@pytest.mark.usefixtures("known")
def test_somebody_is_found_by_whatever_is_at_hand_and_nobody_else(viewer: Browser) -> None:
    for typed in SOMEBODY:
        page = viewer.client.get("/contacts", params={"q": typed}).text
        assert "/connections/1/contacts/5840" in page, typed
        assert "/connections/1/contacts/5841" not in page, typed
    for typed in NOBODY:
        page = viewer.client.get("/contacts", params={"q": typed}).text
        assert "Nobody is found by that" in page, typed


@pytest.mark.usefixtures("known")
def test_an_id_of_the_crm_finds_its_contact(viewer: Browser) -> None:
    page = told(viewer.get("/contacts?q=1"))

    assert "João Souza Customer 1" in page


@pytest.mark.usefixtures("known")
def test_with_nothing_typed_those_heard_of_last_are_listed(viewer: Browser) -> None:
    page = told(viewer.get("/contacts"))

    assert page.index("Jane") < page.index("João Souza")


@pytest.mark.usefixtures("known")
def test_the_story_tells_what_came_what_became_of_it_and_what_changed(viewer: Browser) -> None:
    page = told(viewer.get("/connections/1/contacts/5840"))

    changed, began, new = (
        page.index(word) for word in ("Contact changed", "Conversation began", "New contact")
    )
    assert changed < began < new
    assert "Customer 1 was changed" in page
    assert "Note 1 was made" in page


@pytest.mark.usefixtures("known")
def test_a_viewer_sees_that_something_changed_and_not_what(admin: Browser, viewer: Browser) -> None:
    path = "/connections/1/contacts/5840"

    assert "name João da Silva → João Souza" in told(admin.get(path))
    assert "name ••• → •••" in told(viewer.get(path))


@pytest.mark.usefixtures("known")
def test_a_conversation_has_its_own_story(viewer: Browser) -> None:
    page = told(viewer.get("/connections/1/conversations/731"))

    assert "Conversation 731 João Souza" in page
    assert "New contact" not in page
    assert "Nothing was heard of" in viewer.get("/connections/1/conversations/9", 404)
    assert "Nothing was heard of" in viewer.get("/connections/1/contacts/9", 404)


def test_why_it_failed_is_in_the_story(lite_bench: Bench, crm: FakeCRM, viewer: Browser) -> None:
    crm.troubles = [Rejected("The CRM says no.", fix="Ask it why.")]
    lite_bench.receive(payloads.contact_created(JOAO))
    lite_bench.work(5840)

    assert "failed The CRM says no. Ask it why." in told(viewer.get("/connections/1/contacts/5840"))


@pytest.mark.parametrize(
    ("language", "tried", "before", "heading"),
    [
        ("en", "Tried 2 times the first one failed", "It had failed once before", "The attempt that failed"),
        ("es", "Intentada 2 veces la primera falló", "Antes había fallado una vez", "El intento que falló"),
        (
            "pt-BR",
            "Tentada 2 vezes a primeira falhou",
            "Antes tinha falhado uma vez",
            "A tentativa que falhou",
        ),
    ],
)
def test_what_failed_once_and_then_went_well_reads_so(
    lite_bench: Bench, crm: FakeCRM, admin: Browser, language: str, tried: str, before: str, heading: str
) -> None:
    crm.troubles = [Rejected("The name is forbidden.")]
    lite_bench.receive(payloads.contact_created(JOAO))
    lite_bench.work(5840)
    admin.client.headers["Accept-Language"] = language
    assert before not in told(admin.get("/connections/1/contacts/5840")), "it only failed"
    admin.post("/deliveries/1/replay")
    lite_bench.work(5840)
    assert lite_bench.states() == ["applied"]

    page, story = told(admin.get("/deliveries/1")), told(admin.get("/connections/1/contacts/5840"))

    assert tried in page
    assert heading in page
    assert re.search(f"{before} [^<]+ The name is forbidden\\.", story)


def test_what_went_well_at_once_says_nothing_of_failures(known: Bench, viewer: Browser) -> None:
    page, story = told(viewer.get("/deliveries/1")), told(viewer.get("/connections/1/contacts/5840"))

    assert known.states() == ["applied"] * 4
    assert "Tried once Connection" in page
    assert "failed" not in page + story


def test_what_is_tried_again_says_how_often_it_failed_so_far(
    lite_bench: Bench, crm: FakeCRM, viewer: Browser
) -> None:
    crm.troubles = [TryAgain("The CRM is busy."), TryAgain("It is tired.")]
    lite_bench.receive(payloads.contact_created(JOAO))
    for _ in crm.troubles[:]:
        hurry(lite_bench, 5840)
        lite_bench.work(5840)

    assert "It failed 2 times so far" in told(viewer.get("/connections/1/contacts/5840"))
    assert "Tried 2 times Connection" in told(viewer.get("/deliveries/1"))


def test_a_customer_is_found_by_the_words_of_now(house: House) -> None:
    with house.store.write() as tx:
        contacts.note(tx, [Face(1, 7, "Zoë Ångström", "zoe@example.com", "+46701555017")], 1.0)
        assert not search.index(tx)
        contacts.note(tx, [Face(1, 7, "Zoë Berg", None, None)], 2.0)
        assert search.is_behind(tx)
        assert not search.index(tx)
        assert [face.contact_id for face in search.find(tx, "zoe be", 5)] == [7]
        contacts.note(tx, [Face(1, 7, "Zoë Berg", None, None)], 3.0)
        assert not search.is_behind(tx)
        for gone in ("angstrom", "zoe@example.com", "701555"):
            assert search.find(tx, gone, 5) == []
        assert contacts.forget(tx, 3.5) == 1
        assert search.find(tx, "zoe", 5) == []


def test_a_phone_and_an_address_that_are_missing_are_left_empty(lite_bench: Bench, admin: Browser) -> None:
    lite_bench.receive(
        payloads.contact_created(payloads.contact(5842, "Zoë Berg", phone_number="+46701555017"))
    )
    lite_bench.work(5842)

    page = told(admin.get("/contacts"))
    assert "Zoë Berg" in page
    assert "None" not in page


def test_a_phone_is_found_with_and_without_its_country() -> None:
    words = words_of(Face(1, 1, None, None, "+44 7700 900123"))

    assert {"447700900123", "7700900123"} <= words


def test_what_was_written_is_told_without_what_a_plugin_notes_for_itself() -> None:
    fields = {"title": "Jane", "tags": ["vip", "new"], "address": {"city": "Porto"}, "lead_value": 1250}
    notes = {
        "owned": False,
        "digest": "e94f30084b56f00d74218fcfda44b39e",
        "said": {"name": "Jane"},
        "seen": {"title": "Jane"},
        "messages": [{"id": 40700, "content": "Thank you!"}],
        "stage": "",
    }

    rows = fields_of(fields | notes, mask=False)

    assert rows == [
        ("title", "Jane"),
        ("tags", "vip, new"),
        ("address city", "Porto"),
        ("lead value", "1250"),
    ]
