"""The settings, as people type and paste them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from crmhost_krayin import KrayinSettings


def settings(**given: Any) -> KrayinSettings:
    return KrayinSettings(**{"api_url": "https://crm.example.com", "api_token": "3|abc", **given})


@pytest.mark.parametrize(
    ("pasted", "address"),
    [
        (" https://crm.example.com/ ", "https://crm.example.com"),
        ("https://crm.example.com/admin", "https://crm.example.com"),
        ("https://crm.example.com/admin/leads?view=kanban#top", "https://crm.example.com"),
        ("https://crm.example.com/api/v1/", "https://crm.example.com"),
        ("http://10.0.0.5:8090/crm/public/api", "http://10.0.0.5:8090/crm/public"),
        ("https://api.example.com/apiary", "https://api.example.com/apiary"),
    ],
)
def test_the_address_is_what_comes_before_the_api(pasted: str, address: str) -> None:
    assert settings(api_url=pasted).api_url == address


@pytest.mark.parametrize(
    "address", ["crm.example.com", "ftp://crm.example.com", "https://", "https://a:b@crm.example.com"]
)
def test_an_address_that_cannot_be_asked_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        settings(api_url=address)


@pytest.mark.parametrize("pasted", ["3|abc\n", "Bearer 3|abc", "  bearer   3|abc "])
def test_the_token_is_found_in_what_was_pasted(pasted: str) -> None:
    assert settings(api_token=pasted).api_token.get_secret_value() == "3|abc"


@pytest.mark.parametrize("token", ["", " ", "3|a b", "3|ž", "3|a\nb"])
def test_what_cannot_be_a_token_is_refused(token: str) -> None:
    with pytest.raises(ValidationError):
        settings(api_token=token)


def test_the_token_is_not_shown() -> None:
    assert "abc" not in repr(settings())


def test_texts_of_the_command_line_are_read() -> None:
    given = settings(pipeline_id="4", stage_id="", create_lead="false", closed_stage_ids="5, 6")

    assert (given.pipeline_id, given.stage_id, given.create_lead) == (4, None, False)
    assert given.closed_stage_ids == (5, 6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "blue"},
        {"pipeline_id": "first"},
        {"pipeline_id": 0},
        {"placeholder_email": "nobody@phone.invalid"},
        {"placeholder_email": "{digits}"},
        {"chatwoot_name": "Shop, Berlin"},
        {"chatwoot_name": " "},
    ],
)
def test_a_setting_that_could_not_work_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**wrong)

    assert [error["loc"] for error in refused.value.errors()] == [tuple(wrong)]


def test_each_setting_can_be_shown_in_a_form() -> None:
    assert all(field.title and field.description for field in KrayinSettings.model_fields.values())
