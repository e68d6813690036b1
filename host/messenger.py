"""Carrying a message to operators: by e-mail, or to a webhook such as a chat's."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from .errors import CRMHostError, SettingsError
from .http import Http
from .peers import check_address
from .pool import trust

if TYPE_CHECKING:
    import ssl
    from pathlib import Path
    from socket import socket

    from .pool import Pool

PATIENCE = 15.0
"""Seconds that a mail server may take for each step."""
SUBJECT = "crmhost needs you"
MORE = "See: crmhost status"
FIX = "Look at CRMHOST_NOTIFY; it is told again later."


Say = Callable[[str], str]
"""Puts a sentence into the language of those who are told."""


class Undelivered(CRMHostError):
    """The message did not get there."""

    kind = "undelivered"


class Messenger(Protocol):
    """Delivers messages."""

    def send(self, lines: Sequence[str]) -> None:
        """Deliver one message of these lines, or raise Undelivered."""


@dataclass(frozen=True)
class Mail:
    """An SMTP server: ``smtp://user:password@host:587/?to=ops@example.com&from=…``.

    ``smtp`` is encrypted by STARTTLS where the server offers it, ``smtps`` from the start. The
    server's certificate is verified, and a password is not said where nothing is encrypted.
    """

    url: str
    trusted: ssl.SSLContext
    say: Say = str

    def send(self, lines: Sequence[str]) -> None:
        """Deliver one e-mail."""
        parts = urlsplit(self.url)
        message = self._message(lines)
        try:
            with self._connected(parts) as server:
                server.ehlo()
                encrypted = parts.scheme == "smtps"
                if not encrypted and server.has_extn("starttls"):
                    server.starttls(context=self.trusted)
                    encrypted = True
                if parts.username and not encrypted:
                    fix = "Use smtps://, or a server with STARTTLS."
                    raise Undelivered(
                        f"{parts.hostname} offers no encryption: no password is said there", fix=fix
                    )
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(f"{parts.hostname}: {error}", fix=FIX) from error

    def _connected(self, parts: SplitResult) -> smtplib.SMTP:
        """Return a connection to a server to which nothing of ours has been said."""
        host = parts.hostname or ""
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=self.trusted)
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=PATIENCE)
        try:
            # A name may stand for whatever it likes; operators' own mail server may well be a neighbour.
            check_address(cast("socket", server.sock).getpeername()[0], private=True)
        except SettingsError as error:
            server.close()
            raise Undelivered(f"{host} stands for an address where no mail server is", fix=FIX) from error
        return server

    def _message(self, lines: Sequence[str]) -> EmailMessage:
        query = parse_qs(urlsplit(self.url).query)
        message = EmailMessage()
        said, subject = [self.say(line) for line in lines], self.say(SUBJECT)
        message["Subject"] = subject if len(said) != 1 else f"{subject}: {said[0]}"[:200]
        message["To"] = query["to"][0]
        message["From"] = query.get("from", query["to"])[0]
        message.set_content("\n\n".join((*said, self.say(MORE))))
        return message


@dataclass(frozen=True)
class Webhook:
    """An address that takes ``{"text": …}`` by POST, as Slack's and Mattermost's do."""

    url: str
    pool: Pool
    say: Say = str

    def send(self, lines: Sequence[str]) -> None:
        """Deliver one message."""
        said = [self.say(line) for line in lines]
        text = "\n".join((f"{self.say(SUBJECT)}:", *said))
        try:
            answer = Http(self.pool).request("POST", self.url, body={"text": text, "lines": said})
        except CRMHostError as error:
            raise Undelivered(f"{urlsplit(self.url).hostname} cannot be reached", fix=FIX) from error
        if answer.status >= 300:
            raise Undelivered(f"{urlsplit(self.url).hostname} answered {answer.status}", fix=FIX)


def messenger(url: str, pool: Pool, ca_file: Path | None = None, say: Say = str) -> Messenger:
    """Return who carries messages to this address; ``ca_file`` as for CRMs, ``say`` in whose language."""
    if urlsplit(url).scheme in {"smtp", "smtps"}:
        return Mail(url, trust(ca_file), say)
    return Webhook(url, pool, say)


def checked(url: str) -> str:
    """Return an address that messages can be carried to, or refuse it."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps", "http", "https"} or not parts.hostname:
        raise ValueError("it starts with smtp://, smtps://, https:// or http:// and names a host")
    if parts.scheme.startswith("smtp") and "@" not in parse_qs(parts.query).get("to", [""])[0]:
        raise ValueError("an SMTP address says to whom: smtp://host:587/?to=ops@example.com")
    _ = parts.port  # raises where it is none
    return url
