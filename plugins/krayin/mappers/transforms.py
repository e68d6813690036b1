"""What can be done to a value on its way from Chatwoot to an attribute; the settings name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import Any

from ..settings.mapping import Transform
from .markup import one_line
from .reading import date_in, is_empty, moment_of, number_of, text_of, truth_of


def transformed(value: Any, steps: Iterable[Transform], zone: tzinfo) -> Any:
    """Return the value after all steps; None where nothing is left. ``zone`` is the people's.

    Of nothing only ``default`` makes something. ValueError says in a clause what a step can't do.
    """
    for step in steps:
        if is_empty(value) == (step.name == "default"):
            value = STEPS[step.name](value, step.argument, zone)
    return None if is_empty(value) else value


def _each(change: Callable[[str], str]) -> Callable[[Any, Any, tzinfo], Any]:
    """Make a step that changes a text, or each entry of a list."""

    def step(value: Any, _argument: Any, _zone: tzinfo) -> Any:
        return [change(text_of(item)) for item in value] if _is_list(value) else change(text_of(value))

    return step


def _truncated(value: Any, length: int, _zone: tzinfo) -> str:
    """Cut a text, and show that it was."""
    text = text_of(value)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _first(value: Any, _argument: None, _zone: tzinfo) -> Any:
    return next((item for item in value if not is_empty(item)), None) if _is_list(value) else value


def _joined(value: Any, divider: str | None, _zone: tzinfo) -> str:
    entries = value if _is_list(value) else [value]
    said = ", " if divider is None else divider
    return said.join(text_of(item) for item in entries if not is_empty(item))


def _mapped(value: Any, words: Mapping[str, str], _zone: tzinfo) -> Any:
    """Put the words on the right for those on the left; the others stay, unless ``*`` says otherwise."""
    if _is_list(value):
        return [_mapped(item, words, _zone) for item in value]
    text = text_of(value)
    return words.get(text.casefold(), words.get("*", text))


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


STEPS: Mapping[str, Callable[[Any, Any, tzinfo], Any]] = {
    "strip": _each(one_line),
    "lower": _each(str.lower),
    "upper": _each(str.upper),
    "title": _each(str.title),
    "truncate": _truncated,
    "first": _first,
    "join": _joined,
    "number": lambda value, _argument, _zone: number_of(value),
    "yes_no": lambda value, _argument, _zone: truth_of(value),
    "date": lambda value, form, zone: date_in(moment_of(value, form), zone),
    "map": _mapped,
    "default": lambda _value, text, _zone: text,
}
