"""The columns of Krayin's tables that the sandbox plays."""

from typing import Any

from .failures import undefined_key
from .mariadb import Column

_REPOSITORY = "packages/Webkul/Attribute/src/Repositories/AttributeValueRepository.php:54"

_ID = Column("int")
_INT = Column("int")
_NAME = Column("text", 255)
_TEXT = Column("text")
_JSON = Column("json")
_TIME = Column("datetime")
_STAMPS = {"created_at": _TIME, "updated_at": _TIME}


def _to(table: str) -> Column:
    return Column("int", references=table)


def _names(*names: str) -> dict[str, Column]:
    return dict.fromkeys(names, _NAME)


COLUMNS: dict[str, dict[str, Column]] = {
    "roles": {"id": _ID}
    | _names("name", "description", "permission_type")
    | {"permissions": _JSON}
    | _STAMPS,
    "users": {"id": _ID, "email": Column("text", 255, unique=True), "status": _INT, "role_id": _to("roles")}
    | _names("name", "view_permission", "image", "password")
    | _STAMPS,
    "attributes": {"id": _ID}
    | _names("code", "name", "type", "lookup_type", "entity_type", "validation")
    | {"sort_order": _INT, "is_required": _INT, "is_unique": _INT, "quick_add": _INT, "is_user_defined": _INT}
    | _STAMPS,
    "attribute_options": {"id": _ID, "name": _NAME, "sort_order": _INT, "attribute_id": _to("attributes")},
    "attribute_values": {
        "id": _ID,
        "entity_type": _NAME,
        "entity_id": _INT,
        "attribute_id": _to("attributes"),
        "text_value": _TEXT,
        "boolean_value": _INT,
        "integer_value": _INT,
        "float_value": Column("decimal"),
        "datetime_value": _TIME,
        "date_value": Column("date"),
        "json_value": _JSON,
    },
    "lead_sources": {"id": _ID, "name": _NAME} | _STAMPS,
    "lead_types": {"id": _ID, "name": _NAME} | _STAMPS,
    "lead_pipelines": {"id": _ID, "name": _NAME, "is_default": _INT, "rotten_days": _INT} | _STAMPS,
    "lead_pipeline_stages": {"id": _ID, "code": _NAME, "name": _NAME, "probability": _INT, "sort_order": _INT}
    | {"lead_pipeline_id": _to("lead_pipelines")},
    "organizations": {"id": _ID, "name": Column("text", 255, required=True), "address": _JSON}
    | {"user_id": _to("users")}
    | _STAMPS,
    "persons": {
        "id": _ID,
        "name": Column("text", 255, required=True),
        "emails": Column("json", required=True),
        "contact_numbers": _JSON,
        "organization_id": _to("organizations"),
        "job_title": _NAME,
        "user_id": _to("users"),
        "unique_id": Column("text", 255, unique=True),
    }
    | _STAMPS,
    "leads": {
        "id": _ID,
        "title": Column("text", 255, required=True),
        "description": _TEXT,
        "lead_value": Column("decimal"),
        "status": _INT,
        "lost_reason": _TEXT,
        "closed_at": _TIME,
        "user_id": _to("users"),
        "person_id": _to("persons"),
        "lead_source_id": _to("lead_sources"),
        "lead_type_id": _to("lead_types"),
        "lead_pipeline_id": _to("lead_pipelines"),
        "lead_pipeline_stage_id": _to("lead_pipeline_stages"),
        "expected_close_date": Column("date"),
    }
    | _STAMPS,
    "products": {"id": _ID, "quantity": _INT, "price": Column("decimal")}
    | _names("sku", "name", "description")
    | _STAMPS,
    "lead_products": {"id": _ID, "lead_id": _to("leads"), "product_id": _to("products"), "quantity": _INT}
    | {"price": Column("decimal"), "amount": Column("decimal")}
    | _STAMPS,
    "activities": {
        "id": _ID,
        "title": _NAME,
        "type": _NAME,
        "comment": _TEXT,
        "additional": Column("jsontext"),
    }
    | {
        "location": _NAME,
        "schedule_from": _TIME,
        "schedule_to": _TIME,
        "is_done": _INT,
        "user_id": _to("users"),
    }
    | _STAMPS,
    "tags": {"id": _ID, "name": _NAME, "color": _NAME, "user_id": _to("users")} | _STAMPS,
    "activity_participants": {"id": _ID, "activity_id": _to("activities")}
    | {"user_id": _to("users"), "person_id": _to("persons")},
    "activity_files": {"id": _ID, "activity_id": _to("activities"), "name": _NAME, "path": _NAME} | _STAMPS,
}

_VALUE_COLUMNS = {
    **dict.fromkeys(("text", "textarea", "multiselect", "checkbox", "image", "file"), "text_value"),
    "price": "float_value",
    "boolean": "boolean_value",
    "select": "integer_value",
    "lookup": "integer_value",
    "email": "json_value",
    "phone": "json_value",
    "address": "json_value",
    "date": "date_value",
    "datetime": "datetime_value",
}


def value_column(attribute: dict[str, Any]) -> str:
    """Name the column of attribute_values that holds this attribute's values."""
    if attribute["type"] not in _VALUE_COLUMNS:
        # An attribute may be made of any type, but not written (AttributeValueRepository::save).
        raise undefined_key(attribute["type"], _REPOSITORY)
    return _VALUE_COLUMNS[attribute["type"]]
