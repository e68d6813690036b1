"""A lead's products, as the recordings of the real Krayin show them before and after each kind of write."""

from typing import Any

import pytest

from .asking import Asker
from .recordings import body_of


def _lead_with_a_product(**options: Any) -> tuple[Asker, str]:
    asker = Asker(**options)
    lead = asker.add_lead()
    state = asker.sandbox.state
    widget = {"sku": "W1", "name": "Widget", "description": "d", "quantity": 5, "price": 10}
    product = state.insert(state.tables["products"], widget)
    sold = {"lead_id": lead["id"], "product_id": product["id"], "quantity": 2, "price": 10, "amount": 20}
    state.insert(state.tables["lead_products"], sold)
    return asker, f"/api/v1/leads/{lead['id']}"


def _recorded(number: int) -> Any:
    return _timeless(body_of(number)["response"]["body"]["data"]["lead_products"])


def _timeless(rows: Any) -> Any:
    if isinstance(rows, list):
        return [_timeless(row) for row in rows]
    if isinstance(rows, dict):
        return {key: _timeless(value) for key, value in rows.items() if not key.endswith("_at")}
    return rows


def test_a_product_is_shown_as_krayin_shows_it() -> None:
    asker, lead = _lead_with_a_product()

    assert _timeless(asker.get(lead)["lead_products"]) == _recorded(545)


@pytest.mark.parametrize("number", [546, 547, 595])
def test_a_whole_update_keeps_the_products_that_it_names_and_no_others(number: int) -> None:
    asker, lead = _lead_with_a_product()

    answer = asker.ask("PUT", lead, body_of(number)["request"]["body"]).json()["data"]

    assert _timeless(answer["lead_products"]) == _recorded(number)
    assert len(asker.sandbox.state.tables["lead_products"]) == len(_recorded(number))


@pytest.mark.parametrize("path", ["stage", "attributes"])
def test_the_other_writes_leave_products_alone(path: str) -> None:
    asker, lead = _lead_with_a_product()

    asker.ask("PUT", lead.replace("leads", f"leads/{path}/edit"), {"lead_pipeline_stage_id": 3})

    assert _timeless(asker.get(lead)["lead_products"]) == _recorded(545)


def test_a_deleted_lead_takes_its_products_along() -> None:
    asker, lead = _lead_with_a_product()

    asker.ask("DELETE", lead)

    assert not asker.sandbox.state.tables["lead_products"]
