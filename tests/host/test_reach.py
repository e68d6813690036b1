"""Whether what Chatwoot sends arrives, as the doctor tells it: our address, signatures that do not fit."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections import Counter

import pytest

from crmhost import DeliveryRefused
from crmhost.house import House
from crmhost.reach import guarded, of_connection
from crmhost.signatures import SIGNATURE, TIMESTAMP, sign, verify
from crmhost.store import counters, hours
from crmhost.store.hours import RECEIVED, Moment

from .conftest import connected

BODY = {"event": "contact_created", "name": "Tom & <Jane>", "city": "São Paulo"}
RAILS = b'{"event":"contact_created","name":"Tom \\u0026 \\u003cJane\\u003e","city":"S\xc3\xa3o Paulo"}'
NOW = 1_780_000_000


def refused(body: bytes, signature: str, *, at: int = NOW) -> str:
    headers = {SIGNATURE: signature, TIMESTAMP: str(at)}
    with pytest.raises(DeliveryRefused) as error:
        verify(headers, body, secrets=["s3cret"], unsigned=False, now=NOW)
    return error.value.reason


@pytest.mark.parametrize(
    "rewritten",
    [json.dumps(BODY), json.dumps(BODY, indent=2), json.dumps(BODY, ensure_ascii=False)],
)
def test_a_body_that_was_written_anew_on_its_way_is_told_from_a_wrong_secret(rewritten: str) -> None:
    assert refused(rewritten.encode(), sign("s3cret", str(NOW), RAILS)) == "reserialised"


def test_a_wrong_secret_is_a_wrong_secret() -> None:
    assert refused(RAILS, sign("other", str(NOW), RAILS)) == "bad_signature"
    assert refused(b"not json", sign("other", str(NOW), RAILS)) == "bad_signature"


def test_a_signature_of_the_body_alone_is_told() -> None:
    made = hmac.new(b"s3cret", RAILS, hashlib.sha256).hexdigest()
    assert refused(RAILS, f"sha256={made}") == "body_only"


def test_a_wrong_clock_is_told() -> None:
    assert refused(RAILS, sign("s3cret", str(NOW - 400), RAILS), at=NOW - 400) == "old_timestamp"


def test_what_is_refused_is_a_problem_until_something_is_taken_again(lite_house: House) -> None:
    one, now = connected(lite_house), time.time()
    with lite_house.store.write() as tx:
        hours.note(tx, [Moment(one.id, "reserialised", now - 50)])
        counters.add(tx, Counter({(one.id, "refused", "reserialised"): 7}))

    (found,) = of_connection(lite_house, one)
    with lite_house.store.write() as tx:
        hours.note(tx, [Moment(one.id, RECEIVED, now)])
    (later,) = of_connection(lite_house, one)

    assert (found.state, later.state) == ("problem", "warning")
    assert found.said.startswith("Webhooks are refused, 7 so far, the last at 20")
    assert "UTC: signed with the right secret, over a body" in found.said
    assert later.said.startswith("Webhooks were refused, 7 in all, the last at 20")
    assert "proxy" in found.fix


def test_where_nothing_has_arrived_yet_that_is_said(lite_house: House) -> None:
    assert [one.state for one in of_connection(lite_house, connected(lite_house))] == ["warning"]


def test_chatwoots_guard_of_private_networks_is_told() -> None:
    (found,) = guarded("http://127.0.0.1:8000")

    assert found.state == "warning"
    assert "SAFE_FETCH_ALLOW_PRIVATE_NETWORK" in found.fix
    assert list(guarded("https://8.8.8.8")) == []
