"""The HTTP client that plugins are handed: each call counted and timed, those of one process by one pool."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .errors import PluginError, SettingsError, TryAgain
from .pool import TIMEOUTS
from .retry_after import retry_after
from .tracing import traced

if TYPE_CHECKING:
    # httpx takes a quarter of a second to import, which a command that sends nothing need not wait for.
    import httpx

    from .pool import Pool

DEADLINE = 25.0
"""Seconds after which no further piece of an answer is waited for; httpx's time-outs are per phase."""
ANSWER_LIMIT = 10 * 1024 * 1024
"""Bytes of an answer that are read before the call is given up."""
AWAY = frozenset({502, 503, 504})
"""What is answered where the CRM is away, by itself or by what stands before it."""
AWAY_FIX = "See whether it is up, its address right, and the network between here and there open."
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Answer:
    """What the CRM said, read to the end."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 is replaced."""
        return self.body.decode(errors="replace")

    @property
    def retry_after(self) -> float | None:
        """The seconds for which we are asked to wait: a number or a date in Retry-After; a day at most."""
        return retry_after(self.headers, datetime.now(UTC))

    def json(self) -> Any:
        """Return the body read as JSON; ValueError where it is something else."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


@dataclass(frozen=True)
class Call:
    """One request to the CRM: what was asked, what came back, how long it took."""

    method: str
    path: str
    status: int | None
    """None where no answer came."""
    milliseconds: int

    @property
    def reached(self) -> bool:
        """Whether the CRM itself answered."""
        return self.status is not None and self.status not in AWAY

    def __str__(self) -> str:
        """Return ``POST /api/v1/leads 200``."""
        return f"{self.method} {self.path} {self.status or 'no answer'}"


@dataclass
class Calling:
    """A call that goes on; ``status`` is what the CRM answered, where that is not 200."""

    status: int | None = None


def changes_something(method: str) -> bool:
    """Whether a request of this method changes something, as HTTP has it."""
    return method not in SAFE_METHODS


def _unguarded(_writes: bool, _longest: float) -> None:
    """Let every call through: outside of a lane there is nothing to hold."""


class Http:
    """Sends requests for one delivery; ``calls`` says afterwards what was sent.

    Answers are returned whatever their status. A CRM that cannot be reached, or does not answer in
    time, is TryAgain; its ``unsure`` is true where a write may have been carried out.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        guard: Callable[[bool, float], None] = _unguarded,
        deadline: float = DEADLINE,
    ) -> None:
        self._pool = pool
        self._guard = guard
        self._deadline = deadline
        self.calls: list[Call] = []
        self.unanswered = False
        """Whether a write was sent whose answer never came."""

    @property
    def away(self) -> bool:
        """Whether the last call reached nobody."""
        return bool(self.calls) and not self.calls[-1].reached

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
        """Send one request, with ``body`` as JSON or ``content`` as it is; return its answer.

        ``writes`` is to be said where the method does not say it: False of a POST that only asks.
        """
        address = read_url(url)
        _check_headers(headers or {})
        writes = changes_something(method) if writes is None else writes
        self._guard(writes, self._deadline + TIMEOUTS["read"])
        if body is not None:
            content, headers = _as_json(body), {"Content-Type": "application/json", **(headers or {})}
        with traced("call", said={"method": method, "path": address.path}) as span:
            answer = self._counted(method, address, writes, params=params, content=content, headers=headers)
            span.set(status=answer.status)
        return answer

    def _counted(self, method: str, url: httpx.URL, writes: bool, **parts: Any) -> Answer:
        """Send, and keep what was sent and how long it took, whatever comes of it."""
        import httpx

        began = time.monotonic()
        status: int | None = None
        try:
            answer = self._send(began, method, url, **parts)
            status = answer.status
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TryAgain(f"Nothing answers at {_origin(url)} ({error})", fix=AWAY_FIX) from error
        except httpx.RequestError as error:
            what = str(error) or type(error).__name__
            self.unanswered |= writes
            message = f"{method} {_origin(url)}{url.path} got no whole answer ({what})"
            raise TryAgain(message, fix=AWAY_FIX, unsure=writes) from error
        finally:
            took = round((time.monotonic() - began) * 1000)
            self.calls.append(Call(method, url.path, status, took))
        return answer

    @contextmanager
    def calling(self, method: str, path: str, *, writes: bool | None = None) -> Iterator[Calling]:
        """Count a call that a vendor's own client makes in the block, and let it begin only while we may.

        It must end within a minute. An error of the client's is for the plugin to translate, in the
        block: a TryAgain that is ``unsure`` says that the CRM may have written.
        """
        writes = changes_something(method) if writes is None else writes
        self._guard(writes, self._deadline + TIMEOUTS["read"])
        began, calling = time.monotonic(), Calling()
        try:
            yield calling
            calling.status = calling.status or 200
        except PluginError as error:
            self.unanswered |= writes and error.unsure
            raise
        finally:
            took = round((time.monotonic() - began) * 1000)
            self.calls.append(Call(method, path, calling.status, took))

    def _send(self, began: float, method: str, url: httpx.URL, **parts: Any) -> Answer:
        """Send, and read the answer piece by piece: a slow one ends one read time-out past the deadline."""
        import httpx

        with self._pool.stream(method, url, **parts) as response:
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if time.monotonic() - began > self._deadline:
                    raise httpx.ReadTimeout(f"not complete after {self._deadline:.0f} s")
                if len(body) > ANSWER_LIMIT:
                    raise httpx.ReadError(f"longer than {ANSWER_LIMIT} bytes")
        return Answer(response.status_code, dict(response.headers.items()), bytes(body))


def _as_json(body: Any) -> bytes:
    """Return JSON in ASCII: a lone surrogate, which Chatwoot's JSON may escape, has no bytes in UTF-8."""
    return json.dumps(body, allow_nan=False).encode()


def _check_headers(headers: Mapping[str, str]) -> None:
    """Refuse a header that cannot be sent: the library's own words would show the token in it."""
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            fix = "A token is one line of letters, digits and signs: give it again."
            raise SettingsError(f"What is to be sent as {name} has signs that no header can have.", fix=fix)


def read_url(url: str) -> httpx.URL:
    """Return an address that can be asked; one with a query, which may hold what is personal, is not kept.

    Many are asked again and again, and to read one takes a twentieth of a delivery's time.
    """
    return _read(url) if "?" in url else _kept(url)


def _read(url: str) -> httpx.URL:
    import httpx

    try:
        parsed = httpx.URL(url)
        parsed.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as error:
        fix = "It looks like https://crm.example.com."
        raise SettingsError(f"{url!r} is not an address: {error}", fix=fix) from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise SettingsError(f"{url!r} is not an address.", fix="It starts with http:// or https://.")
    return parsed


_kept = lru_cache(maxsize=256)(_read)


def _origin(url: httpx.URL) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(str(url))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
