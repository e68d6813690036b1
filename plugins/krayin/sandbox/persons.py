"""Persons: the contacts endpoints and what they do to the tables."""

from typing import Any

from starlette.responses import JSONResponse

from . import resources
from .attributes import attributes_of, save_values
from .call import Call
from .changelog import note_change, note_creation
from .failures import Unforeseen, no_record, undefined_key
from .listing import listed
from .organizations import find_or_create
from .php import as_array, entries, is_empty
from .search import searched
from .state import Row
from .validation import check_attributes, require

_FILLABLE = ("name", "emails", "contact_numbers", "job_title", "user_id", "organization_id", "unique_id")
_CONTROLLER = "vendor/krayin/rest-api/src/Http/Controllers/V1/Contact/Persons/PersonController.php:173"
_REPOSITORY = "packages/Webkul/Contact/src/Repositories/PersonRepository.php:179"


async def index(call: Call) -> Any:
    """List persons."""
    return listed(call, call.state.persons, resources.person)


async def search(call: Call) -> Any:
    """Search persons."""
    return {"data": [resources.person(call, row) for row in searched(call, call.state.persons)]}


async def show(call: Call, person_id: str) -> Any:
    """Show one person; an unknown one is a 500 (recording 176)."""
    row = call.state.persons.get(number(person_id))
    if row is None:
        origin = "vendor/laravel/framework/src/Illuminate/Http/Resources/DelegatesToResource.php:139"
        raise call.unknown("Contact\\Models\\Person", person_id, origin)
    return {"data": resources.person(call, row)}


async def store(call: Call) -> Any:
    """Create a person."""
    data = call.input
    check_attributes(call, "persons", data)
    await call.pause()
    row = create(call, _with_numbers(call, data))
    return {"data": resources.person(call, row), "message": "Person created successfully."}


async def update(call: Call, person_id: str) -> Any:
    """Change a person."""
    data = call.input
    check_attributes(call, "persons", data, person_id)
    await call.pause()
    return {
        "data": change(call, _with_numbers(call, data), person_id),
        "message": "Person updated successfully.",
    }


async def destroy(call: Call, person_id: str) -> Any:
    """Delete a person; one with a lead loses its values and activities and stays (recording 469)."""
    message = {"message": "Person deleted successfully."}
    row = call.state.persons.get(number(person_id))
    if row is None:
        origin = "vendor/prettus/l5-repository/src/Prettus/Repository/Eloquent/BaseRepository.php:759"
        raise Unforeseen("__clone method called on non-object", "Error", origin)
    await call.pause()
    return message if _remove(call, row) else JSONResponse(message, 500)


async def mass_destroy(call: Call) -> Any:
    """Delete several persons; unknown ones are skipped."""
    require(call.input, "indices")
    await call.pause()
    for _, person_id in entries(call.input["indices"]):
        row = call.state.persons.get(number(person_id))
        if row is not None and not _remove(call, row):
            raise Unforeseen("SQLSTATE[23000]: Cannot delete or update a parent row")
    return {"message": "Person deleted successfully."}


def create(call: Call, data: dict[str, Any]) -> Row:
    """Create a person as the repository does, with its values and log; give it as it was sent."""
    data = _sanitized(data)
    _employ(call, data)
    if "user_id" in data:
        data["user_id"] = None if is_empty(data["user_id"]) else data["user_id"]
    filled = {key: data[key] for key in _FILLABLE if key in data}
    row = call.state.insert(call.state.persons, filled)
    note_creation(call, "persons", row["id"])
    save_values(call, "persons", row["id"], data, attributes_of(call, "persons", data))
    return row | dict.fromkeys(_FILLABLE) | filled


def change(call: Call, data: dict[str, Any], person_id: str) -> dict[str, Any]:
    """Change a person as the repository does, and show it as the answer to that does."""
    state, data = call.state, _sanitized(data)
    # The owner is taken away unless it is sent again (recordings 156, 163).
    data["user_id"] = None if is_empty(data.get("user_id")) else data["user_id"]
    _employ(call, data)
    row = state.persons.get(number(person_id))
    if row is None:
        raise no_record("Contact\\Models\\Person", person_id)
    employer = row["organization_id"]
    # Reading a person without an organization also reads its values, which are then shown though they
    # are old; the organization is the old one in any case (recordings 165, 166, 181).
    values = _copied(call, row["id"]) if employer is None else None
    filled = {key: data[key] for key in _FILLABLE if key in data}
    changed = state.update(state.persons, row, filled)
    if "unique_id" in changed:
        note_change(call, "persons", row["id"], "unique_id", changed["unique_id"], filled["unique_id"])
    save_values(call, "persons", row["id"], data, attributes_of(call, "persons", data))
    return resources.person(call, row | filled, employer, values)


def number(text: Any) -> int:
    """Read an id from an address, as PHP does where a number is not demanded."""
    digits = str(text)
    return int(digits) if digits.isdecimal() else 0


def _copied(call: Call, person_id: int) -> dict[int, Row]:
    return {key: dict(row) for key, row in call.state.attribute_values.of("persons", person_id).items()}


def _with_numbers(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    if call.profile.phones_are_optional and not _numbers(data.get("contact_numbers") or []):
        # None at all is as good as left out: what is there stays.
        return {key: value for key, value in data.items() if key != "contact_numbers"}
    if "contact_numbers" not in data:
        raise undefined_key("contact_numbers", _CONTROLLER)
    return data | {"contact_numbers": _numbers(data["contact_numbers"] or [])}


def _numbers(value: Any) -> Any:
    for _, item in entries(value):
        if not isinstance(item, dict) or "value" not in item:
            raise undefined_key("value", _REPOSITORY)
    return as_array({key: item for key, item in entries(value) if item["value"] is not None})


def _sanitized(data: dict[str, Any]) -> dict[str, Any]:
    data = dict(data)
    if "organization_id" in data and is_empty(data["organization_id"]):
        data["organization_id"] = None
    parts = [data.get("user_id"), data.get("organization_id"), _first(data.get("emails"))]
    data["unique_id"] = "|".join(str(part) for part in parts if not is_empty(part))
    if data.get("contact_numbers") is not None:
        data["contact_numbers"] = _numbers(data["contact_numbers"])
        first = dict(entries(data["contact_numbers"])).get("0")
        if first is None:
            raise undefined_key("0", _REPOSITORY)
        data["unique_id"] += f"|{first['value']}"
    return data


def _first(emails: Any) -> Any:
    first = dict(entries(emails)).get("0")
    return first.get("value") if isinstance(first, dict) else None


def _employ(call: Call, data: dict[str, Any]) -> None:
    name = data.pop("organization_name", None)
    if not is_empty(name):
        data["organization_id"] = find_or_create(call, name)["id"]


def _remove(call: Call, row: Row) -> bool:
    state = call.state
    state.attribute_values.forget("persons", row["id"])
    state.delete_activities(state.person_activities, row["id"])
    if state.leads.where(person_id=row["id"]):
        return False
    state.tags_of["persons"].pop(row["id"], None)
    state.drop(state.participants, person_id=row["id"])
    del state.persons[row["id"]]
    return True
