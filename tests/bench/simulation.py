"""What breaks first far beyond one machine: a day of 10,000 connections and 100 million deliveries.

``python -m tests.bench.simulation`` plays a day in steps of five minutes, and says how busy each part is at
its busiest, which breaks first, and what to turn. What a part can do is measured on one core by
``make bench`` where it says so, and else what its makers say; each can be set: ``--with receiver=4000``.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import click

STEP = 300.0
"""Seconds."""
DAY = 86_400.0
MEANS = 0.25
"""The share of deliveries that mean something and are stored (mixed traffic, see docs/performance.md)."""
CALLS = 1.3
"""Calls to the CRM for each of them."""
PEAK = 2.2
"""How many times the day's mean its busiest hour has: an office's day, most customers in one time zone."""


@dataclass(frozen=True)
class Part:
    """One kind of part: what each does in a second, how many there are, and what to turn when it is full."""

    each: float
    count: int
    turn: str

    @property
    def rate(self) -> float:
        """What all of them do in a second."""
        return self.each * self.count


@dataclass(frozen=True)
class World:
    """The parts of an installation, and what comes to it."""

    parts: Mapping[str, Part]
    connections: int = 10_000
    deliveries: int = 100_000_000
    latency: float = 0.2
    """Seconds that a CRM takes."""
    a_minute: int = 60
    """Calls that a CRM allows in a minute; 0 for any number."""
    limited: float = 0.5
    """The share of CRMs that allow no more."""
    stored_bytes: int = 2_500
    """Of a delivery with its indexes, while its payload is kept."""
    kept_days: int = 30


def usual(receiver: float = 2_000, worker: float = 120, writes: float = 12_000) -> World:
    """Return an installation that bears it, with figures of one core of a small server."""
    parts = {
        "receiver": Part(receiver, 4, "more crmhost serve --no-workers behind the balancer"),
        "worker": Part(worker, 12, "more crmhost worker processes"),
        "threads": Part(1, 12 * 32, "--threads, or more workers: a thread waits for a CRM"),
        "database": Part(writes, 1, "faster disks; deliveries in partitions; a second installation"),
        "redis": Part(60_000, 1, "a Redis of its own for locks and budgets; bells by RabbitMQ"),
        "bells": Part(20_000, 1, "RabbitMQ by CRMHOST_BROKER_URL, which scales by itself"),
    }
    return World(parts)


STATEMENTS = 12
"""Writes in the database for each delivery that is stored, until it has ended (rows, not statements)."""
ROUND_TRIPS = 8
"""Redis' operations for each delivery that is worked: its lane's lock, its budget, its bell."""


@dataclass
class Day:
    """How busy each part was at its busiest (1.0 is all it can), and who waits at the day's end."""

    busiest: dict[str, float] = field(default_factory=dict)
    waiting: float = 0.0
    """Events that wait for their CRM's minute at the end."""
    longest: float = 0.0
    """Seconds that the last event of the busiest connection waited at most."""
    gigabytes: float = 0.0
    """What is stored after ``kept_days``."""

    def first(self) -> str:
        """Return the part that breaks first."""
        return max(self.busiest, key=self.busiest.__getitem__)


def shares(connections: int, seed: int = 731) -> list[float]:
    """Return each connection's share of what comes: a few are large, most are small (Zipf)."""
    dice = random.Random(seed)
    weights = [1 / (place**0.8) for place in range(1, connections + 1)]
    dice.shuffle(weights)
    whole = sum(weights)
    return [one / whole for one in weights]


def arriving(moment: float) -> float:
    """Return how many times the day's mean arrives at this second of the day; its mean is one."""
    wave = math.cos((moment / DAY - 0.58) * 2 * math.pi)
    return max(1 + (PEAK - 1) * wave, 0.05) / _mean()


def _mean() -> float:
    steps = [max(1 + (PEAK - 1) * math.cos((at / 288 - 0.58) * 2 * math.pi), 0.05) for at in range(288)]
    return sum(steps) / len(steps)


