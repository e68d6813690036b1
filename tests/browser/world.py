"""A crmhost that has been at work for a while: what the pages show in tests and in the documents."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmhost.admin.passwords import hashed
from crmhost.chatwoot import Access
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.connect import connect
from crmhost.demo import payloads
from crmhost.demo.run import SECRET, Sender, wait_until_idle
from crmhost.demo.scenario import Post
from crmhost.house import House
from crmhost.server import serving
from crmhost.settings import Settings
from crmhost.store import browse, deliveries, hours, users
from crmhost.store.hours import HOUR, Moment
from crmhost.wiring import open_house, redis_running, serving_all, working
from crmhost_krayin.clients.errors import RECORD_FIX
from crmhost_krayin.stand_in import KrayinStandIn

from .desk import agents_desk

PASSWORD = "three plain words"
PEOPLE = (
    ("Ana Souza", "ana.souza@example.com", "+5511955550101", "Padaria Aurora"),
    ("Tomáš Novák", "tomas.novak@example.com", "+420601555102", "Pivovar Vltava"),
    ("Priya Nair", "priya.nair@example.com", "+447700900456", "Globex Ltd"),
    ("João Silva", None, "+5511955550123", None),
    ("Lucía Fernández", "lucia.fernandez@example.com", "+34600555104", "Taller del Sur"),
    ("Jane Doe", "jane.doe@example.com", "+447700900123", "Globex Ltd"),
    ("Kwame Mensah", "kwame.mensah@example.com", "+233205550106", "Accra Prints"),
    ("Ingrid Larsen", "ingrid.larsen@example.com", None, "Fjord & Co"),
    ("Mateus Oliveira", "mateus@example.com", "+5521955550108", "Oficina Mateus"),
    ("Sofia Rossi", "sofia.rossi@example.com", "+390655510109", "Rossi Arredi"),
    (
        "Maria Aparecida dos Santos Albuquerque de Figueiredo",
        "maria.aparecida.dos.santos.albuquerque@construtora-figueiredo.example.com",
        "+5531955550110",
        "Construtora e Incorporadora Albuquerque Figueiredo & Filhos Ltda.",
    ),
)
USERS = (
    ("ana@example.com", "administrator"),
    ("tomas@example.com", "viewer"),
    ("sam@example.com", "agent"),
)
REFUSED = (
    "Krayin does not accept POST /contacts/persons for contact {}: "
    "emails.0.value: The email has already been taken.",
    RECORD_FIX,
)
TOO_LONG = (
    "Krayin does not accept POST /leads for contact {}: "
    "title: The title may not be greater than 255 characters.",
    RECORD_FIX,
)


@dataclass
class World:
    """Where it is, and what is in it."""

    address: str
    house: House
    krayin_url: str
    krayin: KrayinStandIn
    chatwoot_url: str
    chatwoot: ChatwootSandbox
    connection_id: int = 0
    desk_url: str = ""
    """Where an agent sees Chatwoot, with our card in a frame."""

    def link(self) -> str:
        """Return the address of a link for a new administrator."""
        from crmhost.admin.passwords import invite

        return self.address + invite(self.house, None, users.ADMINISTRATOR)


@contextmanager
def empty_world(folder: Path) -> Iterator[World]:
    """Serve a crmhost to which nothing is connected, beside a Krayin to which something can be."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = Settings(data_dir=folder, settle_ms=0, base_url=address, _env_file=None)
    with ExitStack() as stack:
        stack.enter_context(redis_running(settings))
        house = stack.enter_context(open_house(settings))
        krayin = KrayinStandIn(rate_limit=0)
        krayin_url = stack.enter_context(serving(krayin.app))
        chatwoot = ChatwootSandbox()
        stack.callback(chatwoot.close)
        chatwoot_url = stack.enter_context(serving(chatwoot.app))
        stack.enter_context(serving(stack.enter_context(serving_all(house)), port=port))
        stack.enter_context(working(house))
        yield World(address, house, krayin_url, krayin, chatwoot_url, chatwoot)


