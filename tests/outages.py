"""What goes away in tests: a real server behind a forwarder, a Valkey that is stopped, a full disk."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import event

from crmhost.store import Store


class Forwarder:
    """Passes connections on to a server, until it is told to refuse them, or to say nothing any more."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._mute = threading.Event()
        self._ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def refuse(self) -> None:
        """Cut every connection, and take no more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # or whoever waits for a connection gets one more
        self._listener.close()
        self._cut()

    def take_again(self) -> None:
        """Take connections again, at the same port."""
        self._mute.clear()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def say_nothing(self) -> None:
        """Keep every connection, take more, and pass nothing on."""
        self._mute.set()

    def close(self) -> None:
        """End for good."""
        self._ended.set()
        self.refuse()

    def _accept(self) -> None:
        listener = self._listener
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._to)
            self._pairs.append((client, server))
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as both, suppress(OSError, ValueError, KeyError):
            both.register(client, selectors.EVENT_READ, server)
            both.register(server, selectors.EVENT_READ, client)
            while not self._ended.is_set():
                for key, _ in both.select(0.2):
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if self._mute.is_set():
                        self._ended.wait(60)
                        return
                    if not data:
                        return
                    key.data.sendall(data)

    def _cut(self) -> None:
        for pair in self._pairs:
            for one in pair:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
        self._pairs.clear()


@contextmanager
def forwarding(host: str, port: int) -> Iterator[Forwarder]:
    """Forward to a server while the block lasts."""
    forwarder = Forwarder(host, port)
    try:
        yield forwarder
    finally:
        forwarder.close()


def forbid_writing(store: Store, *, forbidden: bool = True) -> None:
    """Have SQLite refuse each write, as on a disk that is full or read-only; or allow it again."""

    @event.listens_for(store.engine, "checkout")
    def _lent(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA query_only={int(forbidden)}")

    assert store._writers, "a server has none"
    store._writers._let_go()  # the connection that is kept from one write to the next
