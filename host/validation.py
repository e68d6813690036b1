"""Saying in one clause what pydantic found wrong, and reading a connection's settings with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from .errors import SettingsError

if TYPE_CHECKING:
    from .plugins import Plugin


NAME = re.compile(r"[\w.-]{1,60}")


def first_problem(error: ValidationError) -> str:
    """Return the first thing that is wrong, without the value: it may be a secret.

    A name that is misspelt comes first: it is the cause of the one that is missing.
    """
    errors = error.errors(include_input=False)
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    name = ".".join(map(str, first["loc"])) or "values"
    if not NAME.fullmatch(name):
        name = "with an odd name"  # somebody put the secret before the equals sign
    return f"{name}: {first['msg'].removeprefix('Value error, ')}"


def validated(plugin: Plugin, values: Mapping[str, Any]) -> BaseModel:
    """Return the values as the plugin's settings, or say in one sentence which is wrong."""
    model = plugin.info.settings
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        known = f"{plugin.name} knows: {', '.join(model.model_fields)}."
        raise SettingsError(f"Setting {first_problem(error)}.", fix=known) from error
