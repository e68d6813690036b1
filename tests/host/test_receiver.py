"""Receiving over HTTP: stored before the 200, refused with a reason, never a traceback."""

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import structlog
from sqlalchemy import text

from crmhost import Answer, Http, overview, signatures, webhooks
from crmhost.connect import add_webhook_secret, disconnect
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.pool import new_pool
from crmhost.server import serving
from crmhost.store import connections, deliveries, writers
from crmhost.store.connections import CRMConnection
from crmhost.store.deliveries import Arrival
from crmhost.validation import wanted_changes
from crmhost.wiring import receiving

from ..conftest import PAYLOADS
from .conftest import connected
from .fake_crm import FakeCRM
from .test_webhooks import payload_names

JANE = payloads.contact(5821, "Jane", email="jane@example.com")


@dataclass
class Chatwoot:
    """Posts to one connection as Chatwoot would."""

    house: House
    url: str
    secret: str = "s3cret"

    def __post_init__(self) -> None:
        self._pool = new_pool()

    def post(
        self, payload: Mapping[str, Any], *, uid: str | None = None, secret: str | None = None
    ) -> Answer:
        body = json.dumps(payload).encode()
        stamp = str(int(time.time()))
        signature = signatures.sign(secret or self.secret, stamp, body)
        headers = {signatures.TIMESTAMP: stamp, signatures.SIGNATURE: signature}
        return self.raw(body, {**headers, signatures.DELIVERY: uid or str(uuid.uuid4())})

    def raw(self, body: bytes, headers: Mapping[str, str] | None = None, url: str = "") -> Answer:
        return Http(self._pool).request("POST", url or self.url, content=body, headers=headers)

    def close(self) -> None:
        self._pool.close()

    def settled(self) -> dict[str, Any]:
        """Return the status once everything posted has been counted."""
        before = self._unknown()
        self.post({"event": f"marker-{uuid.uuid4()}"})
        until = time.monotonic() + 5
        while self._unknown() == before and time.monotonic() < until:
            time.sleep(0.002)
        return overview.status(self.house)

    def _unknown(self) -> int:
        return int(overview.status(self.house)["counted"].get("unknown", 0))


def chatwoot_for(house: House, connection: CRMConnection) -> Iterator[Chatwoot]:
    with receiving(house) as app, serving(app) as address:
        chatwoot = Chatwoot(house, address + connection.webhook_path)
        yield chatwoot
        chatwoot.close()


@pytest.fixture
def chatwoot(house: House) -> Iterator[Chatwoot]:
    yield from chatwoot_for(house, connected(house))


@pytest.fixture
def lite(lite_house: House) -> Iterator[Chatwoot]:
    yield from chatwoot_for(lite_house, connected(lite_house))


