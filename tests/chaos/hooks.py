"""What comes to the receiver: Chatwoot's webhooks, the same again, and forged ones; and what it promised."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crmhost.chatwoot.sandbox.state import Webhook

from . import wire
from .proxy import Asking, FaultProxy
from .tally import Tally
from .wire import Message

AGAIN = 0.05
"""The part of the webhooks that somebody sends a second time, word for word."""
DELIVERY = "x-chatwoot-delivery"
MALLORY = "Mallory"
"""What forged webhooks say that a customer is called."""


@dataclass
class Hooks:
    """The way to the receiver."""

    proxy: FaultProxy
    dice: random.Random
    tally: Tally
    promised: set[str] = field(default_factory=set)
    """The ids of what was answered as stored."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.proxy.answered = self._answered

    def _answered(self, _asking: Asking, request: Message, answer: Message) -> bool:
        self.tally.done[f"webhooks answered {answer.status}"] += 1
        if answer.status == 200 and json.loads(answer.body).get("status") == "stored":
            self.promised.add(request.headers[DELIVERY])
        if self.proxy.dice.rolls and self.dice.random() < AGAIN:
            self._later(self._replay(request))
        return False

    async def _replay(self, request: Message) -> None:
        await asyncio.sleep(self.dice.uniform(0, 3))
        answer = await self._send(request)
        if answer is not None:
            said = json.loads(answer.body).get("status", "refused")
            self.tally.troubles[f"webhooks replayed: {said}"] += 1
            if said == "stored":
                self.promised.add(request.headers[DELIVERY])

    def forge(self, webhook: Webhook, contact_id: int) -> None:
        """Send a webhook that Chatwoot did not: signed with another secret, or rightly, long ago."""
        old = self.dice.random() < 0.5
        stamp = str(int(time.time()) - (2000 if old else 0))
        said = {"event": "contact_updated", "id": contact_id, "name": MALLORY, "email": "m@example.net"}
        body = json.dumps(said).encode()
        secret = (webhook.secret or "") if old else "somebody-elses"
        mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        headers = {
            "content-type": "application/json",
            "content-length": str(len(body)),
            DELIVERY: str(uuid.uuid4()),
            "x-chatwoot-timestamp": stamp,
            "x-chatwoot-signature": f"sha256={mac.hexdigest()}",
        }
        request = Message(f"POST {urlsplit(webhook.url).path} HTTP/1.1", headers, body)
        self._later(self._forged(request))

    async def _forged(self, request: Message) -> None:
        answer = await self._send(request)
        if answer is not None:
            self.tally.troubles[f"webhooks forged: answered {answer.status}"] += 1
            if answer.status < 400:
                self.tally.wrong.append(("stale", f"a forged webhook was answered {answer.status}"))

    async def _send(self, request: Message) -> Message | None:
        """Send one past the proxy."""
        parts = urlsplit(self.proxy.upstream)
        request.headers |= {"host": parts.netloc, "connection": "close"}
        return await wire.ask(parts.hostname or "", parts.port or 80, request)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def quiet(self) -> None:
        """Wait until nothing is on its way any more."""
        await asyncio.gather(*self._tasks)
