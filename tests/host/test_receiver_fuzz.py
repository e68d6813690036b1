"""Whatever is posted: no 5xx, no hang, nothing kept of what is refused, nothing stored that harms workers."""

import json
import os
import random
import socket
import time
import uuid
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crmhost import server, signatures
from crmhost.house import House
from crmhost.server import serving
from crmhost.states import STATES
from crmhost.store import tables
from crmhost.sync import Sync
from crmhost.turns import Turns
from crmhost.wiring import receiving

from ..conftest import PAYLOADS, Say
from .conftest import connected

# A doorbell's broker throws dice in another thread just while Hypothesis looks whether its own were thrown.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")
SECRET = "s3cret"
MANY = int(os.environ.get("CRMHOST_TEST_EXAMPLES", "10000"))
REFUSED = {400, 401, 404, 405, 408, 413}
KNOWN = [json.loads(path.read_text()) for path in sorted(PAYLOADS.glob("*.json")) if path.name[0] != "_"]
Json = Any


@dataclass(frozen=True)
class Post:
    """One request as it is posted."""

    body: bytes
    path: str
    headers: dict[str, str]
    method: str = "POST"


@dataclass
class Door:
    """A receiver, and one connection to it that is opened again whenever the receiver hangs up."""

    house: House
    url: str
    path: str
    counts: dict[int, int] = field(default_factory=dict)
    slowest: float = 0.0

    def __post_init__(self) -> None:
        self._http = self._connection()

    def close(self) -> None:
        self._http.close()

    def send(self, post: Post) -> tuple[int, bytes]:
        """Return the answer's status and body."""
        began = time.monotonic()
        for again in (True, False):
            try:
                self._http.request(post.method, post.path, post.body, post.headers)
                answer = self._http.getresponse()
                read = answer.read()
                break
            except (HTTPException, ConnectionError):
                # It may have hung up on the one before.
                self._http.close()
                self._http = self._connection()
                if not again:
                    raise
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.counts[answer.status] = self.counts.get(answer.status, 0) + 1
        return answer.status, read

    def kept(self) -> tuple[int, int]:
        """Return how many deliveries, and bodies that were seen, are kept."""
        with self.house.store.read() as tx:
            one, other = (
                tx.scalar(select(func.count()).select_from(table)) or 0
                for table in (tables.deliveries, tables.bodies)
            )
        return one, other

    def _connection(self) -> HTTPConnection:
        return HTTPConnection(urlsplit(self.url).netloc, timeout=10)


@pytest.fixture
def door(house: House) -> Iterator[Door]:
    connection = connected(house, webhook_secret=SECRET)
    with receiving(house) as app, serving(app) as address:
        made = Door(house, address, connection.webhook_path)
        yield made
        made.close()


# What is posted

texts = st.one_of(st.text(max_size=20), st.sampled_from(["\ud800", "\x00", "a" * 5000, "1e999", "true"]))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(allow_nan=False),
    texts,
)
values: st.SearchStrategy[Json] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def places(value: Json, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything inside a payload."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*here, key)
        yield from places(each, (*here, key))


@st.composite
def bent(draw: st.DrawFn) -> Json:
    """One of Chatwoot's payloads, with something in it changed or left out."""
    payload = deepcopy(draw(st.sampled_from(KNOWN)))
    for _ in range(draw(st.integers(0, 3))):
        ways = list(places(payload))
        *way, last = draw(st.sampled_from(ways))
        holder = payload
        for key in way:
            holder = holder[key]
        if draw(st.booleans()) and isinstance(holder, dict):
            del holder[last]
        else:
            holder[last] = draw(values)
    return payload


def as_bytes(value: Json) -> bytes:
    return json.dumps(value).encode()


bodies = st.one_of(
    bent().map(as_bytes),
    bent().map(lambda payload: json.dumps(payload, ensure_ascii=False).encode(errors="surrogatepass")),
    values.map(as_bytes),
    st.binary(max_size=300),
    st.sampled_from(
        [b"", b"{}", b"[" * 20_000, b'{"event":' + b"9" * 5000 + b"}", b"\xef\xbb\xbf{}", b"x" * 1_000_001]
    ),
)
latin = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
stamps = st.one_of(st.just("now"), st.just("now"), latin, st.sampled_from(["", "-1", "9" * 30, "\xb2", "0"]))
marks = st.one_of(st.just("right"), st.just("right"), st.just("wrong"), st.just(None), latin)
uids = st.one_of(st.just("new"), st.none(), latin, st.just("x" * 3000))


@st.composite
def posts(draw: st.DrawFn, path: str) -> Post:
    """Anything that somebody might post to a receiver; half of it is rightly signed."""
    body, stamp, signature, uid = draw(bodies), draw(stamps), draw(marks), draw(uids)
    stamp = str(int(time.time())) if stamp == "now" else stamp
    headers = {
        signatures.TIMESTAMP: stamp,
        "Content-Type": draw(st.sampled_from(["application/json", "x", ""])),
    }
    if signature is not None:
        secret = {"right": SECRET, "wrong": "other"}.get(signature)
        headers[signatures.SIGNATURE] = signatures.sign(secret, stamp, body) if secret else signature
    if uid is not None:
        headers[signatures.DELIVERY] = str(uuid.uuid4()) if uid == "new" else uid
    where = draw(st.sampled_from([path] * 8 + [path[:-1], path + "/", "/webhooks/%00%ff", "/healthz", "//"]))
    method = draw(st.sampled_from(["POST"] * 12 + ["GET", "PUT", "DELETE", "OPTIONS"]))
    return Post(body, where, headers, method)


def try_out(door: Door, count: int, *, again_the_same: bool) -> None:
    """Post so much, and look at each answer and at what was kept."""
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]

    @settings(max_examples=count, database=None, derandomize=again_the_same, suppress_health_check=quiet)
    @given(st.data())
    def each(data: st.DataObject) -> None:
        post = data.draw(posts(door.path))
        before = door.kept()
        status, said = door.send(post)
        after = door.kept()
        answer = json.loads(said)
        if status == 200:
            grown = 1 if answer["status"] == "stored" else 0
            assert after == (before[0] + grown, before[1] + grown)
        else:
            assert status in REFUSED, (status, said)
            assert after == before, "nothing is kept of what is refused"
            assert answer["error"]["kind"]

    each()


