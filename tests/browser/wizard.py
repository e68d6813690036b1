"""The wizard, from an empty database to a customer in the CRM, against both sandboxes.

Run by ``make test-browser``, with the pages.
"""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from crmhost.demo.run import wait_until_idle
from crmhost.store import connections

from .looking import Looking, context_of
from .world import World


def test_from_nothing_to_a_customer_in_the_crm(chromium: Browser, new_world: World, size: str) -> None:
    """An empty database, then a person who is in Krayin."""
    token = new_world.krayin.settings(new_world.krayin_url)["api_token"]
    with context_of(chromium, size) as context:
        looking = Looking(context.new_page(), new_world.address)
        looking.come_in_first(new_world.link())
        choose_krayin(looking)
        name_chatwoot(looking, new_world)
        name_krayin(looking, new_world, token)
        go_wrong_in_two_places(looking)
        say_what_goes_where(looking)
        try_it_on_somebody(looking, new_world)

        looking.page.get_by_role("button", name="Turn it on").click()

        expect(looking.page.get_by_role("status")).to_have_text("It is on.")
        looking.check()
        (app,) = new_world.chatwoot.state.dashboard_apps.values()
        assert app["content"][0]["url"] == f"{new_world.address}/card/1"
        assert_a_customer_is_brought(new_world)
        looking.page.get_by_role("button", name="Send a test webhook").click()
        expect(looking.page.get_by_role("status")).to_contain_text("was taken")
        assert token not in looking.page.content()


def choose_krayin(looking: Looking) -> None:
    page = looking.page
    page.get_by_role("link", name="Connect a CRM").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which CRM do you have?")
    looking.see("connect-which")
    looking.hear("connect-which")
    page.get_by_role("link", name="Connect a Krayin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your Chatwoot")
    looking.see("connect-chatwoot")
    looking.hear("connect-chatwoot")


def name_chatwoot(looking: Looking, world: World) -> None:
    """Say where it is, with a wrong token first."""
    page = looking.page
    page.get_by_label("Chatwoot's address").fill(f"{world.chatwoot_url}/app/accounts/3/dashboard")
    page.get_by_label("Access token").fill("wrong")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("token")
    looking.expect_refusals(422)
    page.get_by_label("Access token").fill(world.chatwoot.make_token())
    page.get_by_role("button", name="Go on").click()


def name_krayin(looking: Looking, world: World, token: str) -> None:
    """Say where it is, with a wrong token first."""
    page = looking.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Your Krayin")
    looking.hear("connect-crm")
    page.get_by_label("Krayin's address").fill(world.krayin_url)
    page.get_by_label("API token").fill("7|wrong")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("alert")).to_contain_text("refuses the API token")
    looking.expect_refusals(422)
    looking.see("connect-crm")
    page.get_by_label("API token").fill(token)
    page.get_by_role("button", name="Look at it").click()


def go_wrong_in_two_places(looking: Looking) -> None:
    """Name a stage and an attribute that Krayin has not: both are said at once, with what passed."""
    page = looking.page
    expect(page.get_by_role("heading", level=1)).to_have_text("What goes where")
    page.locator("summary", has_text="Stages").click()
    page.locator("[name='stage_rules.key']").first.fill("label:vip")
    page.locator("[name='stage_rules.value']").first.fill("nowhere")
    page.locator("summary", has_text="Persons").click()
    page.locator("[name='attributes.key']").first.fill("person.plan")
    page.locator("[name='attributes.value']").first.fill("contact.plan")
    page.get_by_role("button", name="Check only").click()

    wrong = page.get_by_role("alert")
    expect(wrong).to_contain_text("Not everything is as it should be.")
    expect(wrong.locator("li.failed")).to_have_count(2)
    expect(wrong.locator("li.ok").first).to_contain_text("Krayin")
    looking.expect_refusals(422)
    looking.see("connect-wrong")
    for name in ("stage_rules", "attributes"):
        page.locator(f"[name='{name}.key']").first.evaluate("one => { one.value = '' }")
    page.get_by_role("button", name="Check only").click()


