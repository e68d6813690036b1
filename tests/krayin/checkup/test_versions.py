"""Which Krayin setup says it is, by how it behaves."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from crmhost_krayin import KrayinSettings

from ..crm import Desk
from .conftest import Fresh

NAMES = {
    "2.1": "Krayin 2.1 with REST package 2.1.1",
    "2.2 with rest-api 2.1.1": "Krayin 2.2 with REST package 2.1.1",
    "2.2 with rest-api 2.2.0": "Krayin 2.2 with REST package 2.2.0",
}


def facts_of(desk: Desk, **settings: Any) -> Any:
    """Return the facts as they are kept with the connection and read again."""
    return KrayinSettings(**{**desk.settings, **desk.setup(**settings).settings}).facts


def said_of(desk: Desk, name: str, **settings: Any) -> str:
    """Return what the report says under this name; "" where it has no such line."""
    return next((line.found for line in desk.setup(**settings).report if line.name == name), "")


class Before:
    """What stands before a Krayin and answers the requests for some paths itself."""

    def __init__(self, krayin: ASGIApp, path: str, answer: ASGIApp) -> None:
        self.krayin, self.path, self.answer = krayin, path, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.answer if scope["path"].startswith(self.path) else self.krayin
        await app(scope, receive, send)


@pytest.mark.parametrize("debug", [False, True], ids=["production", "debug"])
@pytest.mark.parametrize("version", list(NAMES))
def test_each_version_is_told(fresh: Fresh, version: str, debug: bool) -> None:
    assert said_of(fresh.of(version, debug=debug), "Version") == NAMES[version]


@pytest.mark.parametrize(
    ("version", "limit"), [("2.1", 60), ("2.2 with rest-api 2.1.1", None), ("2.2 with rest-api 2.2.0", None)]
)
def test_what_was_told_is_kept(fresh: Fresh, version: str, limit: int | None) -> None:
    facts = facts_of(fresh.of(version))

    assert f"Krayin {facts.krayin} with REST package {facts.rest}" == NAMES[version]
    assert (facts.limit, facts.user_id) == (limit, 1)


def test_a_limit_of_the_owners_own_is_learnt(fresh: Fresh) -> None:
    assert facts_of(fresh(rate_limit=240)).limit == 240


def test_a_krayin_without_a_limit_is_told_how_hard_it_is_asked(fresh: Fresh) -> None:
    desk = fresh(krayin="2.2")

    assert said_of(desk, "Krayin", calls_per_minute=120).endswith(
        "no limit of requests; we keep to 120 a minute"
    )


@pytest.mark.parametrize(
    "hidden", [HTMLResponse("<h1>Forbidden</h1>", 403), HTMLResponse("<h1>404</h1>", 404)]
)
@pytest.mark.parametrize("version", list(NAMES))
def test_where_the_page_is_hidden_the_headers_decide(fresh: Fresh, version: str, hidden: ASGIApp) -> None:
    desk = fresh.of(version)
    desk.stage.app = Before(desk.sandbox, "/up", hidden)

    assert said_of(desk, "Version") == NAMES[version]


def test_where_the_signs_contradict_each_other_the_page_tells_the_version_and_the_headers_the_limit(
    fresh: Fresh,
) -> None:
    """An owner can give Krayin 2.2 a limit, or take 2.1's away."""
    limited = fresh()
    limited.stage.app = Before(limited.sandbox, "/up", HTMLResponse("<h1>Application up</h1>"))
    newer = facts_of(limited)
    older = facts_of(fresh(rate_limit=0))

    assert (newer.krayin, newer.limit) == ("2.2", 60)
    assert (older.krayin, older.limit) == ("2.1", None)


def test_a_package_that_ignores_unknown_filters_is_taken_for_the_older_one(fresh: Fresh) -> None:
    desk = fresh(krayin="2.2")
    desk.stage.app = Ignoring(desk.sandbox)

    assert facts_of(desk).rest == "2.1.1"


class Ignoring:
    """A Krayin whose REST package takes any filter, as a community's does."""

    def __init__(self, krayin: ASGIApp) -> None:
        self.krayin = krayin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ignored = b"crmhost=" in scope["query_string"]
        await (JSONResponse({"data": []}) if ignored else self.krayin)(scope, receive, send)
