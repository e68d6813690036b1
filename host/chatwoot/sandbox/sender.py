"""Sending webhooks as Chatwoot's jobs do: signed, once, five seconds' patience, no second try."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ...errors import CRMHostError
from ...http import Http
from ...pool import new_pool
from .chaos import Chaos
from .state import Event, Json, State, Webhook

if TYPE_CHECKING:
    from ...pool import Clients

PATIENCE = 5.0
"""Seconds; Chatwoot's WEBHOOK_TIMEOUT."""


@dataclass(frozen=True)
class Sent:
    """A webhook that was posted: its event, and the answer's status; None where none came in time."""

    event: str
    status: int | None


class Sender:
    """Posts what happened to the account's webhooks."""

    def __init__(
        self, state: State, body_of: Callable[[Event], Json | None], chaos: Chaos, threads: int
    ) -> None:
        self._state = state
        self._body_of = body_of
        self._chaos = chaos
        self._dice = chaos.dice()
        self._threads = threads

    @cached_property
    def _pool(self) -> Clients:
        return new_pool(read=PATIENCE)

    def deliver(self) -> list[Sent]:
        """Send all that waits; what is raised meanwhile waits for the next call."""
        with self._state.lock:
            waiting, self._state.events[:] = list(self._state.events), []
            jobs = [
                (event, webhook)
                for event in waiting
                for webhook in self._state.webhooks.values()
                if event.name in webhook.subscriptions
            ]
            jobs = self._chaos.befall(jobs, self._dice)
        if self._threads == 1:
            sent = [self._post(*job) for job in jobs]
        else:
            with ThreadPoolExecutor(self._threads) as workers:
                sent = list(workers.map(lambda job: self._post(*job), jobs))
        return [one for one in sent if one]

    def close(self) -> None:
        """Close the connections."""
        if "_pool" in self.__dict__:
            self._pool.close()

    def _post(self, event: Event, webhook: Webhook) -> Sent | None:
        """Make the body of what is there now and post it; None for a record that is gone."""
        with self._state.lock:
            content = self._body_of(event)
        if content is None:
            return None
        body = _as_rails_writes(content)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if webhook.secret is not None:
            headers |= _signed(webhook.secret, body)
        try:
            http = Http(self._pool, deadline=PATIENCE)
            status = http.request("POST", webhook.url, content=body, headers=headers).status
        except CRMHostError:
            # WebhookJob swallows every error: one line in its log, and the event is lost.
            status = None
        return Sent(event.name, status)


def _signed(secret: str, body: bytes) -> dict[str, str]:
    """Return the headers of lib/webhooks/trigger.rb; the delivery's id is not covered by the signature."""
    stamp = str(int(time.time()))
    mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return {
        "X-Chatwoot-Delivery": str(uuid.uuid4()),
        "X-Chatwoot-Timestamp": stamp,
        "X-Chatwoot-Signature": f"sha256={mac.hexdigest()}",
    }


def _as_rails_writes(content: Json) -> bytes:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.encode()
