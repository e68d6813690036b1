"""One trial: a fresh stand-in behind the gate, connected to a house, and customers who write to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from ..connect import change, connect, disconnect
from ..demo import payloads
from ..plugins import Plugins
from ..settings import Settings
from ..store import clock, connections, lanes, tables
from ..turns import Turns
from ..wiring import open_house, redis_running
from .bench import Bench
from .crm import Person
from .people import talk
from .played import ACCOUNT
from .rules import broken, promise

if TYPE_CHECKING:
    from ..demo.payloads import Payload
    from ..house import House
    from ..plugins import Plugin
    from .capabilities import Capabilities
    from .gate import Gate

TIMES = tuple(
    (table, table.c.id if table is tables.connections else table.c.connection_id, column)
    for table, column in (
        (tables.lanes, tables.lanes.c.due_at),
        (tables.intents, tables.intents.c.since),
        (tables.identities, tables.identities.c.until),
        (tables.deliveries, tables.deliveries.c.attempted_at),
        (tables.connections, tables.connections.c.paused_until),
        (tables.connections, tables.connections.c.away_since),
        (tables.tokens, tables.tokens.c.good_until),
    )
)
"""What the host compares with the time: its table, the column of its connection, the time itself."""
ROUNDS = 12
"""How often a delivery is tried before a trial has had enough."""
HERE = "http://localhost:8000"
ENDED = {"applied", "unchanged", "superseded"}


class Trial:
    """What a rule tries: webhooks are brought, lanes worked, time moved on; then the CRM is looked into."""

    def __init__(self, contract: Capabilities, plugin: Plugin, house: House, gate: Gate, url: str) -> None:
        self.contract = contract
        self.house = house
        self.gate = gate
        self.url = url
        self.crm = contract.make_crm()
        gate.app = self.crm.app
        gate.set()
        house.plugins.found = {plugin.name: plugin}
        house.redis.flushdb()
        made = connect(house, plugin.name, ACCOUNT, self.crm.settings(url), webhook_secret="s")  # noqa: S106
        self.report = made.report
        self.bench = Bench(house, made.connection)
        gate.set()

    def close(self) -> None:
        """Leave nothing of the trial in the house."""
        self.bench.close()
        disconnect(self.house, self.bench.connection.id)

    # What happens

    def bring(self, event: Payload) -> None:
        """Receive a webhook, and work its lane once."""
        self.bench.receive(event)
        self.bench.work(_contact(event))

    def created(self, person: Payload) -> None:
        """Have Chatwoot say that the contact was created."""
        self.bring(payloads.contact_created(person))

    def updated(self, person: Payload, after: float = 60, **before: Any) -> None:
        """Have Chatwoot say that the contact was changed; ``before`` says from what."""
        self.bring(payloads.contact_updated(person, after, **before))

    def play(self, person: Payload) -> None:
        """Play a customer's whole story to its end."""
        for event in events_of(person):
            self.bring(event)
            self.settle(person)

    def settle(self, person: Payload) -> None:
        """Work the customer's lane until nothing waits there; time passes as fast as it is needed."""
        for _ in range(ROUNDS):
            self.bench.work(person["id"])
            wait = self.waits(person)
            if wait is None:
                return
            self.later(wait + 0.01)
        last = self.bench.last()
        broken(f"After {ROUNDS} attempts a delivery still waits: {last['reason']}")

    def waits(self, person: Payload) -> float | None:
        """Return for how many seconds the customer's lane waits, or all of them; None where all is done."""
        mine = self.bench.connection.id
        with self.house.store.read() as tx:
            due_at, now = lanes.due_at(tx, self.bench.lane(person["id"])), clock.now(tx)
            closed_until = connections.get(tx, self.house.vault, mine).paused_until or now
        if due_at is None:
            return None
        return max(due_at - now, closed_until - now, self.bench.turns.rests(mine, background=False), 0.0)

    def later(self, seconds: float) -> None:
        """Let time pass, for the host and for the plugin; nothing sleeps."""
        mine = self.bench.connection.id
        with self.house.store.write() as tx:
            for table, key, column in TIMES:
                tx.execute(update(table).where(key == mine).values({column: column - seconds}))
        self.bench.start_over()
        self.contract.time_passes(seconds)

    def renew_secrets(self) -> None:
        """Give the connection new secrets, as a person would."""
        change(self.house, self.bench.connection.id, self.crm.settings(self.url))

    @contextmanager
    def secrets_revoked(self) -> Iterator[None]:
        """Have the CRM refuse us while the block lasts."""
        self.crm.revoke()
        yield
        self.renew_secrets()

    def overtake(self, person: Payload) -> None:
        """Let the lane's lock run out, and another worker work it."""
        self.bench.free(person["id"])
        self.bench.worker(Turns(self.house.store, 1)).work(self.bench.lane(person["id"]))

    # What came of it

    def persons_of(self, person: Payload) -> list[Person]:
        """Return the persons in the CRM who have the customer's e-mail, or the phone where there is none."""
        email, phone = person["email"], person["phone_number"]
        if email:
            return [one for one in self.crm.persons() if one.has_email(email)]
        return [one for one in self.crm.persons() if one.has_phone(phone)]

    def ended_well(self, when: str) -> None:
        """See that each delivery ended as it should."""
        for row in self.bench.deliveries():
            why = f"{row['event']} ended {row['state']}: {row['reason'] or 'no reason'}"
            promise(row["state"] in ENDED, f"{when}: {why}")

    def is_one_person(self, person: Payload, when: str) -> None:
        """See that the customer is one person, and who it should be."""
        self.ended_well(when)
        found = self.persons_of(person)
        who = person["email"] or person["phone_number"]
        promise(len(found) == 1, f"{when}: {len(found)} persons in the CRM have {who}, instead of one.")

    def is_noted(self, person: Payload, when: str, *, exactly: bool) -> None:
        """See that the conversation is in the customer's timeline: exactly once, or at least."""
        wanted = self.contract.activities_per_conversation
        found = self.crm.activities()
        theirs = {one.id for one in self.persons_of(person)}
        astray = [one.id for one in found if one.person not in theirs]
        promise(not astray, f"{when}: activity {', '.join(astray)} is in nobody's timeline.")
        right = len(found) == wanted if exactly else len(found) >= wanted
        promise(
            right, f"{when}: the conversation is {len(found)} activities in the CRM, instead of {wanted}."
        )


@contextmanager
def open_empty_house(folder: Path) -> Iterator[House]:
    """Open a house of the contract's own, with a Valkey of its own, whatever this machine's settings say."""
    settings = Settings(
        data_dir=folder, database_url=None, redis_url=None, secret_key=None, settle_ms=0, base_url=HERE
    )
    with redis_running(settings), open_house(settings, Plugins({})) as house:
        yield house


def events_of(person: Payload) -> list[Payload]:
    """Return the webhooks of a customer who asks something and is answered."""
    return [
        payloads.contact_created(person),
        payloads.conversation_created(talk(person)),
        payloads.status_changed(talk(person, resolved=True)),
    ]


def _contact(event: Payload) -> int:
    sender: Payload = event["meta"]["sender"] if "meta" in event else event
    number: int = sender["id"]
    return number
