"""Bringing the past as a user does it: real processes, killed in the middle, with life going on beside it."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crmhost import Http, overview
from crmhost.pool import new_pool
from crmhost.store import backfills
from crmhost.store.engine import open_store

from .processes import SCRIPTS, run, running

PAST = 90
READY = r"(http://[\d.]+:\d+)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Office:
    """A Chatwoot with a past, a Krayin that allows few calls, and crmhost between them."""

    folder: Path
    krayin: str
    chatwoot: str
    token: str
    port: int

    def __post_init__(self) -> None:
        self._pool = new_pool()
        self._http = Http(self._pool)
        self._begun: list[subprocess.Popen[bytes]] = []
        self.variables = {"CRMHOST_BASE_URL": f"http://127.0.0.1:{self.port}"}

    def leave(self) -> None:
        for process in self._begun:
            process.kill()
            process.wait()
        self._pool.close()

    def serve(self) -> Any:
        return running(self.folder, ["crmhost", "serve", "--port", str(self.port)], READY, **self.variables)

    def types(self, *words: str) -> Any:
        return run(self.folder, "crmhost", *words, "--json", **self.variables).document

    def begins(self, *words: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "CRMHOST_DATA_DIR": str(self.folder / "data"), **self.variables}
        quiet = subprocess.DEVNULL
        words = str(SCRIPTS / "crmhost"), *words
        self._begun.append(subprocess.Popen(words, env=environment, stdout=quiet, stderr=quiet))
        return self._begun[-1]

    def backfill(self) -> Any:
        """Return how far it is, read where it is kept: commands may start too slowly to see it."""
        store = open_store(f"sqlite:///{self.folder / 'data' / 'crmhost.sqlite3'}")
        with store.read() as tx:
            newest = backfills.newest(tx).get(1)
            state = None if newest is None else overview.backfill(tx, newest)
        store.close()
        return state

    def asks(self, method: str, url: str, header: str, value: str, body: Any = None) -> Any:
        headers = {header: value, "Accept": "application/json"}
        return self._http.request(method, url, headers=headers, body=body).json()

    def writes(self, name: str) -> None:
        """Let a new customer come to Chatwoot."""
        url = f"{self.chatwoot}/api/v1/accounts/3/contacts"
        body = {"name": name, "email": f"{name.lower()}@example.com"}
        self.asks("POST", url, "api-access-token", self.token, body)

    def krayin_token(self) -> str:
        login = {"email": "admin@example.com", "password": "admin123", "device_name": "test"}
        said = self._http.request("POST", f"{self.krayin}/api/v1/login", body=login).json()
        return str(said["token"])

    def persons(self, token: str) -> list[str]:
        """Return the names of the CRM's persons, in the order in which they were made."""
        url = f"{self.krayin}/api/v1/contacts/persons?limit=1000"
        rows = self.asks("GET", url, "Authorization", f"Bearer {token}")["data"]
        return [row["name"] for row in sorted(rows, key=lambda row: row["id"])]


def waits_until(done: Callable[[], Any], seconds: float = 180) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := done():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come to that")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    krayin = ["crmhost-krayin", "sandbox", "--port", "0", "--rate-limit", "600"]
    chatwoot = ["crmhost", "chatwoot-sandbox", "--port", "0", "--contacts", str(PAST)]
    with (
        running(tmp_path, krayin, READY) as crm,
        running(tmp_path, chatwoot, r"(http://.*)") as told,
    ):
        address, token = re.search(READY, told), told.split()[-1]
        assert address
        made = Office(tmp_path, crm, address[1], token, free_port())
        yield made
        made.leave()


@pytest.mark.slow
def test_a_killed_backfill_goes_on_at_its_page_and_life_goes_on_beside_it(office: Office) -> None:
    token = office.krayin_token()
    settings = ["--set", f"api_url={office.krayin}", "--set", f"api_token={token}"]
    reach = ["--chatwoot-url", office.chatwoot, "--chatwoot-token", office.token]
    assert office.types("connect", "krayin", "--account", "3", *settings, *reach)["connection"] == 1
    estimate = office.types("backfill", "1", "--dry-run")
    assert (estimate["contacts"], estimate["conversations"]) == (PAST, PAST)

    serving, watching = office.begins("serve", "--port", str(office.port)), office.begins("backfill", "1")
    first = waits_until(lambda: one if (one := office.backfill()) and one["contacts_read"] >= 30 else None)
    for process in (watching, serving):
        process.send_signal(signal.SIGKILL)
        process.wait()
    killed = office.backfill()
    with office.serve():
        watching = office.begins("backfill", "1")
        office.writes("Newcomer")
        waits_until(lambda: "Newcomer" in office.persons(token))
        beside = office.backfill()
        # Typed once more when this one has ended it would be another one, which finds nothing to do.
        done = waits_until(lambda: one if (one := office.backfill())["state"] == "done" else None)
        assert watching.wait(60) == 0
        persons = office.persons(token)

    assert killed["id"] == done["id"] == 1, "it went on, and did not begin anew"
    assert 30 <= first["contacts_read"] <= killed["contacts_read"] <= beside["contacts_read"]
    assert persons[-1] != "Newcomer", "what is live does not wait for the past"
    assert done["in_line"] == 0
    # The newcomer is read too where the list of contacts had not come to its end by then.
    assert PAST <= done["contacts_read"] <= PAST + 1
    assert done["lined_up"] - 2 * PAST in {0, 1}, (
        "each once; the newcomer may have been read before it was known"
    )
    assert len(persons) == PAST + 1, "each customer once"
    assert office.types("status")["deliveries"]["dead"] == 0
