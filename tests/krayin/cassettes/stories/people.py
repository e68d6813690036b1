"""Persons and organizations."""

from __future__ import annotations

from crmhost_krayin.clients.organizations import Organizations
from crmhost_krayin.clients.persons import Persons
from crmhost_krayin.clients.transport import Transport

from ..story import Known, somebody, story, values


@story("Persons.get", 98)
def _(krayin: Transport, known: Known) -> None:
    person = known["persons"]

    found = Persons(krayin).get(person["id"])

    assert found
    assert (found["id"], found["name"]) == (person["id"], person["name"])
    assert values(found["emails"]) == values(person["emails"])


@story("Persons.search", 627)
def _(krayin: Transport, known: Known) -> None:
    person = known["persons"]
    (email,), (phone,) = values(person["emails"]), values(person["contact_numbers"])

    rows = Persons(krayin).search(email=email, digits=phone.strip("+").replace(" ", ""))

    assert [row["name"] for row in rows if row["id"] == person["id"]] == [person["name"]]


@story("Persons.with_text", 628)
def _(krayin: Transport, known: Known) -> None:
    person = known["persons"]

    rows = Persons(krayin).with_text(person["name"])

    assert person["id"] in [row["id"] for row in rows]


@story("Persons.holds", 678)
def _(krayin: Transport, known: Known) -> None:
    person = known["persons"]

    assert Persons(krayin).holds(person["id"], "text_value", person["name"])


@story("Persons.create", 626)
def _(krayin: Transport, _known: Known) -> None:
    made = Persons(krayin).create(somebody("Newcomer", 101))

    assert made["id"]
    assert len(made["emails"]) == len(made["contact_numbers"]) == 1


@story("Persons.update", 642)
def _(krayin: Transport, known: Known) -> None:
    person = known["persons"]
    kept = {key: person[key] for key in ("name", "emails", "contact_numbers")}

    updated = Persons(krayin).update(person["id"], {**kept, "job_title": "CEO"})

    assert (updated["id"], updated["name"]) == (person["id"], person["name"])
    assert updated["job_title"]


@story("Organizations.get", 203)
def _(krayin: Transport, known: Known) -> None:
    organization = known["organizations"]

    found = Organizations(krayin).get(organization["id"])

    assert found
    assert found["name"] == organization["name"]
    assert set(found["address"]) == {"address", "city", "country", "postcode", "state"}


@story("Organizations.update", 210)
def _(krayin: Transport, known: Known) -> None:
    organization = known["organizations"]

    updated = Organizations(krayin).update(organization["id"], {"name": organization["name"]})

    assert (updated["id"], updated["name"]) == (organization["id"], organization["name"])


@story("Persons.remove", 626, 474)
def _(krayin: Transport, _known: Known) -> None:
    persons = Persons(krayin)

    persons.remove(persons.create(somebody("Forgotten", 103))["id"])
