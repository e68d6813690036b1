"""Someone who runs crmhost as the README says, and a Chatwoot that posts to it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmhost import Answer, Http, overview, signatures
from crmhost.pool import new_pool
from crmhost.settings import PREFIX, Settings
from crmhost.wiring import open_house

from .processes import Ran, run, running


@dataclass
class User:
    """Someone with a terminal, and a Chatwoot that posts to what the terminal printed."""

    folder: Path
    krayin: str
    serve: str = ""
    path: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    """What is set beside the data folder."""

    def __post_init__(self) -> None:
        self._pool = new_pool()
        self._http = Http(self._pool)

    def leaves(self) -> None:
        self._pool.close()

    def hangs_up(self) -> None:
        """Have the next request go by a new connection, which any process may take."""
        self._pool.close()
        self._pool = new_pool()
        self._http = Http(self._pool)

    def types(self, *words: str, stdin: str = "") -> Ran:
        return run(self.folder, "crmhost", *words, stdin=stdin, **self.variables)

    def token(self) -> str:
        login = {"email": "admin@example.com", "password": "admin123", "device_name": "test"}
        answer = self._http.request(
            "POST", f"{self.krayin}/api/v1/login", body=login, headers={"Accept": "application/json"}
        )
        return str(answer.json()["token"])

    def connects(self, token: str) -> Ran:
        settings = ("--set", f"api_url={self.krayin}", "--set", f"api_token={token}")
        return self.types("connect", "krayin", "--account", "3", *settings, "--json")

    def connected(self) -> None:
        """Connect, and hand on Chatwoot's secret."""
        made = self.connects(self.token()).document
        self.types("secret", str(made["connection"]), stdin="s3cret\n")
        self.path = "/webhooks/" + made["webhook_url"].rsplit("/", 1)[1]

    @contextmanager
    def serving(self, *words: str) -> Iterator[None]:
        """Have crmhost serve while the block lasts."""
        words = ("crmhost", "serve", "--port", "0", *words)
        with running(self.folder, words, r"(http://[\d.]+:\d+)", **self.variables) as self.serve:
            yield

    def posts(self, payload: dict[str, Any], secret: str = "s3cret") -> Answer:
        body = json.dumps(payload).encode()
        stamp = str(int(time.time()))
        headers = {
            signatures.TIMESTAMP: stamp,
            signatures.SIGNATURE: signatures.sign(secret, stamp, body),
            signatures.DELIVERY: str(uuid.uuid4()),
        }
        return self._http.request("POST", self.serve + self.path, content=body, headers=headers)

    def probes(self) -> Answer:
        """Ask whether crmhost is ready, as a load balancer does."""
        return self._http.request("GET", f"{self.serve}/readyz")

    def waits_until(self, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Look at the status until it is as wanted; a lane whose lock outlived its worker takes a minute."""
        until = time.monotonic() + 90
        given: dict[str, Any] = {name[len(PREFIX) :].lower(): of for name, of in self.variables.items()}
        with open_house(Settings(data_dir=self.folder / "data", **given)) as house:
            while not done(overview.status(house)):
                assert time.monotonic() < until, overview.status(house)
                time.sleep(0.05)
        status: dict[str, Any] = self.types("status", "--json").document
        return status


@contextmanager
def someone(folder: Path) -> Iterator[User]:
    """Run a Krayin to play with, and be its user."""
    sandbox = ["crmhost-krayin", "sandbox", "--port", "0"]
    with running(folder, sandbox, r"(http://[\d.]+:\d+)") as krayin:
        somebody = User(folder, krayin)
        yield somebody
        somebody.leaves()


def idle(status: dict[str, dict[str, int]]) -> bool:
    return not status["deliveries"]["pending"] and sum(status["deliveries"].values()) > 0
