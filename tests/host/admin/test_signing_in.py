"""Who is let in, and who is not."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crmhost.admin import pages_of, passwords
from crmhost.admin.passwords import first_link, invite
from crmhost.admin.places import EVERY
from crmhost.admin.visits import Place
from crmhost.house import House
from crmhost.server import serving
from crmhost.store import users

from ..conftest import settings_for
from .conftest import PASSWORD, SAME, Browser, add_user, told

PROXY = Path(__file__).parents[3] / "docs/howto/proxy.md"


def test_the_first_one_comes_in_by_a_link_and_is_an_administrator(
    lite_house: House, stranger: Browser
) -> None:
    link = first_link(lite_house)
    assert link

    assert "You are the first" in stranger.get(link)
    page = stranger.post(link, email="Ana@Example.com ", password=PASSWORD)

    assert "Nothing is connected yet" in page
    assert "ana@example.com" in page
    assert first_link(lite_house) is None


def test_a_link_is_good_once(lite_house: House, stranger: Browser) -> None:
    link = invite(lite_house, "ana@example.com", users.VIEWER)
    stranger.post(link, password=PASSWORD)

    assert "used already" in stranger.another().get(link, 404)


def test_a_link_is_good_for_a_day(
    lite_house: House, stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "LINK_LASTS", -1.0)

    assert "too old" in stranger.get(invite(lite_house, None, users.VIEWER), 404)


def test_a_password_that_is_too_short_is_told_and_the_link_stays_good(
    lite_house: House, stranger: Browser
) -> None:
    link = invite(lite_house, None, users.VIEWER)

    assert "at least 10 characters" in stranger.post(link, 422, email="a@example.com", password="short")
    assert "no e-mail address" in stranger.post(link, 422, email="nobody", password=PASSWORD)
    stranger.post(link, email="a@example.com", password=PASSWORD)


def test_a_link_for_who_forgot_the_password_changes_nothing_else(lite_house: House, admin: Browser) -> None:
    link = invite(lite_house, "ana@example.com", users.VIEWER)
    other = admin.another()

    other.post(link, password="another long password")

    assert "Users" in other.get("/")  # still an administrator
    assert "Sign in" in told(admin.get("/"))  # whoever was signed in with the old one is not any more


def test_a_wrong_password_is_refused_like_a_name_that_is_unknown(
    lite_house: House, stranger: Browser
) -> None:
    add_user(lite_house, "ana@example.com")

    wrong = told(stranger.sign_in("ana@example.com", "not the password", 422))
    unknown = told(stranger.sign_in("nobody@example.com", "not the password", 422))

    assert wrong == unknown
    assert "do not fit together" in wrong


def test_who_guesses_must_wait_and_others_need_not(
    lite_house: House, stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_user(lite_house, "ana@example.com")
    for _ in range(passwords.ALLOWED["who"]):
        stranger.sign_in("ana@example.com", "a guess", 422)

    assert "too many wrong passwords" in stranger.sign_in("ana@example.com", status=422)

    add_user(lite_house, "tomas@example.com")
    assert "too many" not in stranger.sign_in("tomas@example.com")
    later = time.time() + passwords.WINDOW + 1
    monkeypatch.setattr("crmhost.admin.passwords.time.time", lambda: later)
    stranger.another().sign_in("ana@example.com")


def test_behind_the_documented_proxy_a_guesser_locks_out_nobody_else(
    lite_house: House, stranger: Browser
) -> None:
    """All come from the proxy's own address; which one is meant is said in the header that it sets."""
    locations = re.findall(r"location \S+ \{.*?\}", PROXY.read_text(), re.DOTALL)
    assert len(locations) == 2
    assert all("proxy_set_header X-Forwarded-For $remote_addr;" in one for one in locations)
    add_user(lite_house, "ana@example.com")
    stranger.client.headers["X-Forwarded-For"] = "203.0.113.9"
    for number in range(passwords.ALLOWED["where"]):
        stranger.sign_in(f"ana{number}@example.com", "a guess", 422)

    assert "too many wrong passwords" in stranger.sign_in("ana@example.com", status=422)
    ana = stranger.another()
    ana.client.headers["X-Forwarded-For"] = "198.51.100.7"
    assert "Nothing is connected yet" in ana.sign_in("ana@example.com")


def test_signing_in_leads_back_to_the_page_that_was_asked_for_and_nowhere_else(
    lite_house: House, stranger: Browser
) -> None:
    add_user(lite_house, "ana@example.com")
    form = {"email": "ana@example.com", "password": PASSWORD}

    def leads_to(path: str) -> str:
        answer = stranger.client.post(
            "/sign-in", data={**form, "next": path}, headers=SAME, follow_redirects=False
        )
        stranger.client.cookies.clear()
        return answer.headers["location"]

    assert leads_to("/deliveries?state=dead") == "/deliveries?state=dead"
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert leads_to(elsewhere) == "/"


def test_signing_out_ends_the_session_for_good(stranger: Browser, admin: Browser) -> None:
    cookie = dict(admin.client.cookies)

    admin.post("/sign-out")

    thief = stranger.another()
    thief.client.cookies.update(cookie)
    assert "Sign in" in told(thief.get("/"))


def address(place: Place) -> str:
    """Return an address at which a place is found."""
    return re.sub(r"\{(\w+)(:id)?\}", lambda part: "1" if part[2] else "fake", place.path)


