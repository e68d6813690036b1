"""Whatever is asked of the pages: no 5xx, no hang, and nothing stored by a look or by what is refused."""

import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crmhost.admin import pages_of, places
from crmhost.admin.door import COOKIE
from crmhost.admin.passwords import digest
from crmhost.admin.visits import Place
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.server import serving
from crmhost.states import STATES
from crmhost.store import connections, search, tables, users
from crmhost.testing.bench import Bench

from ...conftest import Say
from ..conftest import connected
from ..test_receiver_fuzz import Door, Post, latin, texts
from .conftest import SAME, Browser

MANY = int(os.environ.get("CRMHOST_TEST_EXAMPLES", "10000"))
WHO = {"administrator": "ana@example.com", "viewer": "tomas@example.com"}
OWN_BUSINESS, SEEN = {"sessions", "failures"}, "seen_at"
"""Tables, and a column, in which it is noted who was here, and who failed to come in."""
NUMBERS = st.one_of(
    st.sampled_from(["1", "1", "1", "2", "0", "5821", "731"]),
    st.integers(0, 10**30).map(str),
    st.sampled_from(["-1", "1.5", "%00", "x", "9" * 25, "9" * 5000]),
)
FIELDS = (
    "email password next old role language draft do connection back account state kind id days some all q "
    "secret token url chatwoot_url chatwoot_token form_token cause since before name dry_run settings.token "
    "setting.pipeline token pipeline"
)


@dataclass
class Guests:
    """The pages of a house in which something has happened, and who asks for them."""

    house: House
    door: Door

    def token(self, who: str | None) -> str:
        """Return the token of a session that is there, whatever was removed before."""
        if who is None:
            return ""
        token = f"{who}-token"
        with self.house.store.read() as tx:
            there = users.session(tx, digest(token))
        if there is None:
            with self.house.store.write() as tx:
                user = users.put(tx, WHO[who], who, "no password's", time.time())
                users.set_role(tx, user.id, who)
                users.begin_session(tx, digest(token), user.id, time.time())
        return token

    def kept(self) -> dict[str, list[Any]]:
        """Return all that is stored, but for who was here."""
        with self.house.store.read() as tx:
            return {
                name: [
                    tuple(row) for row in tx.execute(select(*(one for one in table.c if one.name != SEEN)))
                ]
                for name, table in tables.metadata.tables.items()
                if name not in OWN_BUSINESS
            }


@pytest.fixture
def guests(house: House) -> Iterator[Guests]:
    bench = Bench(house, connected(house))
    jane = payloads.contact(5821, "Jane", email="jane@example.com")
    bench.receive(payloads.contact_created(jane))
    bench.receive(payloads.contact_updated({**jane, "custom_attributes": "odd"}, 5, name="J"))
    bench.receive(payloads.conversation_created(payloads.conversation(731, jane, 10)))
    bench.work()
    bench.close()
    with house.store.write() as tx:
        search.index(tx)  # or the first who searches has it done
    with serving(pages_of(house)) as address:
        door = Door(house, address, "/")
        yield Guests(house, door)
        door.close()


@st.composite
def questions(draw: st.DrawFn) -> str:
    """What stands behind the question mark."""
    pairs = draw(st.lists(st.tuples(st.sampled_from(FIELDS.split()), said), max_size=4))
    return draw(st.one_of(st.just(query(pairs)), latin.map(lambda text: quote(text, safe="&=%;+[]"))))


said = st.one_of(
    texts,
    NUMBERS,
    st.sampled_from([*STATES, "created", "administrator", "viewer", "pt_BR", "/", "//evil.example", "on"]),
    st.sampled_from(
        ["ana@example.com", "2026-01-01", "1970-01-01T00:00", "0000-99-99", "http://127.0.0.1:9"]
    ),
)


def query(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, errors="surrogatepass")


def address(draw: st.DrawFn, place: Place) -> str:
    """Return the place's address with something in each of its gaps."""
    gap = re.compile(r"\{(\w+)(:\w+)?\}")
    return gap.sub(lambda found: filled(draw, found[1]), place.path)


def filled(draw: st.DrawFn, name: str) -> str:
    if name.endswith("id"):
        return draw(NUMBERS)
    known = st.sampled_from(["fake", "nothing"])
    return draw(st.one_of(known, said.map(lambda text: quote(text, errors="surrogatepass"))))


