"""What is seen seldom, and must then be plain: what stands still, what was left out, who may not come in.

Run by ``make test-browser``, with the pages.
"""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, expect

from crmhost.admin.needs import BY_HAND
from crmhost.plugins import Broken
from crmhost.store import gates
from crmhost_krayin.clients.errors import CREDENTIALS_FIX

from .looking import Looking, context_of
from .world import PASSWORD, World

HOUR = 3600.0
AWAY = "Krayin did not answer within 15 s (GET /get)."
REFUSED = "Krayin refuses the API token (401 to GET /get)."


@pytest.mark.parametrize("why", ["paused", "refused", "away"])
def test_a_connection_that_stands_still_says_why(administrator: Looking, world: World, why: str) -> None:
    one, now = world.connection_id, time.time()
    with world.house.store.write() as tx:
        if why == "paused":
            gates.pause(tx, one, BY_HAND, f"Go on with the button, or: crmhost resume {one}")
        elif why == "refused":
            gates.refused(tx, one, REFUSED, CREDENTIALS_FIX, now + HOUR)
        else:
            gates.away(tx, one, AWAY, "It goes on by itself.", now, HOUR)
    try:
        for name, path in (("overview", "/"), ("connection", f"/connections/{one}")):
            administrator.go(path)
            administrator.see_at_each_size(f"{name}-{why}")
    finally:
        with world.house.store.write() as tx:
            gates.resume(tx, one)


def test_a_plugin_that_is_left_out_says_why(administrator: Looking, world: World) -> None:
    problem = "it implements hooks that crmhost does not know: handle_ticket"
    plugins = world.house.plugins
    plugins.broken = (Broken("acme", "crmhost-acme", problem, "pip install --upgrade crmhost-acme"),)
    try:
        administrator.go("/plugins")
        administrator.see_at_each_size("plugins-broken")
    finally:
        plugins.broken = ()


def test_an_invitation_is_shown_once(administrator: Looking) -> None:
    page = administrator.page
    administrator.go("/people")
    page.get_by_label("E-mail address").fill("lucia@example.com")
    page.get_by_role("button", name="Make a link").click()

    expect(page.get_by_role("status")).to_contain_text("lucia@example.com")
    administrator.see_at_each_size("users-invited")


def test_who_may_not_is_told_so(chromium: Browser, world: World) -> None:
    with context_of(chromium, "desk") as context:
        looking = Looking(context.new_page(), world.address)
        looking.sign_in("tomas@example.com")
        looking.go("/people")
        expect(looking.page.get_by_role("heading", level=1)).to_contain_text("Only an administrator")
        looking.expect_refusals(403)
        looking.see_at_each_size("not-allowed")


def test_an_agent_is_led_to_the_card(chromium: Browser, world: World) -> None:
    with context_of(chromium, "desk") as context:
        looking = Looking(context.new_page(), world.address)
        looking.go("/sign-in")
        looking.page.fill("#email", "sam@example.com")
        looking.page.fill("#password", PASSWORD)
        looking.page.click("main button")

        expect(looking.page.locator("main")).to_contain_text("beside each conversation")
        looking.see_at_each_size("agent")
