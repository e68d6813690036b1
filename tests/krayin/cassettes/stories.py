"""A story for each method of each client: what is asked, what must be understood of the answer.

A story is told to a real Krayin when it is recorded, so it asks for records that are made for it
(``known``), makes only what bears the mark, and leaves everything as it was.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from crmhost_krayin import clients
from crmhost_krayin.clients.activities import Activities
from crmhost_krayin.clients.leads import Leads
from crmhost_krayin.clients.lookups import Lookups
from crmhost_krayin.clients.organizations import Organizations
from crmhost_krayin.clients.persons import Persons
from crmhost_krayin.clients.transport import Transport

from ..live.server import EMAILS, MARK
from .tapes import Row

Known = Mapping[str, Row]
"""By kind, a record that Krayin has: persons, leads, organizations, activities, tags, attributes."""


@dataclass(frozen=True)
class Story:
    """What is asked, and the recordings of 2.1.0 in which a real Krayin was asked the same."""

    tell: Callable[[Transport, Known], None]
    recordings: tuple[int, ...]


STORIES: dict[str, Story] = {}


def story(method: str, *recordings: int) -> Callable[[Callable[[Transport, Known], None]], None]:
    """Keep the function as the story of a method such as ``Persons.get``."""

    def keep(tell: Callable[[Transport, Known], None]) -> None:
        STORIES[method] = Story(tell, recordings)

    return keep


def methods() -> Iterator[str]:
    """Yield the public methods of all that asks Krayin over a transport."""
    for module in pkgutil.iter_modules(clients.__path__, f"{clients.__name__}."):
        for name, found in inspect.getmembers(import_module(module.name), inspect.isclass):
            if found.__module__ == module.name and "transport" in inspect.signature(found).parameters:
                yield from (f"{name}.{method}" for method in vars(found) if not method.startswith("_"))


def _work(value: str) -> list[dict[str, str]]:
    return [{"value": value, "label": "work"}]


def _person(name: str, number: int) -> Row:
    email, phone = f"{name.lower()}@{EMAILS}", f"+44770090{number:04}"
    return {"name": f"{MARK} {name}", "emails": _work(email), "contact_numbers": _work(phone)}


def _values(rows: Any) -> list[str]:
    return [row["value"] for row in rows]


# Persons


@story("Persons.get", 98)
def _(krayin: Transport, known: Known) -> None:
    person = known["persons"]

    found = Persons(krayin).get(person["id"])

    assert found
    assert (found["id"], found["name"]) == (person["id"], person["name"])
    assert _values(found["emails"]) == _values(person["emails"])


@story("Persons.search", 627)
def _(krayin: Transport, known: Known) -> None:
    person = known["persons"]
    (email,), (phone,) = _values(person["emails"]), _values(person["contact_numbers"])

    rows = Persons(krayin).search(email=email, digits=phone.strip("+").replace(" ", ""))

    assert [row["name"] for row in rows if row["id"] == person["id"]] == [person["name"]]


@story("Persons.create", 626)
def _(krayin: Transport, _known: Known) -> None:
    made = Persons(krayin).create(_person("Newcomer", 101))

    assert made["id"]
    assert len(made["emails"]) == len(made["contact_numbers"]) == 1


@story("Persons.update", 642)
def _(krayin: Transport, known: Known) -> None:
    person = known["persons"]
    kept = {key: person[key] for key in ("name", "emails", "contact_numbers")}

    updated = Persons(krayin).update(person["id"], {**kept, "job_title": "CEO"})

    assert (updated["id"], updated["name"]) == (person["id"], person["name"])
    assert updated["job_title"]


# Organizations


@story("Organizations.get", 203)
def _(krayin: Transport, known: Known) -> None:
    organization = known["organizations"]

    found = Organizations(krayin).get(organization["id"])

    assert found
    assert found["name"] == organization["name"]
    assert set(found["address"]) == {"address", "city", "country", "postcode", "state"}


@story("Organizations.named", 203)
def _(krayin: Transport, known: Known) -> None:
    organization = known["organizations"]

    found = Organizations(krayin).named(organization["name"].upper())

    assert found
    assert found["id"] == organization["id"]


@story("Organizations.create", 193)
def _(krayin: Transport, _known: Known) -> None:
    address = {
        "address": "Main Street 1",
        "city": "Praha",
        "country": "CZ",
        "postcode": "11000",
        "state": "PR",
    }

    made = Organizations(krayin).create({"name": f"{MARK} Newcomers Ltd", "address": address})

    assert made["id"]
    assert set(made["address"]) == set(address)


@story("Organizations.update", 210)
def _(krayin: Transport, known: Known) -> None:
    organization = known["organizations"]

    updated = Organizations(krayin).update(organization["id"], {"name": organization["name"]})

    assert (updated["id"], updated["name"]) == (organization["id"], organization["name"])


# Leads


@story("Leads.get", 632)
def _(krayin: Transport, known: Known) -> None:
    lead = known["leads"]

    found = Leads(krayin).get(lead["id"])

    assert found
    assert found["title"] == lead["title"]
    assert {"lead_pipeline_id", "lead_pipeline_stage_id", "closed_at", "person"} <= set(found)


@story("Leads.of_person", 632)
def _(krayin: Transport, known: Known) -> None:
    lead = known["leads"]

    rows = Leads(krayin).of_person(lead["person"]["id"])

    assert [row["title"] for row in rows if row["id"] == lead["id"]] == [lead["title"]]


@story("Leads.titled", 358)
def _(krayin: Transport, known: Known) -> None:
    lead = known["leads"]

    rows = Leads(krayin).titled(lead["title"])

    assert lead["title"] in [row["title"] for row in rows]


@story("Leads.create", 665)
def _(krayin: Transport, known: Known) -> None:
    lead = known["leads"]
    chosen = {key: lead[key] for key in ("lead_source_id", "lead_type_id", "lead_pipeline_stage_id")}
    person = {**_person("Nested", 102), "organization_name": f"{MARK} Nested Ltd"}

    made = Leads(krayin).create({"title": f"{MARK} Nested", "lead_value": 0, **chosen, "person": person})

    assert made["person"]["id"]
    assert made["person"]["organization"]["id"]
    assert made["lead_pipeline_stage_id"] == lead["lead_pipeline_stage_id"]


# Activities


@story("Activities.titled", 635)
def _(krayin: Transport, known: Known) -> None:
    activity = known["activities"]

    rows = Activities(krayin).titled(activity["title"])

    assert [row["additional"] for row in rows if row["id"] == activity["id"]] == [activity["additional"]]


@story("Activities.create", 633)
def _(krayin: Transport, known: Known) -> None:
    note = {"type": "note", "title": f"{MARK} note", "comment": "<p>Said</p>", "additional": '{"ref": "A-1"}'}

    made = Activities(krayin).create({**note, "lead_id": known.get("leads", {}).get("id")})

    assert (made["type"], made["is_done"]) == ("note", 1)
    assert made["additional"] == {"ref": "A-1"}


@story("Activities.update", 634)
def _(krayin: Transport, known: Known) -> None:
    activity, person = known["activities"], known.get("persons", {})

    updated = Activities(krayin).update(activity["id"], {"person_id": person.get("id")})

    assert (updated["id"], updated["comment"]) == (activity["id"], activity["comment"])


# Lists


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
