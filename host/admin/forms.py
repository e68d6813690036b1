"""A form made from a pydantic model: its groups, what each setting is, and reading what was filled in."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from ..models import Choice
from ..validation import problems
from . import rows
from .rows import Choices
from .typed import core, is_flat, is_model, literal_choices
from .words import gettext as _

Kind = Literal["text", "secret", "number", "tick", "choice", "several", "pairs", "table", "lines", "json"]
UNSAID = object()
ROWS = 3
"""Empty rows below the pairs that are there."""


@dataclass(frozen=True)
class Field:
    """One setting in a form."""

    name: str
    title: str
    help: str
    kind: Kind
    required: bool
    value: Any
    """A text; of ``several``, ``pairs`` and ``table`` a list; of a secret whether one is kept."""
    choices: tuple[Choice, ...] = ()
    """Of ``pairs`` and a ``table`` what stands on the left."""
    values: tuple[Choice, ...] = ()
    """Of ``pairs``: what stands on the right, with others where that may be any text."""
    closed: bool = False
    """Whether nothing else than ``values`` may stand there."""
    columns: tuple[rows.Column, ...] = ()
    """Of a ``table``."""
    problem: str = ""
    found: str = ""
    """What setup found, where nothing was given."""


@dataclass(frozen=True)
class Group:
    """Settings that belong together."""

    title: str
    help: str
    fields: tuple[Field, ...]

    @property
    def wrong(self) -> bool:
        """Whether something in it must be changed."""
        return any(field.problem for field in self.fields)


def groups(
    model: type[BaseModel],
    given: Mapping[str, Any],
    *,
    found: Mapping[str, Any] | None = None,
    choices: Choices | None = None,
    wrong: Mapping[str, str] | None = None,
    required: bool | None = None,
) -> list[Group]:
    """Return the form's groups in the model's order; ``required`` narrows to what must be given, or need not.

    ``found`` is what setup found, ``choices`` what the CRM has to choose from, ``wrong`` what is to be said.
    """
    made, options = [], rows.said(choices or {})
    for title, help_, names in grouped(model):
        fields = tuple(
            _field(name, field, given, found or {}, options, wrong or {})
            for name in names
            if (field := model.model_fields[name]).repr and required in {None, field.is_required()}
        )
        if fields:
            made.append(Group(_(title), _(help_), fields))
    return made


def grouped(model: type[BaseModel]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield title, words and names of each group: each class that the model is made of is one."""
    for part in reversed(model.__mro__):
        own = [name for name in inspect.get_annotations(part) if name in model.model_fields]
        if own and issubclass(part, BaseModel):
            told = (part.__doc__ or "").strip().partition("\n")[0]
            title = str(part.model_config.get("title") or _("Settings"))
            yield title, told if part is not model else "", own


def _field(
    name: str,
    field: FieldInfo,
    given: Mapping[str, Any],
    found: Mapping[str, Any],
    choices: Choices,
    wrong: Mapping[str, str],
) -> Field:
    kind = _kind(field, bool(choices.get(name)))
    value = given.get(name, None if field.is_required() else field.default)
    options = tuple(choices.get(name, ())) or literal_choices(field.annotation)
    named = {option.value: option.title for option in options}
    there = found.get(name) if name not in given else None
    return Field(
        name=name,
        title=_(field.title or name.replace("_", " ")),
        help=_(field.description) if field.description else "",
        kind=kind,
        required=field.is_required(),
        value=_shown(kind, value),
        choices=options,
        values=rows.values(name, field, choices) if kind == "pairs" else (),
        closed=kind == "pairs" and bool(literal_choices(rows.value_of(field))),
        columns=tuple(rows.columns(name, field, choices)) if kind == "table" else (),
        problem=wrong.get(name, ""),
        found=", ".join(named.get(str(one), str(one)) for one in _items(there)) if there else "",
    )


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _kind(field: FieldInfo, chosen: bool) -> Kind:
    of = core(field.annotation)
    plain: dict[Any, Kind] = {SecretStr: "secret", bool: "tick", int: "number", str: "text"}
    if get_origin(of) is Literal:
        return "choice"
    if get_origin(of) is tuple:
        return "several" if chosen else "lines"
    if get_origin(of) is dict:
        key, value = get_args(of)
        if is_model(value):
            return "table" if is_flat(core(value)) else "json"
        return "pairs" if core(key) is str else "json"
    if of in {int, str} and chosen:
        return "choice"
    return plain.get(of, "json")


