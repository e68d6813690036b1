"""The connections of one process to CRMs and to Chatwoot: clients that are each one call's at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, Self

from .errors import SettingsError
from .peers import check_address, check_peer, is_address

if TYPE_CHECKING:
    # httpx takes a quarter of a second to import, which a command that sends nothing need not wait for.
    import ssl
    from pathlib import Path

    import httpx

TIMEOUTS = {"connect": 5.0, "read": 15.0, "write": 5.0, "pool": 5.0}
"""Seconds."""
KEEP = 3.0
"""Seconds for which a connection without a call is kept: less than servers do, most of which hang up after
five. One that hangs up just as a write is sent leaves nobody knowing whether it was carried out."""

KEPT = 4
"""Connections without a call that each client keeps: one that is not lent for long keeps them, too."""


class Pool(Protocol):
    """What calls are sent by: ``httpx.Client`` is one, too."""

    def stream(self, *asked: Any, **parts: Any) -> AbstractContextManager[httpx.Response]:
        """Send a request; the answer is read in the block."""


class Clients:
    """Lends each call a client of its own, the one that was used last; made as ever so many are needed.

    In a client that threads share, httpcore closes a connection that another thread has just been given,
    where its answer comes quickly: it takes it for one on which the server has hung up (encode/httpcore#1110
    is of that kind). The call then ends without an answer, though it was carried out.
    """

    def __init__(self, make: Callable[[], httpx.Client]) -> None:
        self._make = make
        self._idle: list[httpx.Client] = []
        self._closed = False

    def __enter__(self) -> Self:
        """Lend clients while the block lasts."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def stream(self, *asked: Any, **parts: Any) -> Iterator[httpx.Response]:
        """Send a request, as ``httpx.Client`` does."""
        try:
            client = self._idle.pop()
        except IndexError:
            client = self._make()
        try:
            with client.stream(*asked, **parts) as response:
                yield response
        finally:
            self._idle.append(client)
            if self._closed:
                self.close()

    def close(self) -> None:
        """Close all connections; those of calls that go on when they have ended."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()


def new_pool(*, private: bool = True, ca_file: Path | None = None, **seconds: float) -> Clients:
    """Return the connections that one process shares; they follow no redirects and keep no cookies.

    ``private`` lets it connect to addresses of a private network; ``ca_file`` names certificates that
    are believed beside those of the public authorities; ``seconds`` are time-outs that differ from
    TIMEOUTS, by their phase.
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    trusted = trust(ca_file)

    def look(event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            check_peer(info["return_value"], private=private)

    def traced(request: httpx.Request) -> None:
        if is_address(request.url.host):
            # Also where a proxy would be connected to instead.
            check_address(request.url.host, private=private)
        request.extensions = {**request.extensions, "trace": look}

    def make() -> httpx.Client:
        return httpx.Client(
            timeout=httpx.Timeout(**{**TIMEOUTS, **seconds}),
            limits=httpx.Limits(max_keepalive_connections=KEPT, keepalive_expiry=KEEP),
            verify=trusted,
            # None is kept: what a CRM sets for one connection is nothing to say in another's name.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            event_hooks={"request": [traced]},
            follow_redirects=False,
        )

    return Clients(make)


@lru_cache(maxsize=4)
def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Return what a peer's certificate is checked with, in whatever protocol; reading it takes a while."""
    import httpx

    context = httpx.create_ssl_context()
    try:
        if ca_file is not None:
            context.load_verify_locations(ca_file)
    except OSError as error:
        fix = "Name a file with certificates in PEM that this user may read."
        raise SettingsError(f"CRMHOST_CA_FILE cannot be read: {error}.", fix=fix) from error
    return context
