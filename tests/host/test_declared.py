"""A plugin's settings as JSON Schema: made of the same model as the form, the command line and all checks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from crmhost import declared
from crmhost.admin.forms import groups
from crmhost.plugins import discover
from crmhost.validation import is_secret

from .conftest import Types


class Place(BaseModel):
    stage: int | None = None


class Found(BaseModel):
    place: Place = Place()
    zone: str = "UTC"


class Settings(BaseModel):
    """What a person tells."""

    token: SecretStr = Field(title="Token")
    by_inbox: dict[int, Place] = Field({}, description="Elsewhere.")
    facts: Found = Field(Found(), repr=False)


def test_what_setup_finds_is_not_to_be_given() -> None:
    schema = declared.schema(Settings)

    assert list(schema["properties"]) == ["token", "by_inbox"]
    assert list(schema["$defs"]) == ["Place"]
    assert schema["required"] == ["token"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", ["krayin", "leadsquared"])
def test_it_is_the_form_for_programs(name: str) -> None:
    model = discover()[name].info.settings
    schema = declared.schema(model)

    asked = {one.name: one for group in groups(model, {}) for one in group.fields}

    assert schema["properties"].keys() == asked.keys()
    assert set(schema["required"]) == {one.name for one in asked.values() if one.required}
    for key, of in schema["properties"].items():
        field = model.model_fields[key]
        assert (of["title"], of["description"]) == (field.title, field.description)
        assert bool(of.get("writeOnly")) == is_secret(field.annotation), key
    assert schema["additionalProperties"] is False


def test_a_secret_is_never_among_what_is_shown() -> None:
    class Marked(BaseModel):
        url: str = Field("", json_schema_extra={"visible": True})
        token: SecretStr = Field(json_schema_extra={"visible": True})
        unmarked: str = ""

    assert declared.visible(Marked) == ("url",)


@pytest.mark.parametrize("name", ["krayin", "leadsquared"])
def test_our_plugins_show_where_they_go_and_what_they_do(name: str) -> None:
    model = discover()[name].info.settings

    assert declared.visible(model)[0] == "api_url"
    assert declared.schema(model)["properties"]["api_url"]["visible"] is True


def test_the_command_line_prints_it(types: Types) -> None:
    told: dict[str, Any] = types("crmhost", "plugins", "--schema", "krayin").document

    assert told == json.loads(json.dumps(declared.schema(discover()["krayin"].info.settings)))
    unknown = types("crmhost", "plugins", "--schema", "acme")
    assert unknown.status == 1
    assert "No plugin named 'acme'" in unknown.err