def test_no_page_is_seen_and_nothing_done_without_signing_in(stranger: Browser) -> None:
    for place in EVERY:
        answer = stranger.client.request(place.method, address(place), headers=SAME, follow_redirects=False)

        if place.may in {"anyone", "card"}:  # the card's views ask for themselves: test_card
            assert answer.status_code in {200, 303, 404, 422}, place
        elif place.method == "GET":
            assert answer.headers["location"].startswith("/sign-in"), place
        else:
            assert answer.status_code == 403, place


def test_a_viewer_changes_nothing(viewer: Browser) -> None:
    for place in (one for one in EVERY if one.may == "administrator"):
        page = viewer.post(address(place), 403) if place.method == "POST" else viewer.get(address(place), 403)

        assert "Only an administrator" in page


def test_what_changes_something_is_for_administrators_but_for_ones_own() -> None:
    others = {place.path for place in EVERY if place.method == "POST" and place.may != "administrator"}

    on_the_card = {f"/card/{{id:id}}/{what}" for what in ("sign-in", "sign-out", "show", "do")}
    assert others - on_the_card == {
        "/account/password",
        "/language",
        "/sign-in",
        "/sign-out",
        "/welcome/{token}",
    }


def test_a_form_from_elsewhere_does_nothing(admin: Browser) -> None:
    invited = {"email": "mallory@example.com", "role": "administrator"}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ):
        answer = admin.client.post("/people/invite", data=invited, headers=headers)
        assert answer.status_code == 403
    # From here, as the browser says, and without what only our own pages know.
    assert admin.client.post("/people/invite", data=invited, headers=SAME).status_code == 403


def test_an_old_browser_says_by_its_origin_where_a_form_comes_from(stranger: Browser) -> None:
    form = {"email": "x@example.com", "password": "x"}

    answer = stranger.client.post(
        "/sign-in",
        data=form,
        headers={"Origin": f"{stranger.client.base_url.scheme}://{stranger.client.base_url.netloc.decode()}"},
    )

    assert answer.status_code == 422


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(lite_house: House, stranger: Browser) -> None:
    add_user(lite_house, "ana@example.com")
    answer = stranger.client.post(
        "/sign-in",
        data={"email": "ana@example.com", "password": PASSWORD},
        headers=SAME,
        follow_redirects=False,
    )

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # nobody speaks TLS here


@pytest.fixture
def tls_house(tmp_path, valkey_url: str, crm) -> Iterator[House]:  # type: ignore[no-untyped-def]
    from crmhost.wiring import open_house

    settings = settings_for(tmp_path, None, valkey_url, base_url="https://sync.example.com/crm")
    with open_house(settings, crm.plugins()) as house:
        yield house


def test_behind_tls_and_under_a_path_cookie_and_links_fit(tls_house: House) -> None:
    add_user(tls_house, "ana@example.com")
    form = {"email": "ana@example.com", "password": PASSWORD}
    with serving(pages_of(tls_house)) as address:
        answer = httpx.post(f"{address}/sign-in", data=form, headers=SAME)
        page = httpx.get(f"{address}/sign-in").text

    assert "secure" in answer.headers["set-cookie"].lower()
    assert "path=/crm" in answer.headers["set-cookie"].lower()
    assert answer.headers["location"] == "/crm/"
    assert 'action="/crm/sign-in"' in page


def test_each_answer_carries_what_keeps_browsers_safe(stranger: Browser) -> None:
    for path in ("/sign-in", "/nowhere", "/static/style.css"):
        headers = stranger.client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
    assert stranger.client.get("/sign-in").headers["cache-control"] == "no-store"


def test_no_page_has_a_script_or_a_style_inside(admin: Browser) -> None:
    page = admin.get("/")

    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count("<script src=")


def test_a_session_that_is_not_used_ends(admin: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + 8 * 86_400
    monkeypatch.setattr("crmhost.admin.door.time.time", lambda: later)

    assert "Sign in" in told(admin.get("/"))


def test_a_page_that_looks_for_news_is_loaded_as_a_whole_once_signed_out(stranger: Browser) -> None:
    answer = stranger.client.get("/", headers={"HX-Request": "true"}, follow_redirects=False)

    assert answer.status_code == 401
    assert answer.headers["hx-refresh"] == "true"


def test_a_form_that_is_too_long_is_refused(stranger: Browser) -> None:
    answer = stranger.client.post("/sign-in", data={"email": "x" * 300_000}, headers=SAME)

    assert answer.status_code == 403


def test_a_password_is_changed_by_who_knows_the_old_one(admin: Browser, stranger: Browser) -> None:
    other = stranger.another()
    other.sign_in("ana@example.com")

    assert "not your present password" in admin.post("/account/password", 422, old="x", password=PASSWORD)
    assert "is changed" in admin.post("/account/password", old=PASSWORD, password="a new long password")

    assert "Sign in" in told(other.get("/"))
    assert "Sign in" not in told(admin.get("/"))
    stranger.another().sign_in("ana@example.com", "a new long password")


def test_what_is_stored_opens_nothing(lite_house: House, admin: Browser) -> None:
    invite(lite_house, None, users.VIEWER)
    session = admin.client.cookies["crmhost_session"]
    with lite_house.store.read() as tx:
        kept = repr(list(tx.connection.iterdump()))

    assert session not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


def test_what_happened_said_once(admin: Browser) -> None:
    page = admin.post("/account/password", old=PASSWORD, password=PASSWORD)

    assert "Your password is changed" in page
    assert "Your password is changed" not in admin.get("/account")


def test_what_is_said_of_a_mistake_may_hold_any_sign(admin: Browser) -> None:
    assert "%&#39;" in admin.get("/connect/100%25'", 404)
