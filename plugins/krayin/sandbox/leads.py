"""Leads: their endpoints and what they do to the tables."""

from typing import Any

from . import persons, resources
from .attributes import attributes_of, save_values
from .call import Call
from .changelog import note_change, note_creation
from .failures import Unforeseen, no_record, undefined_key
from .listing import listed
from .php import entries, is_empty
from .search import searched
from .state import Row
from .validation import check_lead, refuse_field, require

_FILLABLE = (
    "title", "description", "lead_value", "status", "lost_reason", "expected_close_date", "closed_at",
    "user_id", "person_id", "lead_source_id", "lead_type_id", "lead_pipeline_id", "lead_pipeline_stage_id",
)  # fmt: skip
_LOGGED = ("status", "lost_reason", "closed_at", "person_id")
_STAGE = "lead_pipeline_stage_id"
_MODEL = "Lead\\Models\\Lead"
_UPDATED = "Lead updated successfully."


async def index(call: Call) -> Any:
    """List leads."""
    return listed(call, call.state.leads, resources.lead)


async def search(call: Call) -> Any:
    """Search leads."""
    return {"data": [resources.lead(call, row) for row in searched(call, call.state.leads)]}


async def show(call: Call, lead_id: str) -> Any:
    """Show one lead."""
    if int(lead_id) >= 2**63:
        raise Unforeseen("Argument #1 ($id) must be of type int, string given", "TypeError")
    return {"data": resources.lead(call, _found(call, lead_id))}


async def store(call: Call) -> Any:
    """Create a lead, and with it the person nested in it."""
    data = call.input
    check_lead(call, data)
    data |= {"status": 1} | _staged(call, data)
    if _ends(call, data[_STAGE]):
        # A closing time of one's own is not heard (recording 598).
        data["closed_at"] = call.times.now()
    await call.pause()
    row = _create(call, data)
    return {"data": resources.lead(call, row), "message": "Lead created successfully."}


async def update(call: Call, lead_id: str) -> Any:
    """Change a lead; its stage must be in the body."""
    data = call.input
    check_lead(call, data, lead_id)
    data |= _staged(call, data)
    await call.pause()
    row = _change(call, lead_id, data, attributes_of(call, "leads", data))
    _keep_products(call, row["id"], data.get("products"))
    return {"data": resources.lead(call, row), "message": _UPDATED}


async def edit_attributes(call: Call, lead_id: str) -> Any:
    """Change some fields unchecked; title and description change in their columns only (recording 343)."""
    await call.pause()
    attributes = [
        row for row in attributes_of(call, "leads", {}) if row["code"] not in ("title", "description")
    ]
    return {"data": resources.lead(call, _change(call, lead_id, call.input, attributes)), "message": _UPDATED}


async def edit_stage(call: Call, lead_id: str) -> Any:
    """Move a lead within its pipeline; nothing else in the body counts (recording 335)."""
    require(call.input, _STAGE)
    wanted = call.input[_STAGE]
    stage = call.state.stages.get(persons.number(wanted))
    if stage is None:
        refuse_field(_STAGE, "The selected lead pipeline stage id is invalid.")
    lead = _found(call, lead_id)
    if stage["lead_pipeline_id"] != lead["lead_pipeline_id"]:
        raise no_record("Lead\\Models\\Stage", wanted)
    await call.pause()
    attributes = [row for row in attributes_of(call, "leads", {}) if row["code"] == _STAGE]
    return {
        "data": resources.lead(call, _change(call, lead_id, {_STAGE: stage["id"]}, attributes)),
        "message": _UPDATED,
    }


async def destroy(call: Call, lead_id: str) -> Any:
    """Delete a lead with its values and activities."""
    row = _found(call, lead_id)
    await call.pause()
    _remove(call, row)
    return {"data": {"message": "Lead deleted successfully."}}


async def mass_update(call: Call) -> Any:
    """Move several leads; neither closing time nor log follows (recordings 368, 509)."""
    require(call.input, "indices", "value")
    await call.pause()
    for _, lead_id in entries(call.input["indices"]):
        row = call.state.leads.get(persons.number(lead_id))
        if row is not None:
            call.state.update(call.state.leads, row, {_STAGE: call.input["value"]})
    return {"data": {"message": _UPDATED}}


async def mass_destroy(call: Call) -> Any:
    """Delete several leads; unknown ones are skipped."""
    require(call.input, "indices")
    await call.pause()
    for _, lead_id in entries(call.input["indices"]):
        row = call.state.leads.get(persons.number(lead_id))
        if row is not None:
            _remove(call, row)
    return {"data": {"message": "Lead deleted successfully."}}


