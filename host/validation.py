"""Saying in one clause what pydantic found wrong, and reading a connection's settings with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

import structlog
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core.core_schema import ErrorType

from .errors import SettingsError
from .models import CHANGES

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from .plugins import Plugin, Plugins
    from .store.connections import CRMConnection

WORDS = {
    **dict.fromkeys(("extra_forbidden", "no_such_attribute"), "there is no such setting"),
    "missing": "it is needed",
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "it is a whole number"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "it is yes or no"),
    **dict.fromkeys(("string_type", "string_unicode", "bytes_type"), "it is a text"),
    **dict.fromkeys(
        ("float_parsing", "float_type", "finite_number", "decimal_parsing", "decimal_type"), "it is a number"
    ),
    **dict.fromkeys(
        ("list_type", "tuple_type", "set_type", "frozen_set_type", "deque_type", "iterable_type"),
        "it is a list",
    ),
    **dict.fromkeys(
        ("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type", "invalid_key"),
        "it is pairs",
    ),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_inexact"), "it is a date"),
    "date_from_datetime_parsing": "it is a date",
    **dict.fromkeys(("time_type", "time_parsing"), "it is a time"),
    **dict.fromkeys(("datetime_type", "datetime_parsing"), "it is a date with a time"),
    "datetime_from_date_parsing": "it is a date with a time",
    **dict.fromkeys(("date_past", "datetime_past"), "it is in the past"),
    **dict.fromkeys(("date_future", "datetime_future"), "it is in the future"),
    "timezone_aware": "it says its time zone",
    "timezone_naive": "it says no time zone",
    **dict.fromkeys(("time_delta_type", "time_delta_parsing"), "it is a length of time"),
    **dict.fromkeys(("url_type", "url_parsing", "url_syntax_violation"), "it is an address"),
    "url_scheme": "it is an address that starts with one of these: {expected_schemes}",
    **dict.fromkeys(("uuid_type", "uuid_parsing", "uuid_version"), "it is a UUID"),
    **dict.fromkeys(("json_type", "json_invalid"), "it is no JSON"),
    "greater_than": "it is more than {gt}",
    "less_than": "it is less than {lt}",
    "greater_than_equal": "it is {ge} or more",
    "less_than_equal": "it is {le} or less",
    "multiple_of": "it is a multiple of {multiple_of}",
    **dict.fromkeys(("literal_error", "enum", "union_tag_invalid"), "it is one of these: {expected}"),
    "int_parsing_size": "it is too large a number",
    "decimal_max_digits": "it has {max_digits} digits or fewer",
    "decimal_max_places": "it has {decimal_places} digits or fewer behind the point",
    "decimal_whole_digits": "it has {whole_digits} digits or fewer before the point",
    **dict.fromkeys(("string_too_short", "bytes_too_short"), "it has {min_length} signs or more"),
    **dict.fromkeys(
        ("string_too_long", "bytes_too_long", "url_too_long"), "it has {max_length} signs or fewer"
    ),
    "too_short": "it has {min_length} entries or more",
    "too_long": "it has {max_length} entries or fewer",
    "string_pattern_mismatch": "it looks like {pattern}",
    "string_not_ascii": "it has letters of English only",
}
"""What pydantic says for programmers, said for people; what it calls a limit stands in it."""
OTHERWISE = "it cannot be read ({type})"
"""What is said where pydantic's own words are for programmers, and no settings were known to bring it."""
OF_PYDANTIC = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error"}
"""What pydantic says in words of its own; all else is said in those of the model's author."""
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
    if not NAME.fullmatch(name):  # somebody put the secret before the equals sign
        return f"with an odd name: {_said(first)}"
    return f"{name}: {_said(first)}"


def problems(error: ValidationError) -> dict[str, str]:
    """Return what is wrong with each setting, by its name; without the values."""
    found: dict[str, str] = {}
    for one in error.errors(include_input=False):
        found.setdefault(str(one["loc"][0]) if one["loc"] else "", _said(one))
    return found


def _said(one: ErrorDetails) -> str:
    limits = dict(one.get("ctx", {}))
    if one["type"] not in OF_PYDANTIC:
        return str(limits.get("error", one["msg"]))
    for name in ("expected", "expected_tags", "expected_schemes"):
        if name in limits:
            # Pydantic's «or» before the last of them is English, and a page may not be.
            limits["expected"] = limits[name] = ", ".join(str(limits[name]).rsplit(" or ", 1))
    return WORDS.get(one["type"], OTHERWISE).format(type=one["type"], **limits)


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
    return f"The plugin {plugin.name} knows: {', '.join(shown)}."


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
