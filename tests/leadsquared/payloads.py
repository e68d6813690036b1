"""What a real LeadSquared was asked and answered, from the files in tests/data."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from crmhost import Answer, Http
from crmhost_leadsquared_reference.clients.transport import Transport

FOLDER = Path(__file__).parents[1] / "data" / "leadsquared-payloads"
URL = "https://api-in21.leadsquared.com/v2"


def payload(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return read


def answer(status: int, body: Any) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, {}, text.encode())


class Tape:
    """An Http that gives one recorded answer, and keeps what it was asked as a payload shows it."""

    def __init__(self, recorded: dict[str, Any]) -> None:
        self._answer = answer(recorded["status"], recorded["body"])
        self.asked: dict[str, Any] = {}

    def request(
        self, method: str, url: str, *, params: Any = None, body: Any = None, headers: Any = None
    ) -> Answer:
        parts = urlsplit(url)
        self.asked = {
            "method": method,
            "path": parts.path.removeprefix("/v2/"),
            "query": dict(params or {}),
            "headers": dict(headers),
            "body": body,
        }
        return self._answer


def asked_in(recorded: dict[str, Any]) -> dict[str, Any]:
    """Return a payload's request as a ``Tape`` keeps one."""
    request = recorded["request"]
    url = urlsplit(request.get("path") or request["url"])
    headers = {name: value for name, value in request["headers"].items() if name != "Content-Type"}
    return {
        "method": request["method"],
        "path": url.path.removeprefix("/v2/"),
        "query": dict(parse_qsl(url.query)),
        "headers": headers,
        "body": request.get("body"),
    }


def transport(tape: Tape) -> Transport:
    return Transport(cast("Http", tape), URL, ("EXAMPLE", "EXAMPLE"), nullcontext, "contact 5821")
