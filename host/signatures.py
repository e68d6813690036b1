"""Whether a webhook comes from the connection's Chatwoot. Nothing here does I/O.

Source of the signature: Chatwoot's lib/webhooks/trigger.rb and its page "webhook verification".
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping

from .errors import DeliveryRefused

SIGNATURE = "x-chatwoot-signature"
TIMESTAMP = "x-chatwoot-timestamp"
DELIVERY = "x-chatwoot-delivery"
WINDOW = 300
"""Seconds that a timestamp may lie in the past or the future: a replay is refused, a clock may be off."""
TRIED = 64 * 1024
"""Bytes of a body of which it is tried to learn why its signature does not fit."""
WRONG = {
    "bad_signature": "The signature does not fit the body.",
    "reserialised": "The signature is of the same JSON written otherwise: something on the way rewrites it.",
    "body_only": "The signature is of the body alone, without the timestamp.",
}
"""Why a signature does not fit, as far as that can be told."""
SIGNED_WRONG = frozenset({*WRONG, "old_timestamp", "no_secret", "unsigned"})
"""Why a webhook is not believed."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature that Chatwoot sends for this body."""
    mac = hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256")
    return f"sha256={mac.hex()}"


def verify(
    headers: Mapping[str, str],
    body: bytes,
    *,
    secrets: Iterable[str],
    unsigned: bool,
    now: float,
) -> None:
    """Refuse a webhook that does not come from the connection's Chatwoot.

    ``headers`` by lower-case name; ``body`` the raw bytes, since Rails writes ``<`` as ``\\u003c``
    and re-serialising would not. ``secrets`` are all that are valid now: two during a rotation.
    ``unsigned`` lets a webhook without a signature through (Chatwoot before 4.11.2 signs none).
    """
    signature = headers.get(SIGNATURE)
    if signature is None:
        if unsigned:
            return
        raise DeliveryRefused("unsigned", "The webhook carries no signature.", status=401)
    timestamp = headers.get(TIMESTAMP, "")
    valid = [hmac.compare_digest(sign(s, timestamp, body).encode(), signature.encode()) for s in secrets]
    if not valid:
        if unsigned:
            return
        raise DeliveryRefused("no_secret", "The webhook's secret is not known here yet.", status=401)
    if not any(valid):
        reason = why_wrong(signature, timestamp, body, secrets)
        raise DeliveryRefused(reason, WRONG[reason], status=401)
    if not (timestamp.isdecimal() and len(timestamp) < 16) or abs(now - int(timestamp)) > WINDOW:
        raise DeliveryRefused("old_timestamp", "The timestamp is not of the last five minutes.", status=401)


def why_wrong(signature: str, timestamp: str, body: bytes, secrets: Iterable[str]) -> str:
    """Return why a signature does not fit: one of WRONG. A long body is not tried, it would take too long.

    The same JSON written otherwise tells that something on the way rewrote it; ``body_only`` is what a
    program signs that was made after others' papers (chatwoot#13809).
    """
    if len(body) > TRIED:
        return "bad_signature"
    for secret in secrets:
        alone = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(signature.removeprefix("sha256=").encode(), alone.encode()):
            return "body_only"
        for other in _otherwise(body):
            if hmac.compare_digest(sign(secret, timestamp, other).encode(), signature.encode()):
                return "reserialised"
    return "bad_signature"


def _otherwise(body: bytes) -> Iterator[bytes]:
    """Yield the body's JSON as Rails writes it, and as close to that as its rewriters leave it."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return
    for ascii_only in (False, True):
        text = json.dumps(said, separators=(",", ":"), ensure_ascii=ascii_only)
        for written in (text, _as_rails(text)):
            yield written.encode(errors="replace")


def _as_rails(text: str) -> str:
    """Return JSON with what ActiveSupport escapes so that it can stand in HTML and in JavaScript."""
    return text.translate({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})
