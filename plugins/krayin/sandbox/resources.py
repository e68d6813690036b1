"""How rows look in answers: Krayin's *Resource classes."""

from typing import Any

from .call import Call
from .php import from_json
from .state import Row, Table
from .tables import value_column

ATTRIBUTE = (
    "id", "code", "name", "type", "lookup_type", "entity_type", "sort_order", "validation", "is_required",
    "is_unique", "quick_add", "is_user_defined",
)  # fmt: skip
_PUBLIC = ("id", "name", "email", "status", "view_permission")


def shown(call: Call, table: Table, row: Row, code: str, values: dict[int, Row] | None = None) -> Any:
    """Give a column, or where it is null the attribute value of that code (recording 331)."""
    if row.get(code) is not None:
        return row[code]
    named = sorted(
        call.state.attributes.where(code=code), key=lambda attribute: str(attribute["entity_type"])
    )
    if not named:
        return None
    known = call.state.attribute_values.of(table.name, row["id"]) if values is None else values
    value = known.get(named[0]["id"])
    return value and value[value_column(named[0])]


def stamps(call: Call, row: Row) -> dict[str, Any]:
    """Show when a row was made and last changed."""
    return {key: call.times.shown(row[key]) for key in ("created_at", "updated_at")}


def role(call: Call, row: Row) -> dict[str, Any]:
    """Show a role."""
    keys = ("id", "name", "description", "permission_type", "permissions")
    return {key: row[key] for key in keys} | stamps(call, row)


def user(call: Call, row: Row) -> dict[str, Any]:
    """Show a user."""
    known = {"role": role(call, call.state.tables["roles"][row["role_id"]])}
    image = {"image": row["image"], "image_url": None}
    return {key: row[key] for key in _PUBLIC} | known | stamps(call, row) | image


def organization(call: Call, row: Row) -> dict[str, Any]:
    """Show an organization."""
    table = call.state.organizations
    own = {key: shown(call, table, row, key) for key in ("name", "address")}
    return {"id": row["id"]} | own | stamps(call, row)


def person(
    call: Call, row: Row, organization_id: Any = ..., values: dict[int, Row] | None = None
) -> dict[str, Any]:
    """Show a person; the organization and the owner are left out where there are none."""
    state = call.state
    own = {
        key: shown(call, state.persons, row, key, values)
        for key in ("emails", "contact_numbers", "job_title")
    }
    answer = {"id": row["id"], "name": row["name"], "emails": own["emails"]}
    answer["contact_numbers"] = own["contact_numbers"]
    employer = _related(
        state.organizations, row["organization_id"] if organization_id is ... else organization_id
    )
    owner = _related(state.users, row["user_id"])
    answer |= {"organization": organization(call, employer)} if employer else {}
    answer["job_title"] = own["job_title"]
    answer |= {"sales_owner": user(call, owner)} if owner else {}
    return answer | stamps(call, row)


def lead(call: Call, row: Row) -> dict[str, Any]:
    """Show a lead; what was just sent is shown as it was sent, not as it was stored."""
    state = call.state
    owner = _related(state.users, row["user_id"])
    contact = _related(state.persons, row["person_id"])
    keys = ("title", "description", "lead_value", "status", "lost_reason")
    links = ("lead_source_id", "lead_type_id", "lead_pipeline_id", "lead_pipeline_stage_id")
    answer = {"id": row["id"]} | {key: shown(call, state.leads, row, key) for key in keys}
    answer["closed_at"] = call.times.shown(row["closed_at"])
    answer["user"] = user(call, owner) if owner else None
    answer["person"] = person(call, contact) if contact else None
    answer["lead_products"] = [
        _product(call, one) for one in state.tables["lead_products"].where(lead_id=row["id"])
    ]
    answer |= {key: row[key] for key in links} | stamps(call, row)
    closing = shown(call, state.leads, row, "expected_close_date")
    return answer | {"expected_close_date": call.times.shown_date(closing)}


def activity(call: Call, row: Row) -> dict[str, Any]:
    """Show an activity with its author, files and participants."""
    author = call.state.users.get(row["user_id"])
    answer = {"id": row["id"], "parent_id": None} | {key: row[key] for key in ("title", "type", "comment")}
    answer["additional"] = None if row["additional"] is None else from_json(str(row["additional"]))
    answer |= {key: call.times.shown(row[key]) for key in ("schedule_from", "schedule_to")}
    answer |= {"is_done": row["is_done"], "user": author and _author(call, author)}
    answer["files"] = [
        _file(call, file) for file in call.state.tables["activity_files"].where(activity_id=row["id"])
    ]
    joined = call.state.participants.where(activity_id=row["id"])
    answer["participants"] = [_participant(call, participant) for participant in joined]
    return answer | {"location": row["location"]} | stamps(call, row)


def pipeline(call: Call, row: Row) -> dict[str, Any]:
    """Show a pipeline with its stages."""
    stages = call.state.stages.where(lead_pipeline_id=row["id"])
    own = {key: row[key] for key in ("id", "name", "is_default", "rotten_days")}
    return own | {"stages": [_stage(call, stage) for stage in stages]} | stamps(call, row)


def named(call: Call, row: Row) -> dict[str, Any]:
    """Show a row that is little but a name: a source or a type."""
    return {"id": row["id"], "name": row["name"]} | stamps(call, row)


def attribute(call: Call, row: Row) -> dict[str, Any]:
    """Show an attribute's definition with its options."""
    options = call.state.tables["attribute_options"].where(attribute_id=row["id"])
    shown_options = [
        {key: one[key] for key in ("id", "name", "sort_order", "attribute_id")} for one in options
    ]
    return {key: row[key] for key in ATTRIBUTE} | {"options": shown_options} | stamps(call, row)


def tag(call: Call, row: Row) -> dict[str, Any]:
    """Show a tag with the user who made it."""
    own = {key: row[key] for key in ("id", "name", "color")}
    owner = _related(call.state.users, row["user_id"])
    return own | {"user": user(call, owner) if owner else None} | stamps(call, row)


def _related(table: Table, row_id: Any) -> Row | None:
    return None if row_id is None or row_id == "" else table.get(int(row_id))


def _product(call: Call, row: Row) -> dict[str, Any]:
    """Show what a lead is about, with the product behind it (recording 545)."""
    product = call.state.tables["products"][row["product_id"]]
    own = {key: product[key] for key in ("id", "sku", "name", "description", "quantity", "price")}
    answer = {key: row[key] for key in ("id", "quantity", "price", "amount")}
    return answer | {"product": own | stamps(call, product)} | stamps(call, row)


def _stage(call: Call, row: Row) -> dict[str, Any]:
    own = {key: row[key] for key in ("id", "code", "name")}
    own |= {"lead_value": None, "formatted_lead_value": "$0.00", "is_user_defined": None}
    if call.profile.stages_name_pipeline:
        own |= {key: row[key] for key in ("lead_pipeline_id", "sort_order")}
    return own | {"created_at": None, "updated_at": None}


def _author(call: Call, row: Row) -> dict[str, Any]:
    own = {key: row[key] for key in ("id", "name", "email", "image")}
    # updated_at really is the name (recording 370).
    return own | {"created_at": call.times.shown(row["created_at"]), "updated_at": row["name"]}


def _participant(call: Call, row: Row) -> dict[str, Any]:
    if row["user_id"] is not None:
        return {"user": user(call, call.state.users[row["user_id"]])}
    return {"person": person(call, call.state.persons[row["person_id"]])}


def _file(call: Call, row: Row) -> dict[str, Any]:
    return {key: row[key] for key in ("id", "name", "path")} | stamps(call, row)