def work_everything(house: House) -> None:
    """See that no worker stumbles over what was stored: each delivery comes to an end, or waits."""
    sync = Sync(house, Turns(house.store, 1), wake=lambda _: None)
    with house.store.read() as tx:
        lanes = tx.execute(select(tables.lanes.c.connection_id, tables.lanes.c.contact_id)).all()
    for lane in lanes:
        sync.work((lane[0], lane[1]))
    with house.store.read() as tx:
        states = set(tx.scalars(select(tables.deliveries.c.state)))
        reasons = set(tx.scalars(select(tables.deliveries.c.reason)))
    assert states <= set(STATES) - {"pending"}
    assert not [reason for reason in reasons if reason and "failed: " in reason], reasons


def test_whatever_is_posted_is_answered_and_what_is_refused_leaves_nothing(door: Door) -> None:
    try_out(door, 120, again_the_same=True)
    work_everything(door.house)


@pytest.mark.proof
def test_ten_thousand_posts(door: Door, say: Say) -> None:
    count = MANY if door.house.store.engine.dialect.name == "sqlite" else MANY // 5
    try_out(door, count, again_the_same=False)
    work_everything(door.house)

    answers = ", ".join(f"{status} {count} times" for status, count in sorted(door.counts.items()))
    say(f"receiver, {count} posts made up: {answers}; the slowest took {door.slowest * 1000:.0f} ms")
    assert door.slowest < 5


def broken(dice: random.Random, whole: bytes) -> bytes:
    """Return a request of which something of its own form is wrong."""
    length = b"Content-Length: "
    ways = (
        whole[: dice.randrange(len(whole))],
        whole.replace(b"\r\n", b"\n", dice.randrange(1, 4)),
        whole.replace(length, length + b"-"),
        whole.replace(length, b"Transfer-Encoding: chunked\r\n" + length),
        whole.replace(b"HTTP/1.1", b"HTTP/9.9"),
        dice.randbytes(dice.randrange(1, 400)),
        b"POST " + b"/" * dice.randrange(1, 40_000) + whole,
        whole.replace(b"Host: x", b"X: " + dice.randbytes(9) + b"\r\nHost: x"),
    )
    return dice.choice(ways)


@pytest.mark.slow
def test_requests_that_are_none_hold_nothing(
    lite_house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is answered or hung up on, and a good one is taken right after."""
    monkeypatch.setattr(server, "HEAD_PATIENCE", 0.3)
    monkeypatch.setattr("crmhost.receiver.BODY_PATIENCE", 0.3)
    dice = random.Random(4)
    path = connected(lite_house, webhook_secret=SECRET).webhook_path
    whole = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 18\r\n\r\n".encode() + b'{"event": "hello"}'
    with receiving(lite_house) as app, serving(app) as address:
        parts = urlsplit(address)
        for _ in range(400):
            with socket.create_connection((parts.hostname, parts.port or 0), timeout=5) as client:
                try:
                    client.sendall(broken(dice, whole))
                    client.shutdown(socket.SHUT_WR)
                    answer = client.recv(4096)
                except ConnectionError:
                    answer = b""
            assert not answer or answer.split(b" ")[1][:1] in {b"2", b"4"}, answer
        with socket.create_connection((parts.hostname, parts.port or 0), timeout=5) as client:
            client.sendall(whole)
            assert b"401" in client.recv(4096)
    assert "Traceback" not in caplog.text
    with lite_house.store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(tables.deliveries)) == 0
