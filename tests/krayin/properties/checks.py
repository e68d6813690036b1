"""Looking at what Krayin holds when all is delivered: a sentence for each thing that is not as promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crmhost_krayin.sandbox.state import Row

from .expectations import Customer, Several, Text
from .office import Office, plain
from .salesteam import REMARK

Kind = Literal["lost", "double", "stale", "theirs"]
"""What is missing, there twice, not the newest, or not as the sales team left it."""


@dataclass(frozen=True)
class Problem:
    """A thing that is not as promised, and in what way."""

    kind: Kind
    said: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.said}"


def problems(office: Office) -> Iterator[Problem]:
    """Yield what is lost, double or not as said; nothing if all is well."""
    counts = {k: len(office.persons(k)) for k in office.expected}
    for k, count in counts.items():
        if count != 1:
            yield Problem("double" if count else "lost", f"customer {k}: {count} persons")
    if (everybody := len(office.state.persons)) != sum(counts.values()):
        yield Problem("double", f"{everybody} persons, of whom {sum(counts.values())} are customers")
    for k, one in office.expected.items():
        if counts[k] == 1:
            for problem in _customer(office, k, one):
                yield Problem(problem.kind, f"customer {k}: {problem.said}")
    yield from _organizations(office)


def _customer(office: Office, k: int, one: Customer) -> Iterator[Problem]:
    person = office.person(k)
    yield from _person(office, person, one)
    leads, wanted = office.leads(k), 1 + one.lost_leads
    if len(leads) != wanted:
        yield Problem("double" if len(leads) > wanted else "lost", f"{len(leads)} leads, not {wanted}")
        return
    yield from _lead(office, leads[0], one)
    yield from _notes(office, leads[0], one)


def _person(office: Office, person: Row, one: Customer) -> Iterator[Problem]:
    company = office.state.organizations.get(person["organization_id"], {})
    organization = str(company.get("name", "")).casefold()
    yield from _text("name", one.name, person["name"])
    yield from _text("job title", one.job_title, person["job_title"], empty=True)
    yield from _text("organization", one.organization, organization, empty=True)
    yield from _several("emails", one.emails, person)
    yield from _several("contact_numbers", one.phones, person)
    if shouted := [entry["value"] for entry in person["emails"] if entry["value"] != entry["value"].lower()]:
        yield Problem("double", f"Krayin tells {shouted} from the same in small letters")
    has = {"user_id": person["user_id"], **office.sales.extras("persons", person["id"])}
    yield from _kept(has, one.person)
    yield from _tags(office, "persons", person, one)


def _several(column: str, several: Several, person: Row) -> Iterator[Problem]:
    values = [entry["value"] for entry in person[column] or ()]
    real = [plain(value) for value in values if plain(value)]
    if not several.allows(real):
        missing = several.must - set(real)
        kind: Kind = "theirs" if missing & several.typed else "lost" if missing else "double"
        yield Problem(kind, f"{column} are {values}, not {several.must} and perhaps {several.may}")
    if len(values) != max(1, len(real)):
        said = f"{column} are {values}: one stand-in where there is no real one, and none where there is"
        yield Problem("double", said)


def _lead(office: Office, lead: Row, one: Customer) -> Iterator[Problem]:
    yield from _text("lead's title", one.title, lead["title"])
    yield from _kept({**lead, **office.sales.extras("leads", lead["id"])}, one.lead)
    yield from _tags(office, "leads", lead, one)
    if len(office.sales.products(lead["id"])) != one.products:
        said = f"{len(office.sales.products(lead['id']))} products are left of {one.products}"
        yield Problem("theirs", said)
    stage = int(one.lead.get("lead_pipeline_stage_id") or lead["lead_pipeline_stage_id"])
    if bool(lead["closed_at"]) != (stage in (5, 6)):
        yield Problem("theirs", f"the lead is in stage {stage} and was closed at {lead['closed_at']}")


def _notes(office: Office, lead: Row, one: Customer) -> Iterator[Problem]:
    """Look at the lead's timeline: the sales team's remarks, and one note for each conversation."""
    state = office.state
    notes = [
        row
        for row in (state.activities[key] for key in sorted(state.lead_activities[lead["id"]]))
        if row["type"] == "note"
    ]
    remarks = [row["comment"] for row in notes if row["title"] == REMARK]
    if remarks != one.remarks:
        yield Problem("theirs", f"the remarks are {remarks}, not {one.remarks}")
    ours = [row for row in notes if row["title"] != REMARK]
    if len(ours) > len(one.notes) or len({row["title"] for row in ours}) != len(ours):
        titles = [row["title"] for row in ours]
        yield Problem("double", f"the notes are {titles}, for conversations {sorted(one.notes)}")
    for number, said in one.notes.items():
        comments = [str(row["comment"]) for row in ours if row["title"].endswith(f" {number}")]
        if missing := [word for word in said if word not in "".join(comments)]:
            yield Problem("lost", f"the note of conversation {number} lacks {missing}")
        elif not comments:
            yield Problem("lost", f"conversation {number} has no note")


def _organizations(office: Office) -> Iterator[Problem]:
    """Each company there is was named by somebody, once: none is renamed, none is double."""
    names = Counter(str(row["name"]).casefold() for row in office.state.organizations.values())
    if any(number > 1 for number in names.values()):
        yield Problem("double", f"organizations are double: {names}")
    named = [one.organization for one in office.expected.values()]
    if strange := set(names) - {said for one in named for said in one.everything}:
        yield Problem("double", f"nobody named the organizations {strange}")
    open_ = {said for one in named for said in one.open}
    if gone := {said for one in named for said in one.surely} - set(names) - open_:
        yield Problem("lost", f"the organizations {gone} are not there any more")


def _text(name: str, text: Text, found: object, *, empty: bool = False) -> Iterator[Problem]:
    if text.told is None and text.typed is None and not empty:
        return  # an e-mail address stands for a name that nobody said
    if not text.allows(found):
        kind: Kind = "theirs" if text.typed is not None else "stale" if found in text.everything else "lost"
        yield Problem(kind, f"the {name} is {found!r}; {text}")


def _kept(has: Row, typed: dict[str, str]) -> Iterator[Problem]:
    """Compare what there is with what the sales team typed; empty and no are one."""
    for field, value in typed.items():
        if str(has[field] or "") != value and not (value in ("", "0") and not has[field]):
            yield Problem("theirs", f"the sales team's {field} is {has[field]!r}, not {value!r}")


def _tags(office: Office, entity: str, record: Row, one: Customer) -> Iterator[Problem]:
    wanted = {name for of, name in one.tags if of == entity}
    if missing := wanted - office.sales.tags(entity, record["id"]):
        yield Problem("theirs", f"the sales team's tags {missing} are gone from {entity} {record['id']}")