def play(world: World) -> Day:
    """Play a day: what comes, what the CRMs allow, what waits for them, and how busy that makes each part."""
    day = Day(dict.fromkeys(world.parts, 0.0))
    each = [share * world.deliveries * MEANS / DAY for share in shares(world.connections)]
    allowed = [_allowed(world, place) for place in range(world.connections)]
    waiting = [0.0] * world.connections
    for number in range(round(DAY / STEP)):
        now = arriving(number * STEP)
        worked = 0.0
        for place, rate in enumerate(each):
            wanted = waiting[place] + rate * now * STEP
            done = min(wanted, allowed[place] * STEP)
            waiting[place] = wanted - done
            worked += done
            day.longest = max(day.longest, waiting[place] / allowed[place])
        _note(day, world, now * world.deliveries / DAY, worked / STEP)
    day.waiting = sum(waiting)
    day.gigabytes = world.deliveries * MEANS * world.stored_bytes * world.kept_days / 1e9
    return day


def _allowed(world: World, place: int) -> float:
    """Return how many events a second this connection's CRM takes."""
    limited = world.a_minute and place / world.connections < world.limited
    return world.a_minute / 60 / CALLS if limited else 50.0


def _note(day: Day, world: World, received: float, worked: float) -> None:
    """Keep how busy each part is where so many are received and worked in a second."""
    stored = received * MEANS
    asked = {
        "receiver": received,
        "worker": worked,
        "threads": worked * CALLS * world.latency,
        "database": (stored + worked) / 2 * STATEMENTS,
        "redis": worked * ROUND_TRIPS,
        "bells": stored,
    }
    for name, part in world.parts.items():
        day.busiest[name] = max(day.busiest[name], asked[name] / part.rate)


def table(world: World, day: Day) -> list[str]:
    """Return what a reader wants to know, a line each."""
    lines = [f"{world.connections:,} connections, {world.deliveries:,} deliveries a day", ""]
    for name in sorted(day.busiest, key=day.busiest.__getitem__, reverse=True):
        part = world.parts[name]
        can = f"{part.count:>4} of {part.each:>7,.0f}/s"
        lines.append(f"{name:<10} {can}  {day.busiest[name]:>5.0%}  {part.turn}")
    return [
        *lines,
        "",
        f"Breaks first: {day.first()}, at {1 / day.busiest[day.first()]:.1f} times this traffic.",
        f"Waiting for a CRM's own limit at the end of the day: {day.waiting:,.0f} events.",
        f"The longest wait for a CRM's own limit: {day.longest / 3600:.1f} hours.",
        f"Stored after {world.kept_days} days: {day.gigabytes:,.0f} GB.",
    ]


def turned(world: World, words: tuple[str, ...]) -> World:
    """Return the world with parts as they are said: ``receiver=4000`` (each) or ``receiver*8`` (how many)."""
    parts = dict(world.parts)
    for word in words:
        name, sign, value = word.partition("=" if "=" in word else "*")
        if name not in parts or not value:
            raise click.UsageError(f"{word} is none of {', '.join(parts)} with = or * and a number.")
        changed = {"each": float(value)} if sign == "=" else {"count": int(value)}
        parts[name] = replace(parts[name], **changed)
    return replace(world, parts=parts)


@click.command()
@click.option("--with", "words", multiple=True, help="A part: receiver=4000 a second each, or receiver*8.")
@click.option("--connections", default=10_000, show_default=True)
@click.option("--deliveries", default=100_000_000, show_default=True, help="In a day.")
def simulation(words: tuple[str, ...], connections: int, deliveries: int) -> None:
    """Play a day far beyond one machine: how busy each part is, and which breaks first."""
    world = turned(replace(usual(), connections=connections, deliveries=deliveries), words)
    click.echo("\n".join(table(world, play(world))))


if __name__ == "__main__":
    simulation()
