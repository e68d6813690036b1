"""Notices by e-mail, to a mail server that speaks as real ones do: in clear, by STARTTLS, by TLS."""

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from crmhost.messenger import Mail, Undelivered
from crmhost.pool import trust
from crmhost.server import listening

from .certificates import own_certificate

FINE = b"250 fine\r\n"
LOGIN = base64.b64encode(b"\0ops\0s3cret").decode()


@dataclass
class MailServer:
    """Takes one e-mail: ``heard`` is what it was told, ``encrypted`` which of it nobody could read."""

    certificate: Path
    begins_encrypted: bool = False
    offers: tuple[str, ...] = ()
    heard: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Yield the port while the block lasts."""
        with listening("127.0.0.1", 0) as listener:
            thread = threading.Thread(target=self._serve, args=(listener,))
            thread.start()
            yield listener.getsockname()[1]
            thread.join()

    def _serve(self, listener: socket.socket) -> None:
        peer, _ = listener.accept()
        with suppress(OSError):  # the client does not believe us, or has heard enough
            self._talk(self._wrapped(peer) if self.begins_encrypted else peer)
        peer.close()

    def _wrapped(self, peer: socket.socket) -> socket.socket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context.wrap_socket(peer, server_side=True)

    def _talk(self, peer: socket.socket, *, greeting: bytes = b"220 here\r\n") -> None:
        with peer, peer.makefile("rb") as lines:
            peer.sendall(greeting)
            in_body = False
            for raw in lines:
                line = raw.decode().strip()
                self.heard.append(line)
                self.encrypted.append(isinstance(peer, ssl.SSLSocket))
                in_body = line != "." if in_body else line.upper() == "DATA"
                if line.upper() == "STARTTLS":
                    peer.sendall(b"220 go on\r\n")
                    return self._talk(self._wrapped(peer), greeting=b"")
                if not in_body or line.upper() == "DATA":
                    peer.sendall(self._answer(line))
        return None

    def _answer(self, line: str) -> bytes:
        said = line.upper().split(" ")[0]
        if said == "EHLO":
            *others, last = "here", *self.offers
            return "".join([*(f"250-{name}\r\n" for name in others), f"250 {last}\r\n"]).encode()
        return {"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n", "AUTH": b"235 fine\r\n"}.get(said, FINE)


Makes = Callable[..., MailServer]
Kind = dict[str, Any]
WAYS: dict[str, Kind] = {
    "smtp": {"offers": ("STARTTLS", "AUTH PLAIN")},
    "smtps": {"offers": ("AUTH PLAIN",), "begins_encrypted": True},
}
"""How a mail server may keep what it is told from others, by the address that says so."""


@pytest.fixture
def makes(tmp_path: Path) -> Makes:
    """Make a mail server with a certificate of its own."""
    return lambda **kind: MailServer(own_certificate(tmp_path), **kind)


def mail(server: MailServer, url: str, *, believed: bool = True) -> None:
    trusted = trust(server.certificate if believed else None)
    with server.serving() as port:
        Mail(url.format(port=port), trusted).send(["Connection 1 waits."])


def test_an_e_mail_gets_the_text(makes: Makes) -> None:
    server = makes()

    mail(server, "smtp://localhost:{port}/?to=ops@example.com")

    assert "To: ops@example.com" in server.heard
    assert "Subject: crmhost needs you: Connection 1 waits." in server.heard
    assert "See: crmhost status" in server.heard


def test_an_e_mail_is_in_the_language_of_those_who_are_told(makes: Makes) -> None:
    server = makes()
    said = {"crmhost needs you": "crmhost le necesita", "See: crmhost status": "Vea: crmhost status"}

    with server.serving() as port:
        url = f"smtp://localhost:{port}/?to=ops@example.com"
        Mail(url, trust(None), lambda text: said.get(text, text)).send(["Connection 1 waits."])

    assert "Subject: crmhost le necesita: Connection 1 waits." in server.heard
    assert "Vea: crmhost status" in server.heard


@pytest.mark.parametrize(("scheme", "kind"), WAYS.items())
def test_a_password_is_said_where_nobody_can_read_it(makes: Makes, scheme: str, kind: Kind) -> None:
    server = makes(**kind)

    mail(server, f"{scheme}://ops:s3cret@localhost:{{port}}/?to=ops@example.com")

    assert server.encrypted[server.heard.index(f"AUTH PLAIN {LOGIN}")]
    assert "See: crmhost status" in server.heard


def test_a_password_is_not_said_in_clear(makes: Makes) -> None:
    server = makes(offers=("AUTH PLAIN",))

    with pytest.raises(Undelivered, match="no encryption"):
        mail(server, "smtp://ops:s3cret@localhost:{port}/?to=ops@example.com")

    assert LOGIN not in "".join(server.heard)


@pytest.mark.parametrize(("scheme", "kind"), WAYS.items())
def test_a_certificate_that_nobody_believes_ends_it(makes: Makes, scheme: str, kind: Kind) -> None:
    server = makes(**kind)

    with pytest.raises(Undelivered, match="certificate"):
        mail(server, f"{scheme}://localhost:{{port}}/?to=ops@example.com", believed=False)

    assert not any(line.startswith("MAIL") for line in server.heard)


@pytest.mark.parametrize(("scheme", "kind"), WAYS.items())
def test_nothing_is_said_to_where_no_mail_server_is(
    makes: Makes, monkeypatch: pytest.MonkeyPatch, scheme: str, kind: Kind
) -> None:
    """As a cloud's own address, which stands beside the link-local ones."""
    monkeypatch.setattr("crmhost.peers.METADATA", {ip_address("127.0.0.1")})
    server = makes(**kind)

    with pytest.raises(Undelivered, match="no mail server"):
        mail(server, f"{scheme}://ops:s3cret@localhost:{{port}}/?to=ops@example.com")

    assert server.heard == []


def test_a_mail_server_that_is_away_is_undelivered() -> None:
    with pytest.raises(Undelivered):
        Mail("smtp://127.0.0.1:9/?to=ops@example.com", trust(None)).send(["x"])
