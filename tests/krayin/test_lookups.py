"""Krayin's short lists, and which of them the process keeps."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from crmhost import Answer, TryAgain
from crmhost_krayin.clients.lookups import Lookups
from crmhost_krayin.clients.memory import Lists

from .crm import Desk
from .test_transport import Script, transport

USERS = Answer(200, {}, json.dumps({"data": [{"id": 2, "name": "Bo"}, {"id": 1, "name": "Ann"}]}).encode())


@pytest.mark.parametrize("name", ["users", "tags"])
def test_a_list_that_deliveries_need_is_asked_for_once(name: str) -> None:
    """Each delivery has a transport of its own."""
    script = Script(USERS, USERS)

    for _ in range(3):
        rows = getattr(Lookups(transport(script, f"kept|{name}")), name)()

    assert [row["name"] for row in rows] == ["Ann", "Bo"]
    assert script.asked == [f"GET /settings/{name}"]


def test_a_list_that_lacks_what_it_should_have_is_asked_for_again() -> None:
    script = Script(USERS, USERS)
    lookups = Lookups(transport(script))

    lookups.users()
    lookups.drop("users")
    lookups.drop("tags")
    lookups.users()

    assert script.asked == ["GET /settings/users"] * 2


def test_what_setup_looks_at_is_asked_for_each_time(desk: Desk) -> None:
    desk.setup()
    asked = len(desk.sandbox.requests)
    desk.setup()

    again = [request.path.partition("?")[0] for request in desk.sandbox.requests[asked:]]
    assert again.count("/api/v1/settings/pipelines") == 1


def rows_of(*names: str) -> Callable[[], list[dict[str, str]]]:
    return lambda: [{"name": name} for name in names]


def test_a_list_is_kept_for_ten_minutes() -> None:
    now = [0.0]
    lists = Lists(lambda: now[0])

    lists.get("users", rows_of("Ann"))
    now[0] += 599
    still = lists.get("users", rows_of("Bo"))
    now[0] += 1
    then = lists.get("users", rows_of("Bo"))

    assert ([row["name"] for row in still], [row["name"] for row in then]) == (["Ann"], ["Bo"])


def test_a_list_that_could_not_be_had_is_not_kept() -> None:
    lookups = Lookups(transport(Script(TryAgain("Nothing answers."), USERS)))

    with pytest.raises(TryAgain):
        lookups.users()

    assert len(lookups.users()) == 2


def test_who_was_handed_a_list_may_change_it() -> None:
    lookups = Lookups(transport(Script(USERS)))

    lookups.users().clear()

    assert len(lookups.users()) == 2
