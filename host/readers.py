"""Reading what a person gave for a setting: a command line and a form have only texts.

For a plugin's settings model; each refuses in a clause that follows the setting's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, SecretStr


def items(value: object) -> object:
    """Return the parts of ``a, b``, of lines, or of a JSON list; what is no text is left as it is."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return _json(value)
    return [part.strip() for part in re.split(r"[,\n]", value) if part.strip()]


def pairs(divider: str) -> Callable[[object], object]:
    """Return a reader of ``a=b, c=d`` (or a JSON object) as a mapping.

    It raises ``ValueError``, which pydantic tells of the setting, where a part has no ``divider`` in it.
    """

    def read(value: object) -> object:
        if isinstance(value, str) and value.lstrip().startswith("{"):
            return _json(value)
        parts = items(value)
        if not isinstance(parts, list | tuple):
            return value
        if any(divider not in str(part) for part in parts):
            raise ValueError(f"each has a {divider} in it")
        halves = (part.partition(divider) for part in parts)
        return {name.strip(): said.strip() for name, _, said in halves}

    return read


def tree(value: object) -> object:
    """Return what a JSON object says; what is no text is left as it is."""
    return _json(value) if isinstance(value, str) else value


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise ValueError(f"it is no JSON ({error})") from None


def _sendable(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("it is one line of letters, digits and signs, without blanks")
    return value


HeaderSecret = Annotated[SecretStr, AfterValidator(_sendable)]
"""A secret that can be sent in a header: one line of ASCII, without blanks."""
Words = Annotated[tuple[str, ...], BeforeValidator(items)]
"""Texts: ``a, b``, or a JSON list."""
Pairs = Annotated[dict[str, str], BeforeValidator(pairs("="))]
"""Texts by their names: ``a=b, c=d``, or a JSON object."""
