"""What a freshly installed Krayin holds."""

from .state import State

_STAGES = ("New", "Follow Up", "Prospect", "Negotiation", "Won", "Lost")

# code, name, type, lookup, entity, validation, required, unique
_ATTRIBUTES = (
    ("title", "Title", "text", None, "leads", None, 1, 0),
    ("description", "Description", "textarea", None, "leads", None, 0, 0),
    ("lead_value", "Lead Value", "price", None, "leads", "decimal", 1, 0),
    ("lead_source_id", "Source", "select", "lead_sources", "leads", None, 1, 0),
    ("lead_type_id", "Type", "select", "lead_types", "leads", None, 1, 0),
    ("user_id", "Sales Owner", "select", "users", "leads", None, 0, 0),
    ("expected_close_date", "Expected Close Date", "date", None, "leads", None, 0, 0),
    ("lead_pipeline_id", "Pipeline", "lookup", "lead_pipelines", "leads", None, 1, 0),
    ("lead_pipeline_stage_id", "Stage", "lookup", "lead_pipeline_stages", "leads", None, 1, 0),
    ("name", "Name", "text", None, "persons", None, 1, 0),
    ("emails", "Emails", "email", None, "persons", None, 1, 1),
    ("contact_numbers", "Contact Numbers", "phone", None, "persons", "numeric", 0, 1),
    ("job_title", "Job Title", "text", None, "persons", None, 0, 0),
    ("user_id", "Sales Owner", "lookup", "users", "persons", None, 0, 0),
    ("organization_id", "Organization", "lookup", "organizations", "persons", None, 0, 0),
    ("name", "Name", "text", None, "organizations", None, 1, 1),
    ("address", "Address", "address", None, "organizations", None, 0, 0),
    ("user_id", "Sales Owner", "lookup", "users", "organizations", None, 0, 0),
)

_FIRST_ATTRIBUTE = 19
_FIRST_CUSTOM_ATTRIBUTE = 61  # products, quotes and warehouses, which the sandbox lacks, have the ids between


def sow(state: State) -> None:
    """Fill an empty database as Krayin's installer does."""
    _sow_people(state)
    for table, names in (
        ("lead_sources", ("Email", "Web", "Web Form", "Phone", "Direct")),
        ("lead_types", ("New Business", "Existing Business")),
    ):
        for name in names:
            state.insert(state.tables[table], {"name": name})
    _sow_pipeline(state)
    _sow_attributes(state)


def _sow_people(state: State) -> None:
    role = {"name": "Administrator", "description": "Administrator Role", "permission_type": "all"}
    state.insert(state.tables["roles"], role | {"created_at": None, "updated_at": None})
    user = {"name": "Example", "email": "admin@example.com", "password": "admin123", "role_id": 1}
    state.insert(state.users, user | {"status": 1, "view_permission": "global"})


def _sow_pipeline(state: State) -> None:
    pipeline = {"name": "Default Pipeline", "is_default": 1, "rotten_days": 30}
    state.insert(state.tables["lead_pipelines"], pipeline)
    for place, name in enumerate(_STAGES, 1):
        code = name.lower().replace(" ", "-")
        stage = {"code": code, "name": name, "sort_order": place, "lead_pipeline_id": 1}
        state.insert(state.stages, stage)


def _sow_attributes(state: State) -> None:
    keys = ("code", "name", "type", "lookup_type", "entity_type", "validation", "is_required", "is_unique")
    state.attributes.next_id = _FIRST_ATTRIBUTE
    for values in _ATTRIBUTES:
        state.insert(
            state.attributes, dict(zip(keys, values, strict=True)) | {"quick_add": 1, "is_user_defined": 0}
        )
    state.attributes.next_id = _FIRST_CUSTOM_ATTRIBUTE
