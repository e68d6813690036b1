"""Search: the little language of l5-repository's RequestCriteria."""

from collections.abc import Callable
from typing import Any

from .call import Call
from .failures import Unforeseen
from .listing import sorted_by, unknown_column
from .mariadb import Column, equals, is_like
from .state import Row, Table

Check = Callable[[Row], bool]

_CONDITIONS = ("=", "like", "in")

_SEARCHABLE = {
    "persons": ("name", "emails", "contact_numbers", "organization_id", "job_title", "organization.name",
                "user_id", "user.name"),
    "leads": ("title", "lead_value", "status", "user_id", "person_id", "lead_source_id", "lead_type_id",
              "lead_pipeline_id", "lead_pipeline_stage_id", "created_at", "closed_at", "expected_close_date"),
    "users": ("name", "email"),
    "tags": ("name", "color", "user_id"),
}  # fmt: skip

# relation: (table, own column)
_RELATIONS = {
    "persons": {"organization": ("organizations", "organization_id"), "user": ("users", "user_id")},
    "leads": {
        "person": ("persons", "person_id"), "user": ("users", "user_id"),
        "type": ("lead_types", "lead_type_id"), "source": ("lead_sources", "lead_source_id"),
        "pipeline": ("lead_pipelines", "lead_pipeline_id"),
        "stage": ("lead_pipeline_stages", "lead_pipeline_stage_id"),
    },
}  # fmt: skip


def searched(call: Call, table: Table) -> list[Row]:
    """Answer a search: the rows that fit, at most ten unless a limit says otherwise."""
    if call.user["view_permission"] != "global":
        # Any other permission ends in a 500 (recordings 569, 572, 574).
        raise Unforeseen("Method limit()->findWhereIn() does not exist", "BadMethodCallException")
    wanted = call.input
    checks = _checks(call, table, wanted)
    joined = all if str(wanted.get("searchJoin", "")).lower() == "and" else any
    rows = [row for row in table.values() if not checks or joined(check(row) for check in checks)]
    if order_by := wanted.get("orderBy"):
        rows = sorted_by(table, rows, str(order_by), str(wanted.get("sortedBy") or "asc"))
    limit = wanted.get("limit")
    return rows[: 10 if limit is None else max(0, int(str(limit)))]


def _checks(call: Call, table: Table, wanted: dict[str, Any]) -> list[Check]:
    text = str(wanted.get("search") or "")
    if not text:
        return []
    pairs, loose = _pairs(text), _loose(text)
    checks = []
    for field, condition in _fields(table, wanted.get("searchFields"), list(pairs)).items():
        value = pairs.get(field, None if condition == "in" else loose)
        if value is not None:
            checks.append(_check(call, table, field, condition, value))
    return checks


def _pairs(text: str) -> dict[str, str]:
    """Read `field:value;field:value`; what follows a second colon is lost (recording 555)."""
    if text.find(":") < 1:
        return {}
    rows = (part.split(":") for part in text.split(";"))
    return {row[0]: row[1] for row in rows if len(row) > 1}


def _loose(text: str) -> str | None:
    """Find the term that names no field."""
    if text.find(";") < 1 and text.find(":") < 1:
        return text
    return next((part for part in text.split(";") if ":" not in part), None)


def _fields(table: Table, wanted: Any, named: list[str]) -> dict[str, str]:
    """Choose the fields to look at and how; an unaccepted condition counts as none (recording 563)."""
    conditions = dict.fromkeys(_SEARCHABLE.get(table.name, ()), "=")
    if not wanted:
        return conditions
    asked = str(wanted).split(";")
    for place, field in enumerate(asked):
        name, _, condition = field.partition(":")
        if condition in _CONDITIONS:
            conditions.pop(name, None)
            conditions[name] = condition
            asked[place] = name
    chosen = {field: how for field, how in conditions.items() if field in asked or field in named}
    if not chosen:
        raise Unforeseen("Fields are not accepted in query search", "Exception")
    return chosen


def _check(call: Call, table: Table, field: str, condition: str, value: str) -> Check:
    *relations, name = field.split(".")
    target = _target(call, table, relations)
    if name not in target.columns:
        raise unknown_column(target, name, value)
    column = target.columns[name]
    if condition == "in":
        parts = value.split(",")
        return lambda row: any(
            _is_in(column, one[name], parts, name) for one in _related(call, table, row, relations)
        )
    holds, pattern = (is_like, f"%{value}%") if condition == "like" else (equals, value)
    return lambda row: any(holds(column, one[name], pattern) for one in _related(call, table, row, relations))


def _target(call: Call, table: Table, relations: list[str]) -> Table:
    for relation in relations:
        if relation == "attribute_values":
            table = call.state.attribute_values
        elif relation == "tags" and table.name in call.state.tags_of:
            table = call.state.tables["tags"]
        elif relation == "leads" and table.name == "persons" and call.profile.persons_have_leads:
            table = call.state.leads
        elif relation in _RELATIONS.get(table.name, {}):
            table = call.state.tables[_RELATIONS[table.name][relation][0]]
        else:
            raise Unforeseen(f"Call to undefined method {relation}()", "BadMethodCallException")
    return table


def _related(call: Call, table: Table, row: Row, relations: list[str]) -> list[Row]:
    if not relations:
        return [row]
    first, *rest = relations
    other = _target(call, table, [first])
    return [found for one in _direct(call, table, row, first) for found in _related(call, other, one, rest)]


def _direct(call: Call, table: Table, row: Row, relation: str) -> list[Row]:
    state = call.state
    if relation == "attribute_values":
        return list(state.attribute_values.of(table.name, row["id"]).values())
    if relation == "tags":
        return [state.tables["tags"][tag_id] for tag_id in sorted(state.tags_of[table.name][row["id"]])]
    if relation == "leads":
        return list(state.leads.where(person_id=row["id"]))
    other, key = _RELATIONS[table.name][relation]
    found = state.tables[other].get(row[key])
    return [found] if found else []


def _is_in(column: Column, value: Any, wanted: list[str], name: str) -> bool:
    if not wanted[0].strip() or wanted[0] == name:
        return True
    return any(equals(column, value, one) for one in wanted)
