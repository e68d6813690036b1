"""Where the commands of the pages are typed: a folder with a connection to a Krayin and a Chatwoot."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from crmhost.admin.passwords import hashed
from crmhost.chatwoot import Access
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.connect import connect
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.server import serving
from crmhost.settings import Settings
from crmhost.store import deliveries, users
from crmhost.testing.bench import Bench
from crmhost.wiring import open_house, serving_all, working
from crmhost_krayin.stand_in import KrayinStandIn

SCRIPTS = Path(sys.executable).parent
PATIENCE = 90.0
"""Seconds that a block of commands may take."""
NUMBERS = {"42", "43", "4711"}
"""Deliveries of the pages, which are dead."""
IDS = "contact_id,kind,remote_id\n5822,person,1\n"


@dataclass(frozen=True)
class World:
    """A folder to type in, the variables of its settings, and what stands here for the names of the pages."""

    folder: Path
    variables: Mapping[str, str]
    instead: Mapping[str, str]

    def types(self, lines: str) -> subprocess.CompletedProcess[str]:
        """Type the lines into a shell, which stops at the first that fails."""
        for there, here in self.instead.items():
            lines = re.sub(rf"(?<![\w.]){re.escape(there)}(?![\w.])", here, lines)
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", lines],
            cwd=self.folder,
            env={**os.environ, **self.variables},
            input="the-secret-that-Chatwoot-shows\n",
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


@contextmanager
def command_world(folder: Path, redis_url: str) -> Iterator[World]:
    """Have a house at work, with a customer in it whose conversation went on, and two failures."""
    krayin, chatwoot = KrayinStandIn(rate_limit=0), ChatwootSandbox()
    with ExitStack() as stack:
        stack.callback(chatwoot.close)
        krayin_url = stack.enter_context(serving(krayin.app))
        chatwoot_url = stack.enter_context(serving(chatwoot.app))
        settings = Settings(
            data_dir=folder / "data", redis_url=redis_url, settle_ms=0, base_url="http://localhost:8000"
        )
        house = stack.enter_context(open_house(settings))
        given, token = krayin.settings(krayin_url), chatwoot.make_token()
        _write(folder, {"token.txt": given["api_token"], "chatwoot.txt": token, "ids.csv": IDS})
        dead = _lived(house, chatwoot, given, Access(chatwoot_url, token))
        stack.enter_context(serving(stack.enter_context(serving_all(house))))
        stack.enter_context(working(house))
        yield World(
            folder,
            {
                "PATH": f"{SCRIPTS}:{os.environ['PATH']}",
                "HOME": str(folder),
                "CRMHOST_DATA_DIR": str(settings.data_dir),
                "CRMHOST_REDIS_URL": redis_url,
                "CRMHOST_BASE_URL": settings.base_url,
                "COLUMNS": "200",
            },
            {
                "https://crm.example.com": krayin_url,
                "https://chat.example.com": chatwoot_url,
                "/var/backups": str(folder),
                **dict(zip(sorted(NUMBERS), map(str, (*dead, dead[0])), strict=True)),
            },
        )


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)


def _lived(house: House, chatwoot: ChatwootSandbox, given: Mapping[str, object], access: Access) -> list[int]:
    """Connect, bring a customer and a conversation, fail with two others; return the ids of the failures."""
    contacts = [
        chatwoot.contacts.create(name=name, email=f"{name.lower()}@example.com", phone_number=phone)
        for name, phone in (("Jane", "+447700900123"), ("Priya", "+447700900456"))
    ]
    chatwoot.conversations.open(contacts[0].id, "Do you ship to Prague?")
    chatwoot.state.events.clear()
    bench = Bench(house, connect(house, "krayin", 3, given, chatwoot=access).connection)
    jane = payloads.contact(contacts[0].id, "Jane", email="jane@example.com", phone_number="+447700900123")
    for event in (
        payloads.contact_created(jane),
        payloads.conversation_created(payloads.conversation(731, jane, 1, said="Do you ship to Prague?")),
    ):
        bench.receive(event)
        bench.work(jane["id"])
    for number in (6001, 6002):
        bench.receive(
            payloads.contact_created(payloads.contact(number, "Nobody", email=f"{number}@example.com"))
        )
    bench.close()
    ids = [row["id"] for row in bench.deliveries()][-2:]
    reason = "Krayin does not accept POST /leads: emails.0.value: The email has already been taken."
    with house.store.write() as tx:
        deliveries.finish(
            tx, ids, "dead", now=time.time(), reason=reason, fix="", outcome={"changes": [], "calls": []}
        )
        users.put(tx, "ana@example.com", users.VIEWER, hashed("three plain words"), time.time())
        users.put(tx, "bo@example.com", users.ADMINISTRATOR, hashed("three plain words"), time.time())
    return ids
