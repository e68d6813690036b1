"""Krayin's lists, and what tells one Krayin from another."""

from __future__ import annotations

from crmhost_krayin.clients.attributes import Attributes
from crmhost_krayin.clients.lookups import Lookups
from crmhost_krayin.clients.tags import Tags
from crmhost_krayin.clients.transport import Transport
from crmhost_krayin.clients.versions import Versions

from ...live.server import ATTRIBUTE, MARK
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


@story("Lookups.attributes", 234)
def _(krayin: Transport, _known: Known) -> None:
    lookups = Lookups(krayin)
    lookups.drop("attributes")

    attributes = lookups.attributes()

    assert_sorted(attributes)
    assert {"persons", "leads"} <= {row["entity_type"] for row in attributes}


@story("Lookups.users", 228)
def _(krayin: Transport, _known: Known) -> None:
    lookups = Lookups(krayin)
    lookups.drop("users")

    users = lookups.users()

    assert_sorted(users)
    assert all("@" in user["email"] for user in users)


@story("Lookups.tags", 454)
def _(krayin: Transport, _known: Known) -> None:
    lookups = Lookups(krayin)
    lookups.drop("tags")

    assert_sorted(lookups.tags())


@story("Lookups.drop", 228, 228)
def _(krayin: Transport, _known: Known) -> None:
    lookups = Lookups(krayin)
    lookups.drop("users")
    users = lookups.users()
    lookups.drop("users")

    assert lookups.users() == users


@story("Attributes.all", 234)
def _(krayin: Transport, _known: Known) -> None:
    attributes = Attributes(krayin).all()

    kinds = {(row["entity_type"], row["code"]): row["type"] for row in attributes}
    assert (kinds["persons", "emails"], kinds["leads", "title"]) == ("email", "text")


@story("Attributes.create", 623)
def _(krayin: Transport, _known: Known) -> None:
    text = {"code": ATTRIBUTE, "name": "crmhost test", "type": "text", "entity_type": "persons"}

    made = Attributes(krayin).create({**text, "is_unique": 1, "is_user_defined": 1})

    assert made["id"]
    assert (made["type"], made["entity_type"], made["is_unique"]) == ("text", "persons", 1)


@story("Tags.create", 450)
def _(krayin: Transport, _known: Known) -> None:
    made = Tags(krayin).create(f"{MARK} new", "#337CFF")

    assert made["id"]
    assert made["color"] == "#337CFF"


@story("Tags.attach", 456)
def _(krayin: Transport, known: Known) -> None:
    Tags(krayin).attach("persons", known["persons"]["id"], known["tags"]["id"])


@story("Tags.detach", 464)
def _(krayin: Transport, known: Known) -> None:
    Tags(krayin).detach("persons", known["persons"]["id"], known["tags"]["id"])


@story("Tags.has", 463)
def _(krayin: Transport, known: Known) -> None:
    assert Tags(krayin).has("leads", known["leads"]["id"], f"{MARK} example")


@story("Versions.has_up_page", "2.1.6/a-002-up")
def _(krayin: Transport, _known: Known) -> None:
    assert Versions(krayin).has_up_page() in (True, False)


@story("Versions.checks_filters", 101, asked_of="/api/v1/settings/types")
def _(krayin: Transport, _known: Known) -> None:
    assert Versions(krayin).checks_filters() in (True, False)


def assert_sorted(rows: list[Row]) -> None:
    """See that there are rows with names, by id."""
    assert rows
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert all(row["name"] for row in rows)
