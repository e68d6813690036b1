"""The "system" activities with which Krayin notes what was made and what changed."""

from typing import Any

from .call import Call
from .failures import undefined_key
from .php import entries, from_json, is_empty, loosely_equal, to_json
from .state import Row
from .times import parsed, spelled

_LOGS_OF = ("persons", "leads")


def links_of(call: Call, entity_type: str) -> dict[int, set[int]]:
    """Give the map from a person's or lead's id to its activities."""
    return call.state.person_activities if entity_type == "persons" else call.state.lead_activities


def note_creation(call: Call, entity_type: str, entity_id: int) -> None:
    """Note that a record was made."""
    _attach(call, entity_type, entity_id, "Created", None)


def note_change(
    call: Call, entity_type: str, entity_id: int, name: str, old: Any, new: Any, attribute: Row | None = None
) -> None:
    """Note a changed value, if PHP finds it different and the record keeps a log (organizations do not)."""
    old, new = _decoded(old), _decoded(new)
    if entity_type not in _LOGS_OF or loosely_equal(new, old):
        return
    change: dict[str, Any] = {"attribute": name}
    change |= {side: _labelled(call, value, attribute) for side, value in (("new", new), ("old", old))}
    _attach(call, entity_type, entity_id, f"Updated {name}", to_json(change))


def _attach(call: Call, entity_type: str, entity_id: int, title: str, additional: str | None) -> None:
    values = {
        "type": "system",
        "title": title,
        "is_done": 1,
        "user_id": call.user["id"],
        "additional": additional,
    }
    row = call.state.insert(call.state.activities, values)
    links_of(call, entity_type)[entity_id].add(row["id"])


def _labelled(call: Call, value: Any, attribute: Row | None) -> dict[str, Any]:
    return {"value": value, "label": label(call, value, attribute)}


def _decoded(value: Any) -> Any:
    if isinstance(value, str):
        value = from_json(value) or value
    return _sorted(value)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def label(call: Call, value: Any, attribute: Row | None) -> Any:
    """Say a value as a salesperson reads it."""
    match attribute and attribute["type"]:
        case "price":
            return f"${float(value or 0):,.2f}"
        case "boolean":
            return "Yes" if value else "No"
        case "select" | "radio" | "lookup":
            return _chosen(call, value, attribute or {})
        case "multiselect" | "checkbox":
            chosen = (_chosen(call, one, attribute or {}) for one in str(value or "").split(","))
            return ", ".join(name for name in chosen if name)
        case "email" | "phone":
            return _listed(value)
        case "address":
            return None if is_empty(value) else ""
        case "date":
            return spelled(value)
        case "moment":
            return call.times.spelled(value)
        case "datetime":
            moment = parsed(str(value)) if value else None
            return moment and moment.strftime("%a %b %d, %Y %H:%M %p")
        case _:
            return value


def _chosen(call: Call, value: Any, attribute: Row) -> Any:
    if not attribute["lookup_type"]:
        options = call.state.tables["attribute_options"].where(attribute_id=attribute["id"])
        return next((option["name"] for option in options if str(option["id"]) == str(value)), None)
    table = call.state.tables.get(attribute["lookup_type"])
    row = table.get(value) if table and isinstance(value, int) else None
    return row and row["name"]


def _listed(value: Any) -> str | None:
    if not isinstance(value, list | dict):
        return None
    return ", ".join(_listed_one(item) for _, item in entries(value))


def _listed_one(item: Row) -> str:
    # A phone without a label breaks here, after the person was written (recording 50).
    for key in ("value", "label"):
        if key not in item:
            raise undefined_key(
                key, "packages/Webkul/Attribute/src/Repositories/AttributeValueRepository.php:275"
            )
    return f"{item['value']} ({item['label']})"