def free_port() -> int:
    """Return a port that nobody listens on: the house must know its own address before it is served."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def busy_world(folder: Path) -> Iterator[World]:
    """Serve a crmhost that has brought customers to a Krayin, and that failed with some of them."""
    with empty_world(folder) as world, ExitStack() as served:
        house, krayin = world.house, world.krayin
        given = krayin.settings(world.krayin_url)
        given = dict(given) | {"card_creates_leads": True, "card_moves_leads": True, "lead_value": "1250"}
        desk = served.enter_context(serving(agents_desk(f"{world.address}/card/1")))
        # Another name of this machine: to a browser it is another site, whose frames get no cookies of ours.
        world.desk_url = desk.replace("127.0.0.1", "localhost")
        access = Access(world.desk_url)
        made = connect(house, "krayin", 3, given, webhook_secret=SECRET, chatwoot=access)
        world.connection_id = made.connection.id
        with house.store.write() as tx:
            for email, role in USERS:
                users.put(tx, email, role, hashed(PASSWORD), time.time() - 40 * 86_400)
        _live(house, world.address + made.connection.webhook_path)
        _fail(house, world.connection_id)
        _remember(house, world.connection_id)
        yield world


def _live(house: House, url: str) -> None:
    """Have customers come and talk."""
    post = Sender(house, url)
    for number, (_name, _email, _phone, company) in enumerate(PEOPLE):
        person = _person(number, company_name=company) if company else _person(number)
        post(Post("", payloads.contact_created(person)))
        if number % 2 == 0:
            opened = payloads.conversation(
                700 + number, person, 1, said="Hello, do you deliver on Saturdays?"
            )
            post(Post("", payloads.conversation_created(opened)))
    wait_until_idle(house)
    for number, (name, email, phone, _company) in enumerate(PEOPLE):
        if number % 3 == 0 and email:
            person = payloads.contact(5800 + number, f"{name} Jr", email=email, phone_number=phone)
            post(Post("", payloads.contact_updated(person, 200 + number, name=name)))
        if number % 4 == 0:
            named = f"{name} Jr" if number % 3 == 0 and email else name
            person = payloads.contact(5800 + number, named, email=email, phone_number=phone)
            said = payloads.conversation(700 + number, person, 300, status="resolved", said="Thank you!")
            post(Post("", payloads.status_changed(said)))
    wait_until_idle(house)


def _person(number: int, **more: Any) -> payloads.Payload:
    name, email, phone, _company = PEOPLE[number]
    return payloads.contact(5800 + number, name, email=email, phone_number=phone, **more)


def _fail(house: House, connection_id: int) -> None:
    """Let some deliveries be dead, of two causes."""
    with house.store.write() as tx:
        rows = browse.page(tx, browse.Wanted((connection_id,)), 100)
        for row, (reason, fix) in zip(rows, (REFUSED, REFUSED, REFUSED, TOO_LONG), strict=False):
            told = {
                "changes": [],
                "calls": [
                    {"method": "POST", "path": "/api/v1/contacts/persons", "status": 422, "milliseconds": 84}
                ],
            }
            said = reason.format(row.contact_id)
            deliveries.finish(tx, [row.id], "dead", now=time.time(), reason=said, fix=fix, outcome=told)


def _remember(house: House, connection_id: int) -> None:
    """Let there have been a month: busy by day, quiet by night and on Sundays."""
    dice, now = random.Random(4), int(time.time() // HOUR)
    moments: list[Moment] = []
    for hour in range(now - 30 * 24, now):
        busy = max(0, 12 - abs(hour % 24 - 14) * 2) * (0.2 if hour // 24 % 7 == 0 else 1)
        for _ in range(round(busy * dice.uniform(0.5, 1.6))):
            at = hour * HOUR + dice.uniform(0, HOUR - 1)
            moments.append(Moment(connection_id, hours.RECEIVED, at))
            what = dice.choices(
                ("applied", "unchanged", "superseded", "ignored", "dead"), (60, 22, 12, 5, 1)
            )[0]
            calls = dice.choice((1, 2, 2, 3)) if what == "applied" else 0
            moments.append(Moment(connection_id, what, at, calls, dice.expovariate(1 / 1.4)))
    with house.store.write() as tx:
        hours.note(tx, moments)
