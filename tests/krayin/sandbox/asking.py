"""Asking a sandbox from a test: one line a question."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from crmhost_krayin.sandbox import KrayinSandbox

JSON = {"accept": "application/json"}
PERSONS = "/api/v1/contacts/persons"


@dataclass
class Clock:
    """A clock that goes on when told."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 6, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let time go by."""
        self.now += timedelta(seconds=seconds)


class Asker:
    """Someone with a token who asks a sandbox."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        defaults: dict[str, Any] = {"clock": self.clock, "rate_limit": 0}
        self.sandbox = KrayinSandbox(**(defaults | options))
        self.token = self.sandbox.make_token()

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Ask within a running event loop."""
        sent = JSON | {"authorization": f"Bearer {self.token}"} | headers
        transport = httpx.ASGITransport(self.sandbox)
        async with httpx.AsyncClient(transport=transport, base_url="http://krayin.test") as client:
            return await client.request(method, path, json=body, headers=sent)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Ask and wait for the answer."""
        return asyncio.run(self.send(method, path, body, **headers))

    def get(self, path: str) -> Any:
        """Ask for something and give what the answer holds."""
        return self.ask("GET", path).json()["data"]

    def add_person(self, name: str = "Ida", phone: str = "1", **more: Any) -> Any:
        """Make a person."""
        body = {
            "name": name,
            "emails": emails(f"{name.lower()}@example.net"),
            "contact_numbers": phones(phone),
        }
        return self.ask("POST", PERSONS, body | more).json()["data"]

    def add_lead(self, **more: Any) -> Any:
        """Make a lead."""
        body = {"title": "Roof", "lead_value": 10, "lead_pipeline_stage_id": 1}
        return self.ask("POST", "/api/v1/leads", body | more).json()["data"]


def emails(*addresses: str) -> list[dict[str, str]]:
    """Write e-mail addresses as Krayin wants them."""
    return [{"value": address, "label": "work"} for address in addresses]


def phones(*numbers: str) -> list[dict[str, str]]:
    """Write phone numbers as Krayin wants them."""
    return [{"value": number, "label": "work"} for number in numbers]
