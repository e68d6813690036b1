"""Cassettes as files: which records one is about, and writing one from what was recorded otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from vcr.persisters.filesystem import FilesystemPersister
from vcr.request import Request
from vcr.serializers import yamlserializer

from crmhost.testing import Scrubber

FOLDER = Path(__file__).parent / "recorded"
KINDS = ("persons", "leads", "organizations", "activities", "tags", "attributes")
_WITH_ID = re.compile(rf"/({'|'.join(KINDS)})/(?:attributes/edit/|stage/edit/)?(\d+)")

Row = dict[str, Any]
Exchange = tuple[Request, dict[str, Any]]


def write(name: str, exchanges: list[Exchange]) -> None:
    """Write a cassette."""
    asked, answered = [list(part) for part in zip(*exchanges, strict=True)]
    tape = {"requests": asked, "responses": answered}
    FilesystemPersister.save_cassette(FOLDER / f"{name}.yaml", tape, yamlserializer)


def converted(recording: Mapping[str, Any], scrubber: Scrubber) -> Exchange:
    """Return one of the recordings as a cassette has it."""
    asked, answered = recording["request"], recording["response"]
    body = scrubber.body(json.dumps(asked["body"])) if asked["body"] is not None else None
    answer = answered["body"]
    text = scrubber.body(answer if isinstance(answer, str) else json.dumps(answer))
    request = Request(asked["method"], scrubber.address(asked["url"]), body, {})
    headers = scrubber.headers(answered["headers"])
    status = {"code": answered["status"], "message": ""}
    return request, {"status": status, "headers": headers, "body": {"string": text.encode()}}


def records_in(name: str) -> dict[str, Row]:
    """Return the first row of each kind that a cassette tells of; from a path, the id at least."""
    found: dict[str, Row] = {}
    requests, responses = FilesystemPersister.load_cassette(FOLDER / f"{name}.yaml", yamlserializer)
    for asked, answered in zip(requests, responses, strict=True):
        for kind, row in _told(asked, answered):
            known = found.setdefault(kind, row)
            if known["id"] == row["id"]:
                found[kind] = {**row, **known}
    return found


def _told(asked: Request, answered: Mapping[str, Any]) -> Iterator[tuple[str, Row]]:
    """Yield the records of one exchange: those in the answer, those in it, those in path and body."""
    url = urlsplit(asked.uri)
    for kind, number in _WITH_ID.findall(url.path):
        yield kind, {"id": int(number)}
    if asked.body and (tag := json.loads(asked.body).get("tag_id")):
        yield "tags", {"id": tag}
    kind = next((kind for kind in KINDS if f"/{kind}" in url.path), "")
    data = _json(answered["body"]["string"]).get("data")
    for row in data if isinstance(data, list) else [data]:
        if isinstance(row, Mapping) and "id" in row:
            yield kind, dict(row)
            for inner, key in (("persons", "person"), ("organizations", "organization")):
                if isinstance(row.get(key), Mapping):
                    yield inner, dict(row[key])
    for number in parse_qs(url.query).get("person_id", ()):
        yield "persons", {"id": int(number)}


def _json(body: bytes) -> Row:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
