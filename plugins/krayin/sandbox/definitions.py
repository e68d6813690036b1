"""Attribute definitions, as the settings show and take them."""

import re
from typing import Any

from . import resources
from .call import Call
from .failures import Unforeseen, no_record
from .mariadb import equals, is_like
from .persons import number
from .php import entries
from .state import Row
from .validation import Findings

_DEFAULTS = {"is_required": 0, "is_unique": 0, "is_user_defined": 1}
_WITH_OPTIONS = ("select", "multiselect", "checkbox")
_LOOKUPS = {
    "leads": "title",
    "lead_sources": "name",
    "lead_types": "name",
    "lead_pipelines": "name",
    "lead_pipeline_stages": "name",
    "organizations": "name",
    "persons": "name",
}


async def store(call: Call) -> Any:
    """Create an attribute; whatever was asked, it is one of quick add (recording 673)."""
    data = call.input
    _check(call, data)
    await call.pause()
    filled = {key: data[key] for key in resources.ATTRIBUTE if key in data and key != "id"} | {"quick_add": 1}
    row = call.state.insert(call.state.attributes, _DEFAULTS | filled)
    if row["type"] in _WITH_OPTIONS:
        _add_options(call, row["id"], data.get("options"))
    # What was left out is not read back from the database (recording 244).
    shown = row | dict.fromkeys(_DEFAULTS) | filled
    return {"data": resources.attribute(call, shown), "message": "Attribute created successfully."}


async def destroy(call: Call, attribute_id: str) -> Any:
    """Delete an attribute with all its values. What Krayin says to that was not recorded."""
    row = call.state.attributes.get(number(attribute_id))
    if row is None:
        raise no_record("Attribute\\Models\\Attribute", attribute_id)
    await call.pause()
    for value in list(call.state.attribute_values.with_attribute(row["id"])):
        call.state.attribute_values.of(value["entity_type"], value["entity_id"]).pop(row["id"], None)
        del call.state.attribute_values[value["id"]]
    call.state.drop(call.state.tables["attribute_options"], attribute_id=row["id"])
    del call.state.attributes[row["id"]]
    return {"message": "Attribute deleted successfully."}


async def lookup(call: Call, kind: str) -> Any:
    """List what an attribute of this lookup may point to, as if they were attributes (recording 238)."""
    label = _LOOKUPS.get(kind)
    if label is None:
        raise Unforeseen("Trying to access array offset on value of type null")
    table = call.state.tables[kind]
    pattern = f"%{call.input.get('query') or ''}%"
    rows = [row for row in table.values() if is_like(table.columns[label], row[label], pattern)]
    return {"data": [_as_attribute(row["id"], row[label]) for row in rows]}


def _check(call: Call, data: dict[str, Any]) -> None:
    findings = Findings()
    if findings.require("code", data.get("code")):
        _check_code(call, findings, data)
    for field in ("name", "type"):
        findings.require(field, data.get(field))
    findings.refuse()


def _check_code(call: Call, findings: Findings, data: dict[str, Any]) -> None:
    columns, code = call.state.attributes.columns, data["code"]
    if any(
        equals(columns["code"], row["code"], code)
        and equals(columns["entity_type"], row["entity_type"], data.get("entity_type"))
        for row in call.state.attributes.values()
    ):
        findings.add("code", "The code has already been taken.")
    if not re.fullmatch("[a-zA-Z]+[a-zA-Z0-9_]+", str(code)):
        findings.add("code", "The field must be a valid code.")


def _add_options(call: Call, attribute_id: int, options: Any) -> None:
    table = call.state.tables["attribute_options"]
    for place, (_, option) in enumerate(entries(options), 1):
        given = {key: option[key] for key in ("name", "sort_order") if key in option}
        call.state.insert(table, {"attribute_id": attribute_id, "sort_order": place} | given)


def _as_attribute(row_id: int, name: str) -> Row:
    keys = (*resources.ATTRIBUTE, "options", "created_at", "updated_at")
    return dict.fromkeys(keys) | {"id": row_id, "name": name}