def say_what_goes_where(looking: Looking) -> None:
    """Choose the stage of new leads, of those that Krayin has."""
    page = looking.page
    expect(page.get_by_role("heading", level=1)).to_have_text("What goes where")
    expect(page.locator(".checklist")).to_contain_text("Pipeline of new leads")
    looking.see("connect-settings")
    looking.hear("connect-settings")
    page.locator("summary", has_text="Leads").click()
    page.get_by_label("Stage", exact=True).select_option(label="Default Pipeline: Negotiation")
    looking.see("connect-leads")


def try_it_on_somebody(looking: Looking, world: World) -> None:
    """Look at what would be written of a contact: nothing is."""
    page = looking.page
    someone = world.chatwoot.contacts.create(
        name="Kim Park", email="kim@example.com", additional_attributes={"company_name": "Park & Sons"}
    )
    world.chatwoot.state.events.clear()
    page.get_by_label("Number of the contact in Chatwoot").fill(str(someone.id))
    page.get_by_role("button", name="Show what would be written").click()
    expect(page.locator("#preview")).to_contain_text("Kim Park")
    expect(page.locator("#preview")).to_contain_text("Nothing was written")
    looking.see("preview")
    looking.hear("preview")
    assert world.krayin.tables()["persons"] == []


def assert_a_customer_is_brought(world: World) -> None:
    """See that who writes to Chatwoot now is a person, with a lead in the stage that was chosen."""
    world.chatwoot.contacts.create(name="Jane Doe", email="jane.doe@example.com")
    assert [sent.status for sent in world.chatwoot.deliver()] == [200]
    wait_until_idle(world.house)
    assert [row["name"] for row in world.krayin.tables()["persons"]] == ["Jane Doe"]
    (lead,) = world.krayin.sandbox.state.leads.values()
    assert lead["lead_pipeline_stage_id"] == 4


def test_of_several_accounts_one_is_chosen(chromium: Browser, new_world: World, size: str) -> None:
    new_world.chatwoot.state.others = [{"id": 2, "name": "Acme Labs"}]
    with context_of(chromium, size) as context:
        looking = Looking(context.new_page(), new_world.address)
        page = looking.page
        looking.come_in_first(new_world.link())
        choose_krayin(looking)
        page.get_by_label("Chatwoot's address").fill(new_world.chatwoot_url)
        page.get_by_label("Access token").fill(new_world.chatwoot.make_token())
        page.get_by_role("button", name="Go on").click()

        expect(page.get_by_role("heading", level=1)).to_have_text("Which account?")
        looking.see("connect-account")
        page.get_by_label("Acme Support").check()
        page.get_by_role("button", name="Go on").click()

        expect(page.get_by_role("heading", level=1)).to_have_text("Your Krayin")
        looking.check()


def test_without_a_token_the_secret_is_pasted(chromium: Browser, new_world: World, size: str) -> None:
    """Connected by the account's number: the page shows the address, and takes what Chatwoot shows for it."""
    given = new_world.krayin.settings(new_world.krayin_url)
    with context_of(chromium, size) as context:
        looking = Looking(context.new_page(), new_world.address)
        page = looking.page
        looking.come_in_first(new_world.link())
        choose_krayin(looking)
        page.locator("summary", has_text="no administrator's token").click()
        page.get_by_label("Number of the account").fill("3")
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("Krayin's address").fill(new_world.krayin_url)
        page.get_by_label("API token").fill(given["api_token"])
        page.get_by_role("button", name="Look at it").click()
        page.get_by_role("button", name="Turn it on").click()

        expect(page.locator("#live")).to_contain_text("Waiting for its secret")
        looking.see("connection-secret")
        looking.hear("connection-secret")
        address = page.locator(".copy").inner_text()
        page.get_by_label("Secret", exact=True).fill("EXAMPLE-of-chatwoot")
        page.get_by_role("button", name="Keep it").click()

        expect(page.locator("#live")).to_contain_text("Working")
        looking.check()
        page.get_by_role("button", name="Send a test webhook").click()
        expect(page.get_by_role("status")).to_contain_text("was taken")
    with new_world.house.store.read() as tx:
        (one,) = connections.every(tx, new_world.house.vault)
    assert address.endswith(one.webhook_path)
    assert one.webhook_secrets == ("EXAMPLE-of-chatwoot",)
