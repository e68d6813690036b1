"""Playing a cassette, or recording one: what is kept of an exchange with a CRM, and when two ask the same."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import vcr

from .scrubbing import Scrubber

if TYPE_CHECKING:
    from vcr.cassette import Cassette


@contextmanager
def playing(path: Path, scrubber: Scrubber) -> Iterator[Cassette]:
    """Answer requests from a cassette while the block lasts; any that is not on it is refused."""

    def hidden(request: Any) -> Any:
        request.uri = scrubber.hide(request.uri)
        request.body = scrubber.question(_text(request.body)).encode() or None
        return request

    with _machine("none", hidden).use_cassette(str(path)) as cassette:
        yield cassette


@contextmanager
def recording(path: Path, scrubber: Scrubber) -> Iterator[Cassette]:
    """Let requests through while the block lasts, and write them and their answers to a new cassette."""

    def asked(request: Any) -> Any:
        request.body = scrubber.asked(_text(request.body)).encode() or None
        request.uri = scrubber.address(request.uri)
        request.headers = {}
        return request

    def answered(response: Mapping[str, Any]) -> dict[str, Any]:
        body = scrubber.body(response["body"]["string"].decode(errors="replace")).encode()
        return {**response, "headers": scrubber.headers(response["headers"]), "body": {"string": body}}

    path.unlink(missing_ok=True)
    machine = _machine("all", asked, before_record_response=answered)
    with machine.use_cassette(str(path)) as cassette:
        yield cassette


def words_asked(cassette: Cassette) -> str:
    """Return all that a cassette's requests say: their addresses, and their bodies read as JSON or a form."""
    said = (
        text
        for request in cassette.requests
        for text in (unquote(request.uri), *_texts(_read(_text(request.body))))
    )
    return unicodedata.normalize("NFC", "\n".join(said))


def _read(body: str) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return [value for _, value in parse_qsl(body, keep_blank_values=True)] or body


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _texts(one)


def _machine(mode: str, asked: Any, **options: Any) -> vcr.VCR:
    machine = vcr.VCR(
        record_mode=mode,
        match_on=["question"],
        before_record_request=asked,
        decode_compressed_response=True,
        **options,
    )
    machine.register_matcher("question", is_same_question)
    return machine


def is_same_question(one: Any, other: Any) -> bool:
    """Whether two requests ask the same: the order of a query, or of JSON's keys, is nothing to a CRM."""
    return _question(one) == _question(other)


def _question(request: Any) -> tuple[Any, ...]:
    url = urlsplit(request.uri)
    body = _text(request.body)
    try:
        content = json.loads(body) if body else None
    except ValueError:
        content = sorted(parse_qsl(body, keep_blank_values=True)) or body
    return request.method, url.path, sorted(parse_qsl(url.query, keep_blank_values=True)), content


def _text(body: Any) -> str:
    return body.decode(errors="replace") if isinstance(body, bytes) else body or ""
