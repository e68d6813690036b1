"""What a field of a model is, by its type: without Annotated, without «or None»."""

from __future__ import annotations

import types
import typing
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from ..models import Choice
from .words import gettext as _


def core(annotation: Any) -> Any:
    """Return a type without Annotated and without «or None»."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {types.UnionType, typing.Union}:
        rest = [one for one in get_args(annotation) if one is not type(None)]
        return core(rest[0]) if len(rest) == 1 else annotation
    return annotation


def literal_choices(annotation: Any) -> tuple[Choice, ...]:
    """Return what a type names that a setting can be, where it does."""
    plain = core(annotation)
    named = map(str, get_args(plain)) if get_origin(plain) is Literal else ()
    return tuple(Choice(one, _(one.replace("_", " "))) for one in named)


def is_model(annotation: Any) -> bool:
    """Whether it is a model of its own."""
    plain = core(annotation)
    return isinstance(plain, type) and issubclass(plain, BaseModel)


def is_flat(model: type[BaseModel]) -> bool:
    """Whether each field of a row is one thing that somebody can type or choose, and none must be given."""
    plain = (core(field.annotation) for field in model.model_fields.values())
    needed = any(field.is_required() for field in model.model_fields.values())
    return not needed and all(one in {int, str} or get_origin(one) is Literal for one in plain)
