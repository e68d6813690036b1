"""Settings that are many: what stands on the right of pairs, and tables with a row for each key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ..models import Choice
from .heard import translated
from .typed import core, literal_choices
from .words import gettext as _

Choices = Mapping[str, Sequence[Choice]]


def said(choices: Choices) -> Choices:
    """Return choices in the language that is spoken."""
    return {name: tuple(map(_said, options)) for name, options in choices.items()}


def _said(one: Choice) -> Choice:
    return replace(one, title=translated(one.title)) if one.in_english else one


@dataclass(frozen=True)
class Column:
    """What is said of each row of a table, and what it can be."""

    name: str
    title: str
    choices: tuple[Choice, ...]


def value_of(field: FieldInfo) -> Any:
    """Return the type of a mapping's values."""
    return core(get_args(core(field.annotation))[1])


def values(name: str, field: FieldInfo, choices: Choices) -> tuple[Choice, ...]:
    """Return what can stand on the right of pairs, where that is known."""
    return literal_choices(value_of(field)) or tuple(choices.get(f"{name}.values", ()))


def columns(name: str, field: FieldInfo, choices: Choices) -> Iterator[Column]:
    """Yield a table's columns; what each can be is said for it, or for the setting of its name."""
    for column, of in _row_of(field).model_fields.items():
        options = choices.get(f"{name}.{column}") or choices.get(column) or literal_choices(of.annotation)
        yield Column(column, _(of.title or column.replace("_", " ")), tuple(options))


def _row_of(field: FieldInfo) -> type[BaseModel]:
    row: type[BaseModel] = value_of(field)
    return row


def shown(row: Mapping[str, Any]) -> dict[str, str]:
    """Return a row as the form holds it."""
    return {column: str(one) for column, one in row.items() if one is not None}


def read(name: str, field: FieldInfo, form: Mapping[str, list[str]]) -> dict[str, dict[str, str]]:
    """Return the rows of a table that say what they are of; a cell that is empty is not said."""
    columns = [column for column in _row_of(field).model_fields if f"{name}.{column}" in form]
    cells = zip(form.get(f"{name}.key", []), *(form[f"{name}.{one}"] for one in columns), strict=False)
    return {
        key.strip(): {column: one.strip() for column, one in zip(columns, row, strict=True) if one.strip()}
        for key, *row in cells
        if key.strip()
    }
