"""A client that sends no write: it keeps what would be sent, and lets the plugin go on as if it had been.

What a CRM would answer the plugin imagines. Ids in it are numbers that no record has: where something
is asked about one of them, nobody can say what the CRM would answer, and the rehearsal ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import CRMHostError
from .http import Answer, Calling, Http, changes_something, read_url

if TYPE_CHECKING:
    from .models import Imagined
    from .pool import Pool

Imagine = Callable[[str, str, Any, int], "Imagined | None"]
FIRST = 900_000_000_000_000
EACH = 10
"""Ids that one write may bring along: a lead's, its person's, the organization's."""
_IDS = re.compile(rf"{FIRST // 1_000_000}\d{{6}}")


class Ended(Exception):
    """Nobody can say what comes after: the preview ends here."""


@dataclass(frozen=True)
class Field:
    """One field of a write: what the CRM has, and what would be written."""

    name: str
    now: Any
    then: Any

    @property
    def changes(self) -> bool:
        """Whether it would be another afterwards."""
        return bool(self.now != self.then)


@dataclass(frozen=True)
class Write:
    """A call that would change something; it was not sent."""

    to: str
    method: str
    path: str
    body: Any
    fields: tuple[Field, ...]
    needs: tuple[int, ...]
    """The writes before it, by their place from 1, whose answers hold ids that it names."""


class Writes:
    """All writes of a preview, to the CRM and to Chatwoot, in their order."""

    def __init__(self) -> None:
        self.all: list[Write] = []

    @property
    def next_id(self) -> int:
        """The first id that the next write may bring along."""
        return FIRST + EACH * (len(self.all) + 1)

    def add(self, to: str, method: str, path: str, body: Any, now: Mapping[str, Any]) -> None:
        """Keep one."""
        before, after = dict(_flat(now)), dict(_flat(body if isinstance(body, Mapping) else {}))
        fields = tuple(Field(name, before.get(name), named(value)) for name, value in after.items())
        needs = needed_by(path, body)
        self.all.append(Write(to, method, named(path), named(body), fields, needs))


class Rehearsal(Http):
    """Implements ``Http`` for one peer: ``imagine`` says what that would answer to a write."""

    def __init__(self, pool: Pool, to: str, writes: Writes, imagine: Imagine) -> None:
        super().__init__(pool, guard=_only_look)
        self._to = to
        self._writes = writes
        self._imagine = imagine
        self._headers: Mapping[str, str] = {}
        self.seen: dict[str, Answer] = {}
        """The last answer to each path that was asked."""

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        writes: bool | None = None,
    ) -> Answer:
        """Send what only asks; keep a write, and return what would be answered."""
        path = read_url(url).path
        if not (changes_something(method) if writes is None else writes):
            self._check(path, params)
            parts: dict[str, Any] = {"params": params, "body": body, "content": content, "headers": headers}
            answer = super().request(method, url, writes=False, **parts)
            self._headers = answer.headers
            self.seen[path] = answer
            return answer
        imagined = self._imagine(method, path, body, self._writes.next_id)
        self._writes.add(self._to, method, path, body, imagined.now if imagined else {})
        if imagined is None:
            place = len(self._writes.all)
            raise Ended(f"What follows depends on what {self._to} answers to write {place}.")
        # What the answers before it told of the CRM in their headers is still so.
        return Answer(200, self._headers, json.dumps(imagined.answer).encode())

    @contextmanager
    def calling(self, method: str, path: str, *, writes: bool | None = None) -> Iterator[Calling]:
        """Let a vendor's own client ask; what it would answer to a write nobody can say."""
        if changes_something(method) if writes is None else writes:
            self._writes.add(self._to, method, path, {}, {})
            raise Ended(f"What follows depends on what {self._to} answers to write {len(self._writes.all)}.")
        with super().calling(method, path, writes=False) as calling:
            yield calling

    def _check(self, path: str, params: Mapping[str, Any] | None) -> None:
        """End where it is asked about what is not there yet."""
        if needed := needed_by(path, dict(params or {})):
            places = " and ".join(f"write {place}" for place in needed)
            raise Ended(f"What follows depends on what {self._to} says of what {places} would make.")


def _only_look(writes: bool, _longest: float) -> None:
    """Refuse what would be a write after all."""
    if writes:
        raise CRMHostError("Nothing is written.", fix="A preview only looks; report it to the authors.")


def _flat(body: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def needed_by(*parts: Any) -> tuple[int, ...]:
    """Return the writes whose ids are named in these, by their place."""
    found = _IDS.findall(json.dumps(parts, default=str))
    return tuple(sorted({(int(number) - FIRST) // EACH for number in found}))


def named(value: Any) -> Any:
    """Return a value with the ids that do not exist yet called by where they come from."""
    if isinstance(value, Mapping):
        return {name: named(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [named(each) for each in value]
    if isinstance(value, str | int) and not isinstance(value, bool) and _IDS.search(str(value)):
        return _IDS.sub(lambda found: f"<id from write {(int(found[0]) - FIRST) // EACH}>", str(value))
    return value
