"""Tags: the settings that list them, and the hooks of persons and leads."""

from typing import Any

from . import resources
from .call import Call
from .failures import Unforeseen, no_record
from .mariadb import folded
from .persons import number
from .search import searched
from .state import Row
from .validation import refuse_field, require

_ATTACHED = {"message": "Tag attached successfully."}
# Really what is sent (recordings 464, 655).
_DETACHED_FROM_PERSON = {"message": "rest-api::app.contacts.persons.view.tags.destroy-success"}
_DETACHED_FROM_LEAD = {"data": {"message": "Tag detached successfully."}}


async def search(call: Call) -> Any:
    """Search tags."""
    return {"data": [resources.tag(call, row) for row in searched(call, call.state.tables["tags"])]}


async def store(call: Call) -> Any:
    """Create a tag; the name is unique without case."""
    data, tags = call.input, call.state.tables["tags"]
    require(data, "name")
    wanted = folded(str(data["name"]))
    if any(folded(row["name"]) == wanted for row in tags.values()):
        refuse_field("name", "The name has already been taken.")
    await call.pause()
    row = call.state.insert(
        tags, {"name": data["name"], "color": data.get("color"), "user_id": call.user["id"]}
    )
    return {"data": resources.tag(call, row), "message": "Tag created successfully."}


async def destroy(call: Call, tag_id: str) -> Any:
    """Delete a tag, and take it off whatever bears it. What Krayin says to that was not recorded."""
    row = call.state.tables["tags"].get(number(tag_id))
    if row is None:
        raise no_record("Tag\\Models\\Tag", tag_id)
    await call.pause()
    for owners in call.state.tags_of.values():
        for tagged in owners.values():
            tagged.discard(row["id"])
    del call.state.tables["tags"][row["id"]]
    return {"message": "Tag deleted successfully."}


async def attach_to_person(call: Call, person_id: str) -> Any:
    """Tag a person."""
    await _attach(call, "persons", person_id)
    return _ATTACHED


async def attach_to_lead(call: Call, lead_id: str) -> Any:
    """Tag a lead."""
    await _attach(call, "leads", lead_id)
    return {"data": _ATTACHED}


async def detach_from_person(call: Call, person_id: str) -> Any:
    """Take a tag off a person."""
    await _detach(call, "persons", person_id)
    return _DETACHED_FROM_PERSON


async def detach_from_lead(call: Call, lead_id: str) -> Any:
    """Take a tag off a lead."""
    await _detach(call, "leads", lead_id)
    return _DETACHED_FROM_LEAD


async def _attach(call: Call, entity_type: str, entity_id: str) -> None:
    """Tag a record; again is no harm, and without a tag nothing happens (recordings 457, 459)."""
    _check_tag(call)
    owner, tag_id = _found(call, entity_type, entity_id), call.input.get("tag_id")
    await call.pause()
    if tag_id is None:
        return
    if number(tag_id) not in call.state.tables["tags"]:
        raise Unforeseen("SQLSTATE[23000]: a foreign key constraint fails (`tag_id`)")
    call.state.tags_of[entity_type][owner["id"]].add(number(tag_id))


async def _detach(call: Call, entity_type: str, entity_id: str) -> None:
    """Take a tag off a record, or all of them if none is named (recording 655)."""
    _check_tag(call)
    owner, tag_id = _found(call, entity_type, entity_id), call.input.get("tag_id")
    await call.pause()
    tags = call.state.tags_of[entity_type][owner["id"]]
    tags -= set(tags) if tag_id is None else {number(tag_id)}


def _check_tag(call: Call) -> None:
    if not call.profile.checks_tags:
        return
    require(call.input, "tag_id")
    if number(call.input["tag_id"]) not in call.state.tables["tags"]:
        refuse_field("tag_id", "The selected tag id is invalid.")


def _found(call: Call, entity_type: str, entity_id: str) -> Row:
    row = call.state.tables[entity_type].get(number(entity_id))
    if row is None and call.profile.checks_tags:
        raise no_record(entity_type, entity_id)
    if row is None:
        raise Unforeseen('Attempt to read property "tags" on null')
    return row
