"""The attributes that a freshly installed Krayin has."""

from .state import State

FIRST = 19

# entity, code, name, type, lookup, place, validation, required, unique (recording 234)
_KEYS = (
    "entity_type", "code", "name", "type", "lookup_type", "sort_order", "validation", "is_required",
    "is_unique",
)  # fmt: skip
_ATTRIBUTES = (
    ("leads", "title", "Title", "text", None, 1, None, 1, 0),
    ("leads", "description", "Description", "textarea", None, 2, None, 0, 0),
    ("leads", "lead_value", "Lead Value", "price", None, 3, "decimal", 1, 0),
    ("leads", "lead_source_id", "Source", "select", "lead_sources", 4, None, 1, 0),
    ("leads", "lead_type_id", "Type", "select", "lead_types", 5, None, 1, 0),
    ("leads", "user_id", "Sales Owner", "select", "users", 7, None, 0, 0),
    ("leads", "expected_close_date", "Expected Close Date", "date", None, 8, None, 0, 0),
    ("leads", "lead_pipeline_id", "Pipeline", "lookup", "lead_pipelines", 9, None, 1, 0),
    ("leads", "lead_pipeline_stage_id", "Stage", "lookup", "lead_pipeline_stages", 10, None, 1, 0),
    ("persons", "name", "Name", "text", None, 1, None, 1, 0),
    ("persons", "emails", "Emails", "email", None, 2, None, 1, 1),
    ("persons", "contact_numbers", "Contact Numbers", "phone", None, 3, "numeric", 0, 1),
    ("persons", "job_title", "Job Title", "text", None, 4, None, 0, 0),
    ("persons", "user_id", "Sales Owner", "lookup", "users", 5, None, 0, 0),
    ("persons", "organization_id", "Organization", "lookup", "organizations", 6, None, 0, 0),
    ("organizations", "name", "Name", "text", None, 1, None, 1, 1),
    ("organizations", "address", "Address", "address", None, 2, None, 0, 0),
    ("organizations", "user_id", "Sales Owner", "lookup", "users", 3, None, 0, 0),
    ("products", "name", "Name", "text", None, 1, None, 1, 0),
    ("products", "description", "Description", "textarea", None, 2, None, 0, 0),
    ("products", "sku", "SKU", "text", None, 3, None, 1, 1),
    ("products", "quantity", "Quantity", "text", None, 4, "numeric", 1, 0),
    ("products", "price", "Price", "price", None, 5, "decimal", 1, 0),
    ("quotes", "user_id", "Sales Owner", "select", "users", 1, None, 1, 0),
    ("quotes", "subject", "Subject", "text", None, 2, None, 1, 0),
    ("quotes", "description", "Description", "textarea", None, 3, None, 0, 0),
    ("quotes", "billing_address", "Billing Address", "address", None, 4, None, 1, 0),
    ("quotes", "shipping_address", "Shipping Address", "address", None, 5, None, 0, 0),
    ("quotes", "discount_percent", "Discount Percent", "text", None, 6, "decimal", 0, 0),
    ("quotes", "discount_amount", "Discount Amount", "price", None, 7, "decimal", 0, 0),
    ("quotes", "tax_amount", "Tax Amount", "price", None, 8, "decimal", 0, 0),
    ("quotes", "adjustment_amount", "Adjustment Amount", "price", None, 9, "decimal", 0, 0),
    ("quotes", "sub_total", "Sub Total", "price", None, 10, "decimal", 1, 0),
    ("quotes", "grand_total", "Grand Total", "price", None, 11, "decimal", 1, 0),
    ("quotes", "expired_at", "Expired At", "date", None, 12, None, 1, 0),
    ("quotes", "person_id", "Person", "lookup", "persons", 13, None, 1, 0),
    ("warehouses", "name", "Name", "text", None, 1, None, 1, 0),
    ("warehouses", "description", "Description", "textarea", None, 2, None, 0, 0),
    ("warehouses", "contact_name", "Contact Name", "text", None, 3, None, 1, 0),
    ("warehouses", "contact_emails", "Contact Emails", "email", None, 4, None, 1, 1),
    ("warehouses", "contact_numbers", "Contact Numbers", "phone", None, 5, "numeric", 0, 1),
    ("warehouses", "contact_address", "Contact Address", "address", None, 6, None, 1, 0),
)


# What Krayin 2.2 does not ask for at once, nor requires of a lead.
_SLOW = {
    "leads": (
        "lead_value", "lead_source_id", "lead_type_id", "user_id", "expected_close_date",
        "lead_pipeline_id", "lead_pipeline_stage_id",
    ),
    "persons": ("job_title", "user_id", "organization_id"),
    "quotes": (
        "shipping_address", "discount_percent", "discount_amount", "tax_amount", "adjustment_amount",
        "sub_total",
    ),
    "warehouses": ("contact_address",),
}  # fmt: skip


def sow_attributes(state: State, *, asks_less: bool) -> None:
    """Fill an empty database with the attributes that Krayin's installer makes."""
    state.attributes.next_id = FIRST
    for values in _ATTRIBUTES:
        named = dict(zip(_KEYS, values, strict=True))
        state.insert(state.attributes, named | {"quick_add": 1, "is_user_defined": 0})
    if asks_less:
        _ask_less(state)


def _ask_less(state: State) -> None:
    for row in state.attributes.values():
        if row["code"] in _SLOW.get(row["entity_type"], ()):
            row["quick_add"] = 0
        if row["code"] == "lead_value":
            row |= {"name": "Estimated Lead Value", "is_required": 0}