def _found(call: Call, lead_id: str) -> Row:
    row = call.state.leads.get(persons.number(lead_id))
    if row is None:
        raise no_record(_MODEL, lead_id)
    return row


def _staged(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    """Find the stage and so the pipeline; what the body says of the pipeline is ignored (recording 552)."""
    if _STAGE not in data and not call.profile.stage_is_optional:
        origin = "vendor/krayin/rest-api/src/Http/Controllers/V1/Lead/LeadController.php:88"
        raise undefined_key(_STAGE, origin)
    if is_empty(data.get(_STAGE)):
        pipeline = next(row for row in call.state.tables["lead_pipelines"].values() if row["is_default"])
        stage = next(iter(call.state.stages.where(lead_pipeline_id=pipeline["id"])))
        return {_STAGE: stage["id"], "lead_pipeline_id": pipeline["id"]}
    found = call.state.stages.get(persons.number(data[_STAGE]))
    if found is None:
        raise no_record("Lead\\Models\\Stage", data[_STAGE])
    return {"lead_pipeline_id": found["lead_pipeline_id"]}


def _ends(call: Call, stage_id: Any) -> bool:
    stage = call.state.stages.get(persons.number(stage_id))
    if stage is None:
        raise Unforeseen('Attempt to read property "code" on null')
    return stage["code"] in ("won", "lost")


def _nested_person(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    """Find or make the person in the body; one with an id is only linked (recordings 261, 321)."""
    nested = data.get("person")
    if is_empty(nested) or not isinstance(nested, dict):
        return {}
    if is_empty(nested.get("id")):
        return {"person_id": persons.create(call, nested)["id"]}
    row = call.state.persons.get(persons.number(nested["id"]))
    if row is None:
        raise no_record("Contact\\Models\\Person", nested["id"])
    return {"person_id": row["id"]}


def _create(call: Call, data: dict[str, Any]) -> Row:
    data |= _nested_person(call, data)
    if data.get("expected_close_date") == "":
        data["expected_close_date"] = None
    filled = {key: data[key] for key in _FILLABLE if key in data}
    row = call.state.insert(call.state.leads, filled)
    note_creation(call, "leads", row["id"])
    save_values(call, "leads", row["id"], data, attributes_of(call, "leads", data))
    return row | dict.fromkeys(_FILLABLE) | filled


def _change(call: Call, lead_id: str, data: dict[str, Any], attributes: list[Row]) -> Row:
    data |= _nested_person(call, data)
    if data.get(_STAGE) is not None:
        closed = data.get("closed_at")
        data["closed_at"] = (closed or call.times.now()) if _ends(call, data[_STAGE]) else None
    # Left out means erased; the value of stage/edit's lead survives in the attribute (recordings 315, 331).
    data["expected_close_date"] = data.get("expected_close_date") or None
    row = _found(call, lead_id)
    filled = {key: data[key] for key in _FILLABLE if key in data}
    changed = call.state.update(call.state.leads, row, filled)
    _note_columns(call, row, filled, changed)
    save_values(call, "leads", row["id"], data, attributes)
    return row | filled


def _keep_products(call: Call, lead_id: int, sent: Any) -> None:
    """Keep the products that are sent by their ids and delete the others (recordings 546, 547, 595)."""
    table, named = call.state.tables["lead_products"], dict(entries(sent))
    for row in table.where(lead_id=lead_id):
        values = named.get(str(row["id"]))
        if not isinstance(values, dict):
            del table[row["id"]]
            continue
        # The amount stays what it was, whatever quantity and price become (recording 546).
        sold = {key: values[key] for key in ("product_id", "quantity", "price") if key in values}
        call.state.update(table, row, sold)


def _note_columns(call: Call, row: Row, filled: dict[str, Any], changed: dict[str, Any]) -> None:
    """Note the columns that are no attributes; of the closing time the old one in UTC (recording 366)."""
    for key in (key for key in changed if key in _LOGGED):
        is_time = key == "closed_at"
        old = call.times.shown(changed[key]) if is_time else changed[key]
        new, kind = row[key] if is_time else filled[key], None
        if is_time and call.profile.log_spells_times:
            new, kind = call.times.shown(row[key]), {"type": "moment"}
        note_change(call, "leads", row["id"], key, old, new, kind)


def _remove(call: Call, row: Row) -> None:
    call.state.attribute_values.forget("leads", row["id"])
    call.state.delete_activities(call.state.lead_activities, row["id"])
    call.state.lead_activities.pop(row["id"], None)
    call.state.drop(call.state.tables["lead_products"], lead_id=row["id"])
    call.state.tags_of["leads"].pop(row["id"], None)
    call.state.leads.pop(row["id"], None)
