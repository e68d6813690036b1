"""Activities: notes, calls, meetings and whatever else a type may say."""

from typing import Any

from starlette.responses import JSONResponse

from . import resources
from .call import Call
from .failures import Unforeseen, no_record
from .listing import listed
from .persons import number
from .php import entries, is_blank
from .rendering import redirect
from .state import Row
from .validation import Findings, require, spoken

_FILLABLE = (
    "title", "type", "location", "comment", "additional", "schedule_from", "schedule_to", "is_done",
    "user_id",
)  # fmt: skip
_MODEL = "Activity\\Models\\Activity"
_OVERLAP = "Participants have another meeting at this time."
_UNSCHEDULED = ("note", "file")


async def index(call: Call) -> Any:
    """List activities."""
    return listed(call, call.state.activities, resources.activity)


async def show(call: Call, activity_id: str) -> Any:
    """Show one activity."""
    return {"data": resources.activity(call, _found(call, activity_id))}


async def of_lead(call: Call, lead_id: str) -> Any:
    """List all activities of a lead, unpaged and unfiltered (recording 447)."""
    return _newest_first(call, call.state.lead_activities.get(number(lead_id), set()))


async def of_person(call: Call, person_id: str) -> Any:
    """List all activities of a person."""
    return _newest_first(call, call.state.person_activities.get(number(person_id), set()))


async def store(call: Call) -> Any:
    """Create an activity; whom it belongs to is found out afterwards, too late for a 500 (recording 375)."""
    data = call.input
    _check(data)
    overlaps = data["type"] == "meeting" and _overlaps(call, data)
    await call.pause()
    if overlaps:
        return JSONResponse({"message": _OVERLAP}, 400) if call.is_ajax else redirect(call.base_url)
    data |= {"is_done": int(data["type"] == "note"), "user_id": call.user["id"]}
    row = call.state.insert(call.state.activities, _filled(data))
    participants = data.get("participants")
    _invite(call, row["id"], participants if isinstance(participants, dict) else {})
    _link(call, row["id"], data)
    return {"data": resources.activity(call, row), "message": "Activity created successfully."}


async def update(call: Call, activity_id: str) -> Any:
    """Change an activity: what is left out stays, links are only added."""
    data = call.input
    row = _found(call, activity_id)
    await call.pause()
    filled = _filled(data)
    call.state.update(call.state.activities, row, filled)
    if "participants" in data:
        call.state.drop(call.state.participants, activity_id=row["id"])
        participants = data["participants"]
        _invite(call, row["id"], participants if isinstance(participants, dict) else {})
    _link(call, row["id"], data)
    return {"data": resources.activity(call, row | filled), "message": "Activity updated successfully."}


async def destroy(call: Call, activity_id: str) -> Any:
    """Delete an activity."""
    row = _found(call, activity_id)
    await call.pause()
    call.state.delete_activity(row["id"])
    return {"message": "Activity deleted successfully."}


async def mass_update(call: Call) -> Any:
    """Mark several activities as done or not."""
    require(call.input, "indices", "value")
    await call.pause()
    for _, activity_id in entries(call.input["indices"]):
        row = call.state.activities.get(number(activity_id))
        if row is not None:
            call.state.update(call.state.activities, row, {"is_done": call.input["value"]})
    return {"message": "Activities updated successfully."}


def _found(call: Call, activity_id: str) -> Row:
    row = call.state.activities.get(number(activity_id))
    if row is None:
        raise no_record(_MODEL, activity_id)
    return row


def _newest_first(call: Call, activity_ids: set[int]) -> dict[str, Any]:
    rows = [call.state.activities[activity_id] for activity_id in activity_ids]
    rows.sort(key=lambda row: (row["created_at"], row["id"]), reverse=True)
    return {"data": [resources.activity(call, row) for row in rows]}


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    if isinstance(data.get("additional"), list | dict):
        # Only a text that holds JSON is stored (recordings 405-407).
        raise Unforeseen("Array to string conversion")
    return {key: data[key] for key in _FILLABLE if key in data}


def _check(data: dict[str, Any]) -> None:
    findings, kind = Findings(), data.get("type")
    findings.require("type", kind)
    if kind == "note" and is_blank(data.get("comment")):
        findings.add("comment", "The comment field is required when type is note.")
    for field in ("schedule_from", "schedule_to"):
        if kind not in _UNSCHEDULED and is_blank(data.get(field)):
            findings.add(field, f"The {spoken(field)} field is required unless type is in note, file.")
    if kind == "file" and is_blank(data.get("file")):
        findings.add("file", "The file field is required when type is file.")
    findings.refuse()


def _invite(call: Call, activity_id: int, participants: dict[str, Any]) -> None:
    for plural, column in (("users", "user_id"), ("persons", "person_id")):
        for _, participant_id in entries(participants.get(plural)):
            call.state.insert(call.state.participants, {"activity_id": activity_id, column: participant_id})


def _link(call: Call, activity_id: int, data: dict[str, Any]) -> None:
    """Link to the lead, else to the person, never to both at once (recording 373)."""
    state = call.state
    links = (
        ("lead_id", state.leads, state.lead_activities),
        ("person_id", state.persons, state.person_activities),
    )
    for key, table, linked in links:
        if data.get(key):
            owner = table.get(number(data[key]))
            if owner is None:
                raise Unforeseen('Attempt to read property "activities" on null')
            linked[owner["id"]].add(activity_id)
            return


def _overlaps(call: Call, data: dict[str, Any]) -> bool:
    """Tell whether a participant, or without any anyone at all, has something then (recording 385)."""
    start, end = str(data["schedule_from"]), str(data["schedule_to"])
    rows = call.state.activities.values()
    return any(
        _is_at(call, row, start, end) and str(row["id"]) != str(data.get("id")) and _concerns(call, row, data)
        for row in rows
    )


def _is_at(call: Call, row: Row, start: str, end: str) -> bool:
    begins, ends = row["schedule_from"], row["schedule_to"]
    if begins is None or ends is None:
        return False
    if call.profile.any_schedule_overlaps:
        # Laravel 12 joins the inner conditions with "or" (Query/Builder::addArrayOfWheres).
        return bool(begins <= start or ends >= start or begins >= start or begins <= end)
    return bool(begins <= start <= ends or start <= begins <= end)


def _concerns(call: Call, row: Row, data: dict[str, Any]) -> bool:
    invited = data.get("participants")
    wanted = {
        (column, number(participant_id))
        for plural, column in (("users", "user_id"), ("persons", "person_id"))
        for _, participant_id in entries(invited.get(plural) if isinstance(invited, dict) else None)
    }
    joined = call.state.participants.where(activity_id=row["id"])
    return not wanted or any(
        (column, one[column]) in wanted for one in joined for column in ("user_id", "person_id")
    )