@st.composite
def visits(draw: st.DrawFn, guests: Guests) -> tuple[Place, Post]:
    """Anything that a browser, or somebody who is none, may ask the pages for."""
    place = draw(st.sampled_from(places.EVERY))
    who = draw(st.sampled_from([None, "viewer", *["administrator"] * 8]))
    token = guests.token(who)
    path = address(draw, place)
    if draw(st.booleans()):
        path += "?" + draw(questions())
    headers = {"Cookie": f"{COOKIE}={quote(token)}" if token else draw(latin)}
    headers["Cookie"] += draw(st.sampled_from(["", "; crmhost_language=pt_BR", "; crmhost_zone=Mars/Base"]))
    headers["Accept-Language"] = draw(st.one_of(st.sampled_from(["es", "en;q=x", "*", ""]), latin))
    if draw(st.booleans()):
        headers["HX-Request"] = "true"
    if place.method == "GET":
        return place, Post(b"", path, headers, "GET")
    headers["Sec-Fetch-Site"] = draw(st.sampled_from(["same-origin"] * 8 + ["cross-site", ""]))
    headers["Content-Type"] = draw(
        st.sampled_from(["application/x-www-form-urlencoded"] * 3 + ["application/json", "x"])
    )
    return place, Post(draw(forms(token)), path, headers)


@st.composite
def forms(draw: st.DrawFn, token: str) -> bytes:
    """A form as it is sent: most with the session's token."""
    pairs = draw(st.lists(st.tuples(st.one_of(st.sampled_from(FIELDS.split()), texts), said), max_size=8))
    if draw(st.integers(0, 9)):
        pairs = [
            ("form_token", digest(f"form {token}")),
            *(pair for pair in pairs if pair[0] != "form_token"),
        ]
    odd = [b"a=1&" * 3000, b"q=" + b"x" * 300_000, b"%ff=%ed%a0%80", b"\xff\x00=", b"&&==;"]
    plain = st.just(query(pairs).encode())
    form: bytes = draw(st.one_of(*[plain] * 6, st.binary(max_size=200), st.sampled_from(odd)))
    return form


def try_out(guests: Guests, count: int, *, again_the_same: bool) -> None:
    """Ask for so much, and look at each answer and at what was stored."""
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]

    @settings(max_examples=count, database=None, derandomize=again_the_same, suppress_health_check=quiet)
    @given(st.data())
    def each(data: st.DataObject) -> None:
        place, post = data.draw(visits(guests))
        see_to_a_connection(guests.house)
        before = guests.kept()

        status, page = guests.door.send(post)

        assert status < 500, (status, page[-2000:])
        if place.method == "GET" or status >= 400:
            assert guests.kept() == before, "nothing is stored by a look, or by what is refused"

    each()


def see_to_a_connection(house: House) -> None:
    with house.store.read() as tx:
        there = connections.every(tx, house.vault)
    if not there:
        connected(house)


def test_whatever_is_asked_of_the_pages_is_answered(guests: Guests) -> None:
    try_out(guests, 40, again_the_same=True)


@pytest.mark.proof
def test_thousands_of_visits(guests: Guests, say: Say) -> None:
    count = MANY if guests.house.store.engine.dialect.name == "sqlite" else MANY // 5
    try_out(guests, count, again_the_same=False)

    door = guests.door
    answers = ", ".join(f"{status} {count} times" for status, count in sorted(door.counts.items()))
    say(f"pages, {count} visits made up: {answers}; the slowest took {door.slowest * 1000:.0f} ms")
    assert door.slowest < 5


@pytest.mark.parametrize("path", ["/connections/" + "9" * 5000, "/deliveries/" + "9" * 20, "/people/-1/role"])
def test_a_number_that_no_row_can_have_is_nowhere(admin: Browser, path: str) -> None:
    admin.get(path, 404)


@pytest.mark.parametrize(
    "form", [b"form_token=%C3%A9", b"form_token=%ED%A0%80", b"a=1&" * 3000, b"q=" + b"x" * 300_000]
)
def test_a_form_that_no_page_of_ours_sends_is_refused(admin: Browser, form: bytes) -> None:
    headers = {**SAME, "Content-Type": "application/x-www-form-urlencoded"}

    answer = admin.client.post("/language", content=form, headers=headers)

    assert answer.status_code == 403


def test_a_form_that_does_not_come_to_an_end_is_given_up(
    admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.admin.app.PATIENCE", 0.1)
    where = urlsplit(str(admin.client.base_url))
    head = b"POST /language HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 9\r\n\r\n"

    with socket.create_connection((where.hostname, where.port or 0), timeout=10) as client:
        client.sendall(head + b"langu")
        assert b"403" in client.recv(4096)
