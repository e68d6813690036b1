"""Attribute definitions and values: every field of a record is kept a second time here."""

from typing import Any

from .call import Call
from .changelog import note_change
from .failures import Unforeseen, undefined_key
from .php import as_array, entries, is_empty
from .state import Row
from .tables import value_column


def attributes_of(call: Call, entity_type: str, data: dict[str, Any]) -> list[Row]:
    """List an entity's attributes, only the quick-add ones if the data says so (recording 679)."""
    found = call.state.attributes.where(entity_type=entity_type)
    return [row for row in found if data.get("quick_add") is None or row["quick_add"]]


def save_values(
    call: Call, entity_type: str, entity_id: int, data: dict[str, Any], attributes: list[Row]
) -> None:
    """Save the data's values of these attributes one by one, and note the changes."""
    for attribute in attributes:
        code, _ = attribute["code"], value_column(attribute)
        if attribute["type"] == "boolean":
            # Left out means no (recordings 657, 674).
            _save(call, entity_type, entity_id, attribute, 0 if is_empty(data.get(code)) else 1)
        elif code in data:
            _save(call, entity_type, entity_id, attribute, _prepared(attribute, data[code]))


def _prepared(attribute: Row, value: Any) -> Any:
    match attribute["type"]:
        case "email" | "phone":
            return _without_nulls(value)
        case "date" | "price" if value == "":
            return None
        case "multiselect" | "checkbox":
            return _joined(value)
        case "image" | "file":
            # Only an upload has a value, and the sandbox takes none.
            return None
        case _:
            return value


def _joined(value: Any) -> str:
    if not isinstance(value, list | dict):
        raise Unforeseen("implode(): Argument #2 ($array) must be of type ?array", "TypeError")
    return ",".join(str(item) for _, item in entries(value))


def _without_nulls(value: Any) -> Any:
    if value is not None and not isinstance(value, list | dict):
        # A plain string as e-mails breaks here, after the person was written (recording 75).
        raise Unforeseen("foreach() argument must be of type array|object, string given")
    kept = {}
    for key, item in entries(value):
        if not isinstance(item, dict) or "value" not in item:
            raise undefined_key(
                "value", "packages/Webkul/Attribute/src/Repositories/AttributeValueRepository.php:180"
            )
        if item["value"] is not None:
            kept[key] = item
    return None if value is None else as_array(kept)


def _save(call: Call, entity_type: str, entity_id: int, attribute: Row, value: Any) -> None:
    values, column = call.state.attribute_values, value_column(attribute)
    row = values.of(entity_type, entity_id).get(attribute["id"])
    if row is None:
        keys = {"entity_type": entity_type, "entity_id": entity_id, "attribute_id": attribute["id"]}
        call.state.insert(values, keys | {column: value})
        note_change(call, entity_type, entity_id, attribute["name"], None, value, attribute)
    else:
        old = _as_read(row, column)
        if column in call.state.update(values, row, {column: value}):
            note_change(call, entity_type, entity_id, attribute["name"], old, value, attribute)


def _as_read(row: Row, column: str) -> Any:
    if column != "float_value" or row[column] is None:
        return row[column]
    amount = float(row[column])
    return int(amount) if amount.is_integer() else amount
