"""Asking the sandbox again what the real Krayin was asked, recording by recording."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from crmhost_krayin.sandbox import KrayinSandbox

from .comparing import Comparison, Ids
from .recordings import Recording

INSTALLED = datetime(2026, 11, 22, 6, 49, 19, tzinfo=UTC)

_HOP = ("host", "connection", "accept-encoding", "content-length", "authorization")
_TABLES = {
    "persons": "persons",
    "organizations": "organizations",
    "leads": "leads",
    "activities": "activities",
}
_PATHS = _TABLES | {"edit": "leads"}
_ID_KEYS = {"person_id": "persons", "lead_id": "leads", "organization_id": "organizations", "tag_id": "tags"}
_COUNTED = (*_TABLES, "activity_files", "attributes", "tags")
_HEADERS = ("content-type", "location", "x-ratelimit-limit", "retry-after")

Changed = Callable[[str], str]


def unchanged(text: str) -> str:
    """Leave a text as it is."""
    return text


@dataclass
class Result:
    """How one recording went."""

    recording: Recording
    differences: list[str]


@dataclass
class Replay:
    """One run through one database's recordings."""

    krayin: str = "2.1"
    rest: str = "2.1.1"
    address: str = "http://127.0.0.1:8090"
    changed: Changed = unchanged
    offset: int = 0
    now: datetime = INSTALLED
    tokens: dict[str, str] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sandbox = KrayinSandbox(
            krayin=self.krayin, rest=self.rest, clock=lambda: self.now, rate_limit=60
        )
        self.ids = Ids()
        self._left = 60
        self.comparison = Comparison(self.ids, self.changed)
        self.tokens["admin"] = self.sandbox.make_token()
        for name in _COUNTED:
            self.sandbox.state.tables[name].next_id += self.offset

    def learn(self, table: str, there: int) -> None:
        """Note that the newest row here is the one that has this id there."""
        assert self.ids.agree(table, there, max(self.sandbox.state.tables[table]))

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "admin",
        query: Any = (),
        headers: Any = None,
    ) -> httpx.Response:
        """Ask the sandbox, as the one whose token is named."""
        sent = {"accept": "application/json"} | ({"content-type": "application/json"} if body else {})
        sent |= headers or {}
        if who in self.tokens:
            sent["authorization"] = f"Bearer {self.tokens[who]}"
        address = path + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        transport = httpx.ASGITransport(self.sandbox)
        async with httpx.AsyncClient(transport=transport, base_url=self.address) as client:
            return await client.request(method, address, content=_encoded(body, sent), headers=sent)

    def translated_path(self, path: str) -> str:
        """Give an address with the ids of this run."""
        return self._path(path)

    async def repeat(self, recording: Recording, who: str) -> httpx.Response:
        """Ask what a recording asked, with the ids and texts of this run."""
        self.now = recording.when
        self._follow_limit(recording)
        headers = {key: value for key, value in recording.headers.items() if key not in _HOP}
        path = self._path(recording.path)
        # In the first ones the server did not know its own port.
        host = {"host": "127.0.0.1"} if recording.number <= 36 else {}
        return await self.ask(
            recording.method,
            path,
            self._body(recording.body, _table_in(recording.path)),
            who=who,
            query=[(key, self._term(recording.path, key, value)) for key, value in recording.query],
            headers=headers | host,
        )

    def translated(self, body: Any, table: str = "") -> Any:
        """Give a body with the ids and texts of this run."""
        return self._body(body, table)

    def judge(self, recording: Recording, answer: httpx.Response) -> Result:
        """Compare an answer with the recorded one."""
        differences = []
        if answer.status_code != recording.status:
            differences.append(f"status {recording.status} there, {answer.status_code} here")
        differences += _header_differences(recording, answer)
        is_json = "json" in answer.headers.get("content-type", "") and answer.content
        got = answer.json() if is_json else answer.text
        expected = recording.answer or ("" if not is_json else recording.answer)
        differences += self.comparison.differences(expected, got)
        return Result(recording, differences)

    def _follow_limit(self, recording: Recording) -> None:
        """Empty the counters where they were emptied there: where suddenly more is left."""
        left = int(recording.answer_headers.get("x-ratelimit-remaining", 0))
        if left > self._left:
            self.sandbox.throttle.windows.clear()
        self._left = left or self._left

    def _path(self, path: str) -> str:
        def here(found: re.Match[str]) -> str:
            table = _PATHS.get(found[1], "")
            return f"/{found[1]}/{self.ids.translated(table, int(found[2]))}"

        return re.sub(r"/(persons|organizations|leads|activities|edit)/(\d{1,9})(?=/|$)", here, path)

    def _body(self, body: Any, table: str = "") -> Any:
        if isinstance(body, dict):
            return {key: self._field(key, value, table) for key, value in body.items()}
        if isinstance(body, list):
            return [self._body(item) for item in body]
        return self.changed(body) if isinstance(body, str) else body

    def _field(self, key: str, value: Any, addressed: str) -> Any:
        table = _ID_KEYS.get(key)
        if key == "indices":
            return [self.ids.translated(addressed, one) for one in value]
        if table and isinstance(value, int):
            return self.ids.translated(table, value)
        if key == "person" and isinstance(value, dict) and value.get("id"):
            kind = type(value["id"])
            return self._body(value) | {"id": kind(self.ids.translated("persons", int(value["id"])))}
        if key == "persons" and isinstance(value, list):
            return [self.ids.translated("persons", one) for one in value]
        if key == "id" and isinstance(value, int):
            return self.ids.translated("persons", value)
        return self._body(value)

    def _term(self, path: str, key: str, value: str) -> str:
        table = _ID_KEYS.get(key) or (_TABLES.get(path.rsplit("/", 1)[-1], "") if key == "id" else "")
        if table and re.fullmatch(r"[\d,]+", value):
            return ",".join(str(self.ids.translated(table, int(one))) for one in value.split(","))
        return self._search(value) if key == "search" else self.changed(value)

    def _search(self, value: str) -> str:
        def here(found: re.Match[str]) -> str:
            table = "attributes" if "attribute" in found[1] else "persons"
            ids = (str(self.ids.translated(table, int(one))) for one in found[2].split(","))
            return found[1] + ",".join(ids)

        return self.changed(
            re.sub(r"(?<![\w.])((?:person_|attribute_values.attribute_)?id:)([\d,]+)", here, value)
        )


def _header_differences(recording: Recording, answer: httpx.Response) -> list[str]:
    found = []
    for name in (*_HEADERS, *(("x-ratelimit-remaining",) if recording.number in range(23, 30) else ())):
        there, here = (
            headers.get(name, "").lower() for headers in (recording.answer_headers, answer.headers)
        )
        if (there != here and name != "retry-after") or bool(there) != bool(here):
            found.append(f"{name}: {there!r} there, {here!r} here")
    return found


def _table_in(path: str) -> str:
    return next((table for table in ("persons", "organizations", "leads", "activities") if table in path), "")


def _encoded(body: Any, headers: dict[str, str]) -> bytes:
    if body is None or body == "":
        return b""
    if isinstance(body, str):
        return body.encode()
    if "urlencoded" in headers.get("content-type", ""):
        return urlencode(body).encode()
    return json.dumps(body, ensure_ascii=False).encode()
