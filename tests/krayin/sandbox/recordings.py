"""The recordings of a real Krayin, as test data."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

FOLDER = Path(__file__).parents[2] / "data" / "krayin-recordings"

_SERIES = {"a": 1000, "b": 2000}
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z")


@dataclass(frozen=True)
class Recording:
    """One exchange: what was asked and what Krayin answered.

    Those of other versions come in two series: ``a-012`` is number 1012, ``b-012`` number 2012.
    """

    number: int
    name: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: Any
    status: int
    answer_headers: dict[str, str]
    answer: Any

    @property
    def when(self) -> datetime:
        """When Krayin worked on it: the time it wrote into the answer, or the answer's own."""
        date = parsedate_to_datetime(self.answer_headers["date"]).astimezone(UTC)
        near = [date - timedelta(seconds=seconds) for seconds in range(3)]
        written = {stamp for stamp in _stamps(self.answer) if stamp in near}
        return max(written, default=date)


def _stamps(answer: Any) -> Iterator[datetime]:
    for found in _STAMP.findall(json.dumps(answer)):
        yield datetime.strptime(found, "%Y-%m-%dT%H:%M:%S.000000Z").replace(tzinfo=UTC)


def _query(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (part.partition("=") for part in text.split("&") if part)
    return tuple((unquote_plus(key), unquote_plus(value)) for key, _, value in pairs)


@cache
def all_recordings() -> tuple[Recording, ...]:
    """Read all that are one exchange each, in their order."""
    found = (_read(path) for path in sorted(FOLDER.glob("*.json")))
    return tuple(recording for recording in found if recording)


@cache
def recordings_of(version: str) -> tuple[Recording, ...]:
    """Read another version's that are one exchange each, in their order."""
    found = (_read(path) for path in sorted((FOLDER / version).glob("[ab]-*.json")))
    return tuple(recording for recording in found if recording)


def all_names(version: str) -> set[str]:
    """Give the names of all files of another version."""
    return {path.stem for path in (FOLDER / version).glob("*.json")}


def _named(stem: str) -> tuple[int, str]:
    first, _, rest = stem.partition("-")
    if first not in _SERIES:
        return int(first), rest
    number, _, _ = rest.partition("-")
    return _SERIES[first] + int(number), stem


def _read(path: Path) -> Recording | None:
    content = json.loads(path.read_text(encoding="utf-8"))
    asked, answered = content.get("request"), content.get("response")
    if not isinstance(asked, dict) or not isinstance(answered, dict):
        return None
    url = urlsplit(asked["url"])
    number, name = _named(path.stem)
    return Recording(
        number=number,
        name=name,
        method=asked["method"],
        path=url.path,
        query=_query(url.query),
        headers=_lowered(asked["headers"]),
        body=asked["body"],
        status=answered["status"],
        answer_headers=_lowered(answered["headers"]),
        answer=answered["body"],
    )


def _lowered(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def all_numbers() -> set[int]:
    """Give the numbers of all files."""
    return {int(path.stem[:3]) for path in FOLDER.glob("*.json")}


def body_of(number: int) -> Any:
    """Give a recording's request and answer as they are in its file."""
    (path,) = FOLDER.glob(f"{number:03d}-*.json")
    return json.loads(path.read_text(encoding="utf-8"))
