"""Counting: each row of the table is played with generated customers, twice each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmhost.testing import asking
from crmhost_krayin.sandbox import KrayinSandbox

from ..connection import Chatwoot, Connection
from .customers import customers
from .rows import Play, Row

PROFILES = {"2.1": ("2.1", "2.1.1"), "2.2 + 2.1.1": ("2.2", "2.1.1"), "2.2 + 2.2.0": ("2.2", "2.2.0")}
"""The Krayins that are measured, each with its REST package."""
CUSTOMERS = {"2.1": 200, "2.2 + 2.1.1": 40, "2.2 + 2.2.0": 40}
"""How many customers the table is about."""
FEW = 20
"""How many tell as much, most of the time."""
AGAIN = "the same again (any of these, delivered twice)"


@dataclass(frozen=True)
class Measured:
    """The calls of each customer's event, and of the same delivered again."""

    first: tuple[int, ...]
    again: tuple[int, ...]
    shows: bool
    """Whether Krayin then holds what the event was for."""


def measure(row: Row, profile: str, number: int) -> Measured:
    """Play one row in a fresh Krayin of this profile."""
    krayin, rest = PROFILES[profile]
    sandbox = KrayinSandbox(krayin=krayin, rest=rest, rate_limit=1_000_000)
    given = {"api_url": "http://krayin.test", "api_token": sandbox.make_token(), **row.settings}
    chatwoot = Chatwoot()
    first, again = [], []
    with asking(sandbox) as pool:
        connection = Connection(pool, given, chatwoot=chatwoot)
        for customer in customers(number):
            play = Play(connection, chatwoot, customer)
            row.before(play)
            first.append(_count(row, play))
            again.append(_count(row, play))
    return Measured(tuple(first), tuple(again), row.shows(sandbox.state))


def _count(row: Row, play: Play) -> int:
    before = play.krayin.total
    row.event(play)
    return play.krayin.total - before


def table(measured: Iterable[tuple[Row, dict[str, Measured]]]) -> list[str]:
    """Return the table as text, a line a row; a number over what is allowed bears a mark."""
    measured = list(measured)
    lines = [
        _line("what happened", "at most", *PROFILES),
        _line("", "", *("" for _ in PROFILES)).replace(" ", "-"),
    ]
    for row, by_profile in measured:
        most = [max(by_profile[profile].first) for profile in PROFILES]
        lines.append(_line(row.what, row.at_most, *(_marked(found, row.at_most) for found in most)))
    repeated = [max(max(found[profile].again) for _, found in measured) for profile in PROFILES]
    return [*lines, _line(AGAIN, 0, *(_marked(found, 0) for found in repeated))]


def _marked(found: int, at_most: int) -> str:
    return f"{found}" if found <= at_most else f"{found} (!)"


def _line(what: str, *cells: object) -> str:
    return f"| {what:<73} | " + " | ".join(f"{cell!s:<11}" for cell in cells) + " |"
