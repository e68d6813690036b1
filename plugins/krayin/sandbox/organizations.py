"""Organizations: their endpoints, and the find-or-create that persons use."""

from typing import Any

from . import resources
from .attributes import attributes_of, save_values
from .call import Call
from .failures import no_record
from .listing import listed
from .mariadb import folded
from .state import Row
from .validation import check_attributes

_FILLABLE = ("name", "address", "user_id")


async def index(call: Call) -> Any:
    """List organizations."""
    return listed(call, call.state.organizations, resources.organization)


async def show(call: Call, organization_id: str) -> Any:
    """Show one organization; an unknown one is a 500 (recording 209), and so is no number (recording 207)."""
    row = call.state.organizations.get(int(organization_id)) if organization_id.isdecimal() else None
    if row is None:
        raise call.unknown("Contact\\Models\\Organization", organization_id)
    return {"data": resources.organization(call, row)}


async def store(call: Call) -> Any:
    """Create an organization."""
    check_attributes(call, "organizations", call.input)
    await call.pause()
    row = create(call, call.input)
    return {"data": resources.organization(call, row), "message": "Organization created successfully."}


async def update(call: Call, organization_id: str) -> Any:
    """Change an organization; what is left out stays."""
    data = call.input
    check_attributes(call, "organizations", data, organization_id)
    await call.pause()
    row = _found(call, organization_id)
    if row is None:
        raise no_record("Contact\\Models\\Organization", organization_id)
    filled = {key: data[key] for key in _FILLABLE if key in data}
    call.state.update(call.state.organizations, row, filled)
    save_values(call, "organizations", row["id"], data, attributes_of(call, "organizations", data))
    return {
        "data": resources.organization(call, row | filled),
        "message": "Organization updated successfully.",
    }


async def destroy(call: Call, organization_id: str) -> Any:
    """Delete an organization; its persons stay (recording 220). A failure is a 200 too (recording 217)."""
    row = _found(call, organization_id)
    if row is None:
        return {"data": {"message": "Organization delete failed."}}
    await call.pause()
    call.state.attribute_values.forget("organizations", row["id"])
    for person in call.state.persons.where(organization_id=row["id"]):
        person["organization_id"] = None
    call.state.organizations.pop(row["id"], None)
    return {"data": {"message": "Organization deleted successfully."}}


def create(call: Call, data: dict[str, Any]) -> Row:
    """Create an organization with its values; give it as it was sent."""
    filled = {key: data[key] for key in _FILLABLE if key in data}
    row = call.state.insert(call.state.organizations, filled)
    save_values(call, "organizations", row["id"], data, attributes_of(call, "organizations", data))
    return row | dict.fromkeys(_FILLABLE) | filled


def find_or_create(call: Call, name: Any) -> Row:
    """Find an organization by name, without case (recording 71), or create it."""
    wanted = folded(str(name))
    for row in call.state.organizations.values():
        if folded(row["name"]) == wanted:
            return row
    return create(call, {"name": name})


def _found(call: Call, organization_id: str) -> Row | None:
    return call.state.organizations.get(int(organization_id)) if organization_id.isdecimal() else None