def reason(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json()["error"]["kind"]


def test_a_signed_delivery_is_stored_before_the_answer(chatwoot: Chatwoot) -> None:
    answer = chatwoot.post(payloads.contact_created(JANE))

    assert (answer.status, answer.json()["status"]) == (200, "stored")
    assert overview.status(chatwoot.house)["deliveries"]["pending"] == 1


def test_no_answer_goes_out_before_the_disk_has_it(lite: Chatwoot, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite waits for nothing by itself here: ``crmhost.store.disk``."""
    asked, goes_on = threading.Event(), threading.Event()

    def keep(_log: object) -> None:
        asked.set()
        goes_on.wait(10)

    monkeypatch.setattr(writers, "keep", keep)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(lite.post, payloads.contact_created(JANE))
        assert asked.wait(5)
        time.sleep(0.2)
        assert not answer.done()
        goes_on.set()
        assert answer.result(5).status == 200


def test_the_same_delivery_is_taken_once(chatwoot: Chatwoot) -> None:
    chatwoot.post(payloads.contact_created(JANE), uid="one")
    again = chatwoot.post({**payloads.contact_created(JANE), "name": "Jane D."}, uid="one")

    assert again.json()["status"] == "duplicate"
    assert chatwoot.settled()["deliveries"]["pending"] == 1


def test_the_same_body_under_another_id_is_taken_once(chatwoot: Chatwoot) -> None:
    chatwoot.post(payloads.contact_created(JANE))
    again = chatwoot.post(payloads.contact_created(JANE))

    assert again.json()["status"] == "duplicate"
    assert chatwoot.settled()["duplicates"] == {"contact_created": 1}


@pytest.mark.parametrize("name", payload_names())
def test_every_payload_is_answered_200_and_stored_only_where_it_means_work(lite: Chatwoot, name: str) -> None:
    payload = json.loads((PAYLOADS / f"{name}.json").read_text())
    event = webhooks.classify(payload)

    answer = lite.post(payload)

    work = event.kind not in {None, "conversation_changed"}
    assert answer.status == 200
    assert answer.json() == {"status": "stored" if work else "counted", "event": event.name}
    status = lite.settled()
    assert status["deliveries"]["pending"] == int(work)
    assert work or status["counted"][event.name] >= 1


def test_a_change_is_stored_only_where_a_rule_needs_it(lite: Chatwoot, crm: FakeCRM) -> None:
    crm.wanted = {"labels", "message"}
    talk = payloads.conversation(731, JANE, 10)

    answers = [
        lite.post(payloads.conversation_updated(talk, label_list=[], priority=None)),
        lite.post(payloads.conversation_updated(talk, priority=None)),
        lite.post(payloads.message_created(talk, 1, "Hello")),
        lite.post(payloads.status_changed(talk)),
    ]

    assert [answer.json()["status"] for answer in answers] == ["stored", "counted", "stored", "counted"]
    assert lite.settled()["deliveries"]["pending"] == 2


@pytest.mark.parametrize(("url", "token"), [(None, None), ("https://chat.example.com", "t0ken")])
def test_the_plugin_is_told_whether_chatwoot_can_be_asked(
    lite_house: House, crm: FakeCRM, url: str | None, token: str | None
) -> None:
    """A transcript that comes from there needs no messages stored."""
    connection = replace(connected(lite_house), chatwoot_url=url, chatwoot_token=token)

    wanted_changes(lite_house.plugins, connection)

    assert crm.chatwoot is (token is not None)


def test_where_the_plugin_cannot_say_what_it_needs_all_is_stored(lite: Chatwoot, crm: FakeCRM) -> None:
    """Chatwoot sends nothing twice; what turns out not to be needed is ignored later."""
    crm.wanted = KeyError("oops")

    answer = lite.post(payloads.status_changed(payloads.conversation(731, JANE, 10)))

    assert answer.json()["status"] == "stored"


def test_a_forged_delivery_is_refused_and_counted(chatwoot: Chatwoot) -> None:
    assert reason(chatwoot.post(payloads.contact_created(JANE), secret="wrong")) == (401, "bad_signature")

    status = chatwoot.settled()
    assert status["deliveries"]["pending"] == 0
    assert status["refused"] == {"bad_signature": 1}


def test_what_is_refused_is_logged_and_a_flood_of_it_once_a_second(lite: Chatwoot) -> None:
    with structlog.testing.capture_logs() as logged:
        for _ in range(3):
            lite.post(payloads.contact_created(JANE), secret="wrong")

    told = [one for one in logged if one["event"] == "refused a webhook"]
    assert 0 < len(told) < 3
    assert (told[0]["connection"], told[0]["reason"], told[0]["log_level"]) == (1, "bad_signature", "warning")


def test_an_unknown_address_is_refused_and_counted(lite: Chatwoot) -> None:
    elsewhere = lite.url[:-4] + "0000"

    assert reason(lite.raw(b"{}", url=elsewhere)) == (404, "unknown_connection")
    assert lite.settled()["refused"] == {"unknown_connection": 1}


def test_what_comes_just_after_its_connection_was_removed_is_nobodys(chatwoot: Chatwoot) -> None:
    """Who was let in is remembered for a second; SQLite gives the next connection the same number."""
    house = chatwoot.house
    chatwoot.post({"event": "webwidget_triggered"})
    disconnect(house, 1)

    chatwoot.post({"event": "webwidget_triggered"})
    late = chatwoot.post(payloads.contact_created(JANE))  # it is answered when what came before is counted

    assert reason(late) == (404, "unknown_connection")
    connected(house)
    status = chatwoot.settled()
    assert sum(status["deliveries"].values()) == 0
    assert "webwidget_triggered" not in str(status)


def test_a_connection_is_removed_once_what_is_stored_for_it_just_now_is_there(house: House) -> None:
    """Or not at all: of what is stored afterwards nobody would know whose it was."""
    event = webhooks.classify(payloads.contact_created(JANE))
    late = Arrival(connected(house).id, "uid", "digest", event, time.time(), "{}")
    removing = threading.Thread(target=disconnect, args=(house, 1))

    with house.store.write() as tx:
        assert connections.there(tx, [1]) == {1}
        removing.start()
        removing.join(0.5)
        assert removing.is_alive()
        assert deliveries.store(tx, [late]) == [late]
    removing.join(10)

    with house.store.read() as tx:
        assert sum(deliveries.counts(tx).values()) == 0


def test_a_body_that_is_too_large_is_refused(lite: Chatwoot) -> None:
    huge = lite.post({**payloads.contact_created(JANE), "name": "x" * 1_100_000})

    assert reason(huge) == (413, "too_large")
    assert lite.settled()["deliveries"]["pending"] == 0


def signed(body: bytes, stamp: str | None = None) -> dict[str, str]:
    stamp = stamp or str(int(time.time()))
    return {signatures.TIMESTAMP: stamp, signatures.SIGNATURE: signatures.sign("s3cret", stamp, body)}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"not json", (400, "not_json")),
        (b"\xff", (400, "not_json")),
        (b"[]", (400, "unreadable")),
        (b'{"event":"contact_created","email":"a@b.c"}', (400, "unreadable")),
    ],
)
def test_a_signed_body_that_says_nothing_is_refused(
    lite: Chatwoot, body: bytes, expected: tuple[int, str]
) -> None:
    assert reason(lite.raw(body, signed(body))) == expected


def test_an_old_delivery_is_refused(lite: Chatwoot) -> None:
    body = json.dumps(payloads.contact_created(JANE)).encode()

    assert reason(lite.raw(body, signed(body, str(int(time.time()) - 400)))) == (401, "old_timestamp")


@pytest.mark.parametrize("wrong", [-600, 600])
def test_a_computer_whose_clock_is_wrong_refuses_nothing_that_is_new(
    lite: Chatwoot, monkeypatch: pytest.MonkeyPatch, wrong: float
) -> None:
    body, right = json.dumps(payloads.contact_created(JANE)).encode(), time.time
    monkeypatch.setattr("time.time", lambda: right() + wrong)

    assert lite.raw(body, signed(body, str(int(right())))).status == 200


def test_a_database_that_takes_too_long_is_said_before_chatwoot_has_gone(
    lite: Chatwoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.receiver.PATIENCE", 0.2)
    lite.post(payloads.contact_created(JANE))

    with lite.house.store.write():
        assert reason(lite.post(payloads.contact_created({**JANE, "id": 9}))) == (503, "database_away")

    assert lite.settled()["deliveries"]["pending"] == 2, "what was on its way is kept all the same"


def test_a_body_that_comes_slowly_takes_nothing_of_the_databases_time(
    lite: Chatwoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.receiver.PATIENCE", 1.0)
    body = json.dumps(payloads.contact_created(JANE)).encode()
    parts = urlsplit(lite.url)
    with socket.create_connection((parts.hostname, parts.port)) as slow:
        headers = "".join(f"{name}: {of}\r\n" for name, of in signed(body).items())
        head = f"POST {parts.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        slow.sendall(head.encode() + body[:10])
        time.sleep(1.2)
        slow.sendall(body[10:])

        assert slow.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_new_secret_is_valid_at_once_and_the_old_one_still(lite: Chatwoot) -> None:
    lite.post(payloads.contact_created(JANE))
    add_webhook_secret(lite.house, 1, "rotated")

    for number, secret in enumerate(("rotated", "s3cret")):
        payload = payloads.contact_created({**JANE, "id": 100 + number})
        assert lite.post(payload, secret=secret).status == 200


def test_after_a_second_rotation_the_first_secret_is_refused(lite: Chatwoot) -> None:
    for secret in ("second", "third"):
        add_webhook_secret(lite.house, 1, secret)

    assert lite.post(payloads.contact_created(JANE), secret="s3cret").status == 401


def test_unsigned_is_taken_where_the_connection_says_so(lite_house: House) -> None:
    connection = connected(lite_house, webhook_secret=None, unsigned=True)
    for old in chatwoot_for(lite_house, connection):
        body = json.dumps(payloads.contact_created(JANE)).encode()
        assert old.raw(body).json()["status"] == "stored"


def test_a_secret_ends_the_time_of_unsigned_webhooks(lite_house: House) -> None:
    connection = connected(lite_house, webhook_secret=None, unsigned=True)
    add_webhook_secret(lite_house, connection.id, "s3cret")
    for new in chatwoot_for(lite_house, connection):
        assert reason(new.raw(b"{}")) == (401, "unsigned")


def test_before_its_secret_is_known_a_connection_refuses_and_says_that_it_waits(lite_house: House) -> None:
    connection = connected(lite_house, webhook_secret=None)
    for early in chatwoot_for(lite_house, connection):
        assert reason(early.post(payloads.contact_created(JANE))) == (401, "no_secret")
        assert overview.status(lite_house)["connections"][0]["state"] == "waiting_for_secret"


def test_where_the_database_is_away_nothing_is_claimed(lite: Chatwoot) -> None:
    lite.post(payloads.contact_created(JANE))
    with lite.house.store.write() as tx:
        tx.execute(text("ALTER TABLE deliveries RENAME TO hidden"))

    answer = lite.post(payloads.contact_created({**JANE, "id": 9}))

    assert reason(answer) == (503, "database_away")
    with lite.house.store.write() as tx:
        tx.execute(text("ALTER TABLE hidden RENAME TO deliveries"))
    assert lite.post(payloads.contact_created({**JANE, "id": 9})).status == 200


def test_where_redis_is_away_deliveries_are_stored_all_the_same(lite_house: House) -> None:
    object.__setattr__(lite_house, "redis_url", "redis://127.0.0.1:1/0")
    for chatwoot in chatwoot_for(lite_house, connected(lite_house)):
        assert chatwoot.post(payloads.contact_created(JANE)).json()["status"] == "stored"


def test_a_burst_from_many_clients_is_stored_whole(chatwoot: Chatwoot) -> None:
    from concurrent.futures import ThreadPoolExecutor

    bodies = [payloads.contact_created({**JANE, "id": number}) for number in range(1, 101)]
    with ThreadPoolExecutor(16) as threads:
        answers = [answer.json()["status"] for answer in threads.map(chatwoot.post, bodies)]

    assert answers == ["stored"] * 100
    assert overview.status(chatwoot.house)["deliveries"]["pending"] == 100


def test_a_client_that_hangs_up_is_counted_and_harms_nobody(
    lite: Chatwoot, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = lite.url.split("/")[2].split(":")
    with socket.create_connection((host, int(port))) as client:
        path = lite.url.split(port)[1]
        client.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n{{".encode())
        time.sleep(0.05)

    until = time.monotonic() + 5
    while not overview.status(lite.house)["refused"] and time.monotonic() < until:
        time.sleep(0.01)
    assert overview.status(lite.house)["refused"] == {"cut_off": 1}
    assert caplog.text == ""


def test_an_address_that_can_be_none_is_not_even_looked_up(chatwoot: Chatwoot) -> None:
    origin = chatwoot.url.rsplit("/", 1)[0]

    assert reason(chatwoot.raw(b"{}", url=f"{origin}/%00")) == (404, "unknown_connection")


def test_a_database_error_tells_nobody_who_the_customer_is(
    chatwoot: Chatwoot, capsys: pytest.CaptureFixture[str]
) -> None:
    with chatwoot.house.store.write() as tx:
        tx.execute(text("ALTER TABLE deliveries RENAME TO hidden"))

    chatwoot.post(payloads.contact_created(JANE))

    with chatwoot.house.store.write() as tx:
        tx.execute(text("ALTER TABLE hidden RENAME TO deliveries"))
    told = capsys.readouterr()
    assert "could not store" in told.out + told.err
    assert "jane@example.com" not in told.out + told.err


def test_other_methods_and_paths_are_refused_plainly(lite: Chatwoot) -> None:
    origin = lite.url.split("/webhooks")[0]
    pool = new_pool()

    statuses = [
        Http(pool).request("GET", url).status for url in (lite.url, f"{origin}/", f"{origin}/healthz")
    ]
    pool.close()

    assert statuses == [405, 404, 200]
