"""Leads and activities."""

from __future__ import annotations

from datetime import datetime, timedelta

from crmhost_krayin.clients.activities import Activities
from crmhost_krayin.clients.clock import Clock
from crmhost_krayin.clients.leads import Leads
from crmhost_krayin.clients.transport import Transport

from ...live.server import MARK
from ..story import Known, somebody, story


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


@story("Leads.referred_to", 631)
def _(krayin: Transport, known: Known) -> None:
    lead = known["leads"]

    rows = Leads(krayin).referred_to(lead["title"])

    assert lead["id"] in [row["id"] for row in rows]


@story("Leads.holds", 631)
def _(krayin: Transport, known: Known) -> None:
    lead = known["leads"]

    assert Leads(krayin).holds(lead["id"], "text_value", lead["title"])


@story("Leads.update", 317)
def _(krayin: Transport, known: Known) -> None:
    lead = known["leads"]
    kept = {key: lead[key] for key in ("title", "lead_pipeline_stage_id")}

    updated = Leads(krayin).update(lead["id"], kept)

    assert (updated["id"], updated["title"]) == (lead["id"], lead["title"])


@story("Leads.edit", 639)
def _(krayin: Transport, known: Known) -> None:
    lead = known["leads"]

    updated = Leads(krayin).edit(lead["id"], {"lead_value": 15000})

    assert (updated["id"], float(updated["lead_value"])) == (lead["id"], 15000)


@story("Leads.move", 638)
def _(krayin: Transport, known: Known) -> None:
    lead = known["leads"]

    moved = Leads(krayin).move(lead["id"], lead["lead_pipeline_stage_id"])

    assert moved["id"] == lead["id"]
    assert moved["lead_pipeline_stage_id"] == lead["lead_pipeline_stage_id"]


@story("Leads.create", 665)
def _(krayin: Transport, known: Known) -> None:
    lead = known["leads"]
    chosen = {key: lead[key] for key in ("lead_source_id", "lead_type_id", "lead_pipeline_stage_id")}
    person = {**somebody("Nested", 102), "organization_name": f"{MARK} Nested Ltd"}

    made = Leads(krayin).create({"title": f"{MARK} Nested", "lead_value": 0, **chosen, "person": person})

    assert made["person"]["id"]
    assert made["person"]["organization"]["id"]
    assert made["lead_pipeline_stage_id"] == lead["lead_pipeline_stage_id"]


@story("Activities.titled", 635)
def _(krayin: Transport, known: Known) -> None:
    activity = known["activities"]

    rows = Activities(krayin).titled(activity["title"])

    assert [row["additional"] for row in rows if row["id"] == activity["id"]] == [activity["additional"]]


@story("Activities.of", 672)
def _(krayin: Transport, known: Known) -> None:
    rows = Activities(krayin).of("lead", known["leads"]["id"])

    assert "system" in {row["type"] for row in rows}
    assert all(row["created_at"] for row in rows)


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


@story("Clock.read", 588, 448)
def _(krayin: Transport, _known: Known) -> None:
    first, then = datetime(2026, 12, 31, 10), datetime(2026, 12, 31, 11)  # noqa: DTZ001 - the server's own

    ahead, left = Clock(krayin).read(first, then)

    assert left is None
    assert ahead[first] == ahead[then]
    assert abs(ahead[first]) < timedelta(hours=15)


@story("Leads.remove", 665, 473)
def _(krayin: Transport, known: Known) -> None:
    lead, leads = known["leads"], Leads(krayin)
    chosen = {key: lead[key] for key in ("lead_source_id", "lead_type_id", "lead_pipeline_stage_id")}
    person = somebody("Leaving", 104)

    made = leads.create({"title": f"{MARK} Leaving", "lead_value": 0, **chosen, "person": person})

    leads.remove(made["id"])


@story("Activities.remove", 633, 448)
def _(krayin: Transport, known: Known) -> None:
    activities = Activities(krayin)
    note = {"type": "note", "title": f"{MARK} note that goes", "comment": "<p>Said</p>"}

    made = activities.create({**note, "lead_id": known.get("leads", {}).get("id")})

    activities.remove(made["id"])
