"""Saying in one clause what pydantic found wrong, and reading a connection's settings with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

import structlog
from pydantic import BaseModel, SecretStr, ValidationError

from .errors import SettingsError
from .models import CHANGES

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from .plugins import Plugin, Plugins
    from .store.connections import CRMConnection

WORDS = {
    "extra_forbidden": "there is no such setting",
    "missing": "it is needed",
    "int_parsing": "it is a whole number",
    "int_type": "it is a whole number",
    "bool_parsing": "it is yes or no",
    "bool_type": "it is yes or no",
    "string_type": "it is a text",
    "int_from_float": "it is a whole number",
    "float_parsing": "it is a number",
    "float_type": "it is a number",
    "list_type": "it is a list",
    "tuple_type": "it is a list",
    "set_type": "it is a list",
    "frozen_set_type": "it is a list",
    "dict_type": "it is pairs",
    "mapping_type": "it is pairs",
    "greater_than": "it is more than {gt}",
    "less_than": "it is less than {lt}",
    "greater_than_equal": "it is {ge} or more",
    "less_than_equal": "it is {le} or less",
    "literal_error": "it is one of these: {expected}",
    "string_too_short": "it has {min_length} signs or more",
    "string_too_long": "it has {max_length} signs or fewer",
}
"""What pydantic says for programmers, said for people; what it calls a limit stands in it."""
NAME = re.compile(r"[\w.-]{1,60}")
SHORTEST = 4
"""Signs of a secret that is looked for in texts: a shorter one is a part of words."""
log = structlog.get_logger(__name__)


def first_problem(error: ValidationError) -> str:
    """Return the first thing that is wrong, without the value: it may be a secret.

    A name that is misspelt comes first: it is the cause of the one that is missing.
    """
    errors = error.errors(include_input=False)
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    name = ".".join(map(str, first["loc"])) or "values"
    if not NAME.fullmatch(name):
        name = "with an odd name"  # somebody put the secret before the equals sign
    return f"{name}: {_said(first)}"


def problems(error: ValidationError) -> dict[str, str]:
    """Return what is wrong with each setting, by its name; without the values."""
    found: dict[str, str] = {}
    for one in error.errors(include_input=False):
        found.setdefault(str(one["loc"][0]) if one["loc"] else "", _said(one))
    return found


def _said(one: ErrorDetails) -> str:
    own = one["msg"].removeprefix("Value error, ")
    limits = dict(one.get("ctx", {}))
    if "expected" in limits:
        # Pydantic's «or» before the last of them is English, and a page may not be.
        limits["expected"] = ", ".join(limits["expected"].rsplit(" or ", 1))
    try:
        return WORDS[one["type"]].format(**limits)
    except KeyError:
        return own


def check_pasted(text: str, what: str) -> None:
    """Refuse what can be no secret that Chatwoot made: ``what`` that was to be, such as a token."""
    if not (text.isascii() and text.isprintable() and 0 < len(text) <= 255 and " " not in text):
        raise SettingsError(f"That is no {what} of Chatwoot's.", fix="It is one line of letters and digits.")


def validated(plugin: Plugin, values: Mapping[str, Any]) -> BaseModel:
    """Return the values as the plugin's settings, or say in one sentence which is wrong."""
    model = plugin.info.settings
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise SettingsError(f"Setting {first_problem(error)}.", fix=_fix(plugin, error)) from error
    except Exception as error:
        raise SettingsError(
            f"The plugin {plugin.name} cannot read its settings ({type(error).__name__}).",
            fix="Report it to the plugin's authors.",
        ) from error


def _fix(plugin: Plugin, error: ValidationError) -> str:
    """Name the settings there are, where one was named that is none."""
    if all(one["type"] not in {"extra_forbidden", "missing"} for one in error.errors(include_input=False)):
        return "Give it as the plugin's README shows."
    shown = (name for name, field in plugin.info.settings.model_fields.items() if field.repr)
    return f"{plugin.name} knows: {', '.join(shown)}."


def is_secret(annotation: Any) -> bool:
    """Whether a setting of this type is secret."""
    return annotation is SecretStr or any(map(is_secret, get_args(annotation)))


def secret_values(settings: BaseModel) -> dict[str, str]:
    """Return the settings that are secret, by name."""
    return {
        name: value.get_secret_value()
        for name in type(settings).model_fields
        if isinstance(value := getattr(settings, name), SecretStr)
    }


def hidden(text: str, secrets: Iterable[str | None]) -> str:
    """Return a text without these: what a peer or a plugin says may hold what it was told."""
    for secret in secrets:
        if secret and len(secret) >= SHORTEST:
            text = text.replace(secret, "…")
    return text


def wanted_changes(plugins: Plugins, connection: CRMConnection) -> frozenset[str]:
    """Return the changes of conversations that a connection's rules need, some of CHANGES.

    All of them where that cannot be told: Chatwoot sends nothing twice, and a person will mend the settings.
    """
    try:
        plugin = plugins[connection.plugin]
        asks = bool(connection.chatwoot_url and connection.chatwoot_token)
        return plugin.wanted_changes(validated(plugin, connection.settings), chatwoot=asks)
    except Exception as error:  # noqa: BLE001 - a plugin may fail in any way, and the host runs on
        log.warning("what is wanted cannot be told", connection=connection.id, error=type(error).__name__)
        return frozenset(CHANGES)
