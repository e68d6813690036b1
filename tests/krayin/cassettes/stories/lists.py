"""Krayin's lists, and what tells one Krayin from another."""

from __future__ import annotations

from crmhost_krayin.clients.lookups import Lookups
from crmhost_krayin.clients.transport import Transport

from ..story import Known, story
from ..tapes import Row


@story("Lookups.whoami", 622)
def _(krayin: Transport, _known: Known) -> None:
    answer = Lookups(krayin).whoami()

    assert answer.status == 200
    assert answer.json()["data"]["view_permission"] == "global"


@story("Lookups.wait", 622)
def _(krayin: Transport, _known: Known) -> None:
    lookups = Lookups(krayin)
    lookups.whoami()

    assert lookups.wait() is None


@story("Lookups.pipelines", 222)
def _(krayin: Transport, _known: Known) -> None:
    pipelines = Lookups(krayin).pipelines()

    codes = [stage["code"] for row in pipelines if row["is_default"] for stage in row["stages"]]
    assert {"new", "won", "lost"} <= set(codes)


@story("Lookups.sources", 226)
def _(krayin: Transport, _known: Known) -> None:
    assert_sorted(Lookups(krayin).sources())


@story("Lookups.types", 227)
def _(krayin: Transport, _known: Known) -> None:
    assert_sorted(Lookups(krayin).types())


@story("Lookups.users", 228)
def _(krayin: Transport, _known: Known) -> None:
    users = Lookups(krayin).users()

    assert_sorted(users)
    assert all("@" in user["email"] for user in users)


def assert_sorted(rows: list[Row]) -> None:
    """See that there are rows with names, by id."""
    assert rows
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert all(row["name"] for row in rows)
