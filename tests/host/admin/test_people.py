"""Users: invited, changed and removed by administrators; one administrator remains."""

import re

import pytest

from crmhost.house import House
from crmhost.store import users

from ...processes import Ran
from ..conftest import Types
from .conftest import PASSWORD, Browser, add_user, told


def test_who_is_invited_chooses_a_password_and_is_in(admin: Browser) -> None:
    page = admin.post("/people/invite", email="Tomas@example.com", role="viewer")
    link = re.search(r"http://localhost:8000(/welcome/[\w-]+)", page)
    assert link

    guest = admin.another()
    guest.post(link[1], password=PASSWORD)

    assert "tomas@example.com" in told(admin.get("/people"))
    assert "Users" not in guest.get("/")


def test_what_is_no_address_is_not_invited(admin: Browser) -> None:
    assert "no e-mail address" in admin.post("/people/invite", 422, email="tomas", role="viewer")


def test_one_administrator_remains(lite_house: House, admin: Browser) -> None:
    assert "the only administrator" in admin.post("/people/1/remove", 400)
    assert "the only administrator" in admin.post("/people/1/role", 400, role="viewer")

    add_user(lite_house, "tomas@example.com")
    assert "cannot sign in any more" in admin.post("/people/2/remove")


def test_a_role_that_changes_holds_at_once(lite_house: House, admin: Browser, viewer: Browser) -> None:
    with lite_house.store.read() as tx:
        tomas = next(one for one in users.every(tx) if one.role == users.VIEWER)
    viewer.get("/people", 403)

    admin.post(f"/people/{tomas.id}/role", role="administrator")

    viewer.get("/people")
    admin.post(f"/people/{tomas.id}/remove")
    assert "Sign in" in told(viewer.get("/"))


@pytest.mark.usefixtures("fake")
def test_the_command_line_invites_lists_and_removes(types: Types) -> None:
    made: Ran = types("crmhost", "users", "invite", "ana@example.com", "--role", "administrator", "--json")

    assert made.document["link"].startswith("http://localhost:8000/welcome/")
    assert made.document["role"] == "administrator"
    assert types("crmhost", "users", "list", "--json").document == {"users": []}
    refused = types("crmhost", "users", "remove", "ana@example.com")
    assert refused.status == 1
    assert "There is no user" in refused.err


def test_an_administrator_who_forgot_the_password_is_told_the_command_and_keeps_the_role(
    lite_house: House, stranger: Browser, types: Types, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_user(lite_house, "ana@example.com")
    monkeypatch.setenv("CRMHOST_DATA_DIR", str(lite_house.settings.data_dir))
    page = stranger.sign_in("ana@example.com", "what was it", 422)
    command = re.search(r"<code>(crmhost users invite) you@example\.com</code>", page)
    assert command

    made = types(*command[1].split(), "ana@example.com").out

    assert "ana@example.com is known as administrator, and stays that" in made
    path = re.search(r"/welcome/\S+", made)
    assert path
    stranger.get(path[0])
    stranger.post(path[0], password="three other words")
    assert "Make a link" in told(stranger.get("/people")), "which administrators may see only"
