"""The habits of PHP and Laravel that shape what a request means."""

import json
import re
from collections.abc import Iterable
from typing import Any

_BLANKS = " \t\n\r\v\f\0\u00a0\u2003\u3000\ufeff\u200b\u200e"


def to_json(value: Any) -> str:
    """Write JSON as PHP does: no spaces, slashes and all but ASCII escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def from_json(text: str) -> Any:
    """Read JSON, or say None as PHP does where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def trimmed(value: Any) -> Any:
    """Take the outer blanks off every text in an input (the middleware TrimStrings)."""
    if isinstance(value, str):
        return value.strip(_BLANKS)
    if isinstance(value, list):
        return [trimmed(item) for item in value]
    if isinstance(value, dict):
        return {key: item if key == "password" else trimmed(item) for key, item in value.items()}
    return value


def nulled(value: Any) -> Any:
    """Make nothing of every empty text in an input (the middleware ConvertEmptyStringsToNull)."""
    if isinstance(value, list):
        return [nulled(item) for item in value]
    if isinstance(value, dict):
        return {key: nulled(item) for key, item in value.items()}
    return None if value == "" else value


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Read `a[0][b]=c` pairs as PHP does, into nested maps and lists."""
    tree: dict[str, Any] = {}
    for key, value in pairs:
        _plant(tree, _steps(key), value)
    return {key: _as_list(value) for key, value in tree.items()}


def _steps(key: str) -> list[str]:
    name, bracket, rest = key.partition("[")
    name = name.replace(".", "_").replace(" ", "_")
    # What follows the last closing bracket is lost: "emails->[0]->value" is "emails->[0]" (recording 112).
    return [name, *re.findall(r"\[?([^\[\]]*)\]", bracket + rest)[: key.count("]")]] if bracket else [name]


def _plant(tree: dict[str, Any], steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        below = tree.setdefault(step or str(len(tree)), {})
        tree = below if isinstance(below, dict) else {}
    tree[steps[-1] or str(len(tree))] = value


def _as_list(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = {key: _as_list(item) for key, item in value.items()}
    return as_array(items)


def as_array(items: dict[Any, Any]) -> Any:
    """Make a list of a map whose keys count up from nought, as json_encode would."""
    if [str(key) for key in items] == [str(number) for number in range(len(items))]:
        return list(items.values())
    return {str(key): item for key, item in items.items()}


def entries(value: Any) -> list[tuple[str, Any]]:
    """List an array's keys and items, whether it came as a list or as a map."""
    if isinstance(value, list):
        return [(str(number), item) for number, item in enumerate(value)]
    return list(value.items()) if isinstance(value, dict) else []


def is_blank(value: Any) -> bool:
    """Tell whether the rule "required" finds nothing there."""
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def is_empty(value: Any) -> bool:
    """Tell what empty() tells: nothing, nought, "" or "0"."""
    return not value or value == "0"


def loosely_equal(one: Any, other: Any) -> bool:
    """Compare as == does in PHP, as far as Krayin's change log depends on it."""
    if one is None or other is None:
        return (one or None) == (other or None)
    return bool(one == other)


def same_kind_and_text(one: Any, other: Any) -> bool:
    """Tell whether Eloquent sees no change: numbers by their text, all else by identity."""
    if isinstance(one, bool) or isinstance(other, bool):
        one, other = _number_if_bool(one), _number_if_bool(other)
    if _is_numeric(one) and _is_numeric(other):
        return str(one) == str(other)
    return type(one) is type(other) and bool(one == other) and to_json(one) == to_json(other)


def _number_if_bool(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def _is_numeric(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", value) is not None
    return isinstance(value, int | float)
