"""A plugin's settings as its model declares them: for programs as JSON Schema, and which are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from .validation import is_secret


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the settings that a person can give, as a JSON Schema; what setup finds is not among them."""
    whole = model.model_json_schema()
    hidden = {name for name, field in model.model_fields.items() if not field.repr}
    said = {name: of for name, of in whole["properties"].items() if name not in hidden}
    parts: Mapping[str, Any] = whole.pop("$defs", {})
    needed = _needed(said, parts)
    told = {"$schema": GenerateJsonSchema.schema_dialect, **whole, "properties": said}
    return told | ({"$defs": {name: parts[name] for name in sorted(needed)}} if needed else {})


def _needed(within: Any, parts: Mapping[str, Any]) -> set[str]:
    """Return the names of the parts that something refers to, and those that these refer to."""
    needed: set[str] = set()
    look = [within]
    while look:
        for name in set(_references(look.pop())) - needed:
            needed.add(name)
            look.append(parts[name])
    return needed


def _references(within: Any) -> Iterator[str]:
    if isinstance(within, Mapping):
        if isinstance(within.get("$ref"), str):
            yield within["$ref"].rpartition("/")[2]
        within = list(within.values())
    if isinstance(within, list):
        for one in within:
            yield from _references(one)


def visible(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the settings that are shown wherever the connection is; a secret one never is.

    A field says so by ``json_schema_extra={"visible": True}``.
    """
    return tuple(
        name
        for name, field in model.model_fields.items()
        if isinstance(field.json_schema_extra, Mapping)
        and field.json_schema_extra.get("visible") is True
        and not is_secret(field.annotation)
    )
