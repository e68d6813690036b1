"""The doctor's page, the calls of a minute and the last comparison on a connection's, and a preview."""

from __future__ import annotations

import time

import pytest

from crmhost.budget import DeliveryBudget
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.house import House
from crmhost.store import hours, reconciliations
from crmhost.store.connections import CRMConnection
from crmhost.store.hours import Moment

from ..conftest import connected
from .conftest import Browser, told


def test_the_doctor_says_what_is_to_be_mended_first(lite_house: House, admin: Browser) -> None:
    one = connected(lite_house)
    with lite_house.store.write() as tx:
        hours.note(tx, [Moment(one.id, "bad_signature", time.time())])

    page = told(admin.get("/doctor"))

    assert page.startswith("1 thing is to be mended")
    assert page.index("another secret") < page.index("the newest")
    assert "asked, and content with" not in page
    assert "asked, and content with" in told(admin.post("/doctor"))


def test_a_viewer_sees_the_doctor_and_asks_nobody(lite_house: House, viewer: Browser) -> None:
    connected(lite_house)

    assert "Ask them too" not in viewer.get("/doctor")
    viewer.post("/doctor", 403)


def test_the_doctors_words_are_in_the_language_spoken(lite_house: House, admin: Browser) -> None:
    connected(lite_house)

    admin.client.headers["Accept-Language"] = "es"

    page = told(admin.get("/doctor"))

    assert "Aún no ha llegado ningún webhook." in page
    assert "Esta máquina y la base de datos coinciden." in page


@pytest.mark.parametrize(
    ("language", "fix"), [("es", "Continúe con el botón"), ("pt-BR", "Continue com o botão"), ("en", "Go on")]
)
def test_what_one_paused_another_reads_in_their_own_language(
    lite_house: House, admin: Browser, language: str, fix: str
) -> None:
    connected(lite_house)
    admin.client.headers["Accept-Language"] = "pt-BR"
    admin.post("/connections/1/pause")
    admin.client.headers["Accept-Language"] = language

    assert fix in told(admin.get("/doctor"))
    admin.get("/connections/77", 404)


def test_a_connection_shows_the_calls_of_this_minute_and_the_last_comparison(
    lite_house: House, admin: Browser
) -> None:
    one = connected(lite_house)
    budget = DeliveryBudget(lite_house.redis, whose=one.id)
    with budget.call(f"test {time.time()}", calls=60):
        pass
    budget.close()
    with lite_house.store.write() as tx:
        now = time.time()
        reconciliations.plan(tx, one.id, "recent", now)
        reconciliations.finish(tx, one.id, "recent", {"missed_contacts": 2}, now + 3600)

    page = told(admin.get(f"/connections/{one.id}"))

    assert "Calls of this minute 1 of 60" in page
    assert "2 found" in page


def test_settings_are_tried_on_a_contact_before_they_are_kept(
    joined: CRMConnection, chatwoot: ChatwootSandbox, admin: Browser
) -> None:
    jane = chatwoot.contacts.create(name="Jane Doe", email="jane.doe@example.com")

    newest = told(admin.post(f"/connections/{joined.id}/settings", do="preview"))
    named = told(admin.post(f"/connections/{joined.id}/settings", do="preview", preview_contact=str(jane.id)))

    assert f"What would be done for contact {jane.id}" in newest
    assert f"What would be done for contact {jane.id}" in named
