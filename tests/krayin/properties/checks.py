"""Looking at what Krayin holds when all is delivered: a sentence for each thing that is not as promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmhost_krayin.sandbox.state import Row

from .expectations import Customer, Text
from .salesteam import REMARK
from .world import World, plain


def problems(world: World) -> Iterator[str]:
    """Yield what is lost, double or not as said; nothing if all is well."""
    wanted, there = set(world.expected), {k: world.persons(k) for k in world.customers}
    counts = {k: len(rows) for k, rows in there.items()}
    if len(world.state.persons) != len(wanted) or any(counts[k] != (k in wanted) for k in there):
        yield f"persons of the customers: {counts}, of all: {len(world.state.persons)}"
        return
    for k, one in world.expected.items():
        yield from (f"customer {k}: {problem}" for problem in _customer(world, k, one))
    yield from _organizations(world)
    yield from _called_again(world)


def _customer(world: World, k: int, one: Customer) -> Iterator[str]:
    person = world.person(k)
    yield from _person(world, person, one)
    leads = world.leads(k)
    if len(leads) != 1 + one.lost_leads:
        yield f"{len(leads)} leads"
        return
    yield from _lead(world, leads[0], one)
    yield from _notes(world, leads[0], one)


def _person(world: World, person: Row, one: Customer) -> Iterator[str]:
    company = world.state.organizations.get(person["organization_id"], {})
    organization = str(company.get("name", "")).casefold()
    yield from _text("name", one.name, person["name"])
    yield from _text("job title", one.job_title, person["job_title"], empty=True)
    yield from _text("organization", one.organization, organization, empty=True)
    for column, several in (("emails", one.emails), ("contact_numbers", one.phones)):
        values = [entry["value"] for entry in person[column] or ()]
        real = [plain(value) for value in values if plain(value)]
        if not several.allows(real):
            yield f"{column} are {values}, not {several.must} and perhaps {several.may}"
        if len(values) != max(1, len(real)):
            yield f"{column} are {values}: one stand-in where there is no real one, and none where there is"
    if shouted := [entry["value"] for entry in person["emails"] if entry["value"] != entry["value"].lower()]:
        yield f"Krayin tells {shouted} from the same in small letters"
    has = {"user_id": person["user_id"], **world.sales.extras("persons", person["id"])}
    yield from _kept(has, one.person)


def _lead(world: World, lead: Row, one: Customer) -> Iterator[str]:
    yield from _text("lead's title", one.title, lead["title"])
    yield from _kept({**lead, **world.sales.extras("leads", lead["id"])}, one.lead)
    if len(world.sales.products(lead["id"])) != one.products:
        yield f"{len(world.sales.products(lead['id']))} products are left of {one.products}"
    stage = int(one.lead.get("lead_pipeline_stage_id") or lead["lead_pipeline_stage_id"])
    if bool(lead["closed_at"]) != (stage in (5, 6)):
        yield f"the lead is in stage {stage} and was closed at {lead['closed_at']}"


def _notes(world: World, lead: Row, one: Customer) -> Iterator[str]:
    """Look at the lead's timeline: the sales team's remarks, and one note for each conversation."""
    state = world.state
    notes = [
        row
        for row in (state.activities[key] for key in sorted(state.lead_activities[lead["id"]]))
        if row["type"] == "note"
    ]
    remarks = [row["comment"] for row in notes if row["title"] == REMARK]
    if remarks != one.remarks:
        yield f"the remarks are {remarks}, not {one.remarks}"
    ours = [row for row in notes if row["title"] != REMARK]
    if len(ours) != len(one.notes) or len({row["title"] for row in ours}) != len(ours):
        yield f"the notes are {[row['title'] for row in ours]}, for conversations {sorted(one.notes)}"
    for number, said in one.notes.items():
        comments = "".join(str(row["comment"]) for row in ours if f"{number}" in row["title"])
        if missing := [word for word in said if word not in comments]:
            yield f"the note of conversation {number} lacks {missing}"


def _organizations(world: World) -> Iterator[str]:
    """Each company there is was named by somebody, once: none is renamed, none is double."""
    names = Counter(str(row["name"]).casefold() for row in world.state.organizations.values())
    if any(number > 1 for number in names.values()):
        yield f"organizations are double: {names}"
    known = {said for one in world.expected.values() for said in one.organization.everything}
    if strange := set(names) - known:
        yield f"nobody named the organizations {strange}"
    if (
        gone := known
        - set(names)
        - {said for one in world.expected.values() for said in one.organization.open}
    ):
        yield f"the organizations {gone} are not there any more"


def _called_again(world: World) -> Iterator[str]:
    """What was delivered last costs nothing when it is delivered again."""
    for k in world.expected:
        world.plugin.contact(world.customers[k].history[-1])
        if world.plugin.calls:
            yield f"customer {k}: the same again took {world.plugin.calls}"


def _text(name: str, text: Text, found: object, *, empty: bool = False) -> Iterator[str]:
    if text.told is None and text.typed is None and not empty:
        return  # an e-mail address stands for a name that nobody said
    if not text.allows(found):
        yield f"the {name} is {found!r}; {text}"


def _kept(has: Row, typed: dict[str, str]) -> Iterator[str]:
    """Compare what there is with what the sales team typed; empty and no are one."""
    for field, value in typed.items():
        if str(has[field] or "") != value and not (value in ("", "0") and not has[field]):
            yield f"the sales team's {field} is {has[field]!r}, not {value!r}"
