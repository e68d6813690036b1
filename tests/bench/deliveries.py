"""Signed webhooks as bytes, ready to be sent: made before the clock runs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator

from crmhost import signatures
from crmhost.demo import payloads
from crmhost.demo.payloads import Payload

SECRET = "s3cret"
SIZE = 1300
"""Bytes of a delivery, about what Chatwoot sends of a contact."""


def contacts(count: int, first: int = 1) -> Iterator[Payload]:
    """Yield the creation of so many contacts, each SIZE bytes long."""
    for number in range(first, first + count):
        yield padded(payloads.contact_created(person(number)))


def person(number: int) -> Payload:
    """Return a customer like many others."""
    name, email = f"Customer {number}", f"customer{number}@example.com"
    return payloads.contact(number, name, email=email, phone_number=f"+44770{number:07d}", city="London")


def padded(payload: Payload) -> Payload:
    """Return the payload, made SIZE bytes long by an attribute that no rule is about."""
    short = {**payload, "thumbnail": ""}
    return {**payload, "thumbnail": "x" * max(0, SIZE - len(json.dumps(short)))}


def request(path: str, payload: Payload, uid: str) -> bytes:
    """Return one webhook as Chatwoot would send it, from its first line to its body's last byte."""
    body, stamp = json.dumps(payload).encode(), str(int(time.time()))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{signatures.TIMESTAMP}: {stamp}\r\n{signatures.DELIVERY}: {uid}\r\n"
        f"{signatures.SIGNATURE}: {signatures.sign(SECRET, stamp, body)}\r\n\r\n"
    )
    return head.encode() + body


def requests(path: str, all_of: Iterable[Payload], first: int = 1) -> list[bytes]:
    """Return a webhook for each payload, each under an id of its own."""
    return [request(path, one, f"bench-{number}") for number, one in enumerate(all_of, first)]
