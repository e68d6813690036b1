"""The plugins, as people see them: what each is for, how good it is, and what is wrong with it."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Any

import pytest

from crmhost.admin.logos import LARGEST, address_of
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.plugins import Broken, discover
from crmhost_krayin.logo import LOGO

from ..conftest import Bench
from ..fake_crm import FakeCRM, FakeSettings
from .conftest import Browser, told


def introduced(house: House, name: str = "fake", **said: Any) -> None:
    """Have a plugin say more of itself."""
    plugin = house.plugins.found[name]
    plugin.info = replace(plugin.info, **said)


def test_a_plugin_shows_its_logo_its_line_and_its_tier(lite_house: House, viewer: Browser) -> None:
    introduced(lite_house, summary="Customers become customers.", logo=LOGO, tier="gold")

    page = viewer.get("/plugins")

    assert "Fake CRM Customers become customers." in told(page)
    assert "crmhost-fake 1.0 · tier gold" in told(page)
    (source,) = re.findall(r'<img class="logo" src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert base64.b64decode(source).decode() == LOGO


def test_whoever_connects_sees_which_crm_it_is(lite_house: House, admin: Browser) -> None:
    introduced(lite_house, summary="Customers become customers.", logo=LOGO)
    assert "Customers become customers." in told(admin.get("/connect"))

    lite_house.plugins.found["other"] = FakeCRM().plugin()
    page = admin.get("/connect")

    assert "Which CRM do you have?" in told(page)
    assert "Customers become customers." in told(page)
    assert page.count('class="logo"') == 1, "the other one has none"


@pytest.mark.parametrize(
    "logo",
    ["", "https://example.com/logo.svg", "<script>alert(1)</script>", f"<svg>{' ' * LARGEST}</svg>"],
    ids=["none", "an address", "no image", "too large"],
)
def test_what_is_no_logo_is_not_shown(logo: str) -> None:
    assert address_of(logo) == ""


@pytest.mark.parametrize("name", ["krayin", "leadsquared"])
def test_our_plugins_have_a_line_and_a_logo(name: str) -> None:
    info = discover()[name].info

    assert re.fullmatch(r"[A-Z].{20,90}\.", info.summary)
    assert address_of(info.logo)


def test_what_a_plugin_fails_of_at_work_is_said(lite_bench: Bench, crm: FakeCRM, viewer: Browser) -> None:
    crm.troubles = [KeyError("email"), KeyError("email")]
    for number in (1, 2):
        somebody = payloads.contact(number, "Jane Doe", email=f"jane{number}@example.com")
        lite_bench.receive(payloads.contact_created(somebody))
        lite_bench.work(number)

    page = viewer.get("/plugins")

    assert "Fails at work The plugin fake failed: KeyError: 'email'" in told(page)
    assert "2 deliveries died of it" in told(page)
    assert 'href="/deliveries/2"' in page

    lite_bench.house.plugins.found.clear()
    assert "No longer installed Fails at work fake" in told(viewer.get("/plugins"))


def test_a_program_reads_which_settings_a_plugin_takes(viewer: Browser) -> None:
    answer = viewer.client.get("/plugins/fake/schema.json")

    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["properties"].keys() == FakeSettings.model_fields.keys()
    assert "/plugins/fake/schema.json" in viewer.get("/plugins")
    assert "No plugin named" in viewer.get("/plugins/acme/schema.json", 404)


def test_a_plugin_that_is_left_out_says_why(lite_house: House, viewer: Browser) -> None:
    broken = Broken("acme", "crmhost-acme", "it cannot be imported", "pip uninstall crmhost-acme")
    lite_house.plugins.broken = (broken,)

    assert "acme crmhost-acme it cannot be imported pip uninstall" in told(viewer.get("/plugins"))