def _shown(kind: Kind, value: Any) -> Any:
    """Return a value as the form holds it; a secret is never shown."""
    if kind == "secret":
        return bool(value)
    if kind == "tick":
        return value in {True, "true"}
    if kind == "several":
        return [str(one) for one in _items(value)] if value else []
    if kind == "pairs":
        known = list(value.items()) if isinstance(value, Mapping) else []
        return [*((str(key), str(one)) for key, one in known), *[("", "")] * ROWS]
    if kind == "table":
        given = _plain(value) if isinstance(value, Mapping) else {}
        return [*((key, rows.shown(row)) for key, row in given.items()), *[("", {})] * ROWS]
    if value is None or value in ((), {}):
        return ""
    if kind == "lines":
        return ", ".join(map(str, _items(value)))
    if kind == "json" and not isinstance(value, str):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return value.model_dump(mode="json", exclude_none=True) if isinstance(value, BaseModel) else value


def filled_in(
    model: type[BaseModel], form: Mapping[str, list[str]], names: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return what was filled in, of these settings or of all; an empty secret is the one that is kept."""
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if field.repr and (names is None or name in names):
            value = _read(name, field, form)
            if value is not UNSAID:
                values[name] = value
    return values


def _read(name: str, field: FieldInfo, form: Mapping[str, list[str]]) -> Any:
    kind = _kind(field, f"{name}.several" in form)
    said = form.get(name, [])
    if kind == "tick":
        return name in form
    if kind == "several":
        return [one for one in said if one]
    if kind == "pairs":
        keys, values = form.get(f"{name}.key", []), form.get(f"{name}.value", [])
        return {key.strip(): one.strip() for key, one in zip(keys, values, strict=False) if key.strip()}
    if kind == "table":
        return rows.read(name, field, form)
    text = said[0].strip() if said else ""
    if not text:
        return _nothing(field, kind)
    return text


def _nothing(field: FieldInfo, kind: Kind) -> Any:
    """Return what an empty field means: nothing said, the setting's own empty value, or none at all."""
    if kind == "secret" or field.is_required():
        return UNSAID
    if kind == "lines":
        return []
    if kind == "json":
        return {}
    return "" if core(field.annotation) is str else field.default


def reachable(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what must be given: with that alone the CRM can be asked what it has."""
    return {name: value for name, value in values.items() if model.model_fields[name].is_required()}


def changed(model: type[BaseModel], values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs from the model's own, or was given before: the rest is left for setup to find."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        field = model.model_fields[name]
        if name in before or field.is_required() or not _same(model, name, value):
            kept[name] = value
    return kept


def _same(model: type[BaseModel], name: str, value: Any) -> bool:
    """Whether a value is the setting's own default, once read."""
    field = model.model_fields[name]
    try:
        typed: Any = Annotated[field.annotation, field]
        read = TypeAdapter(typed).validate_python(value)
    except ValidationError:
        return False
    return bool(read == field.get_default(call_default_factory=True))


def mistakes(
    model: type[BaseModel], values: Mapping[str, Any], names: Sequence[str] | None = None
) -> dict[str, str]:
    """Return what is wrong with each setting, in a clause."""
    try:
        model.model_validate(dict(values))
    except ValidationError as error:
        return {name: said for name, said in problems(error).items() if names is None or name in names}
    return {}
