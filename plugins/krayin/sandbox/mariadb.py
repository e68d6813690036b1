"""How MariaDB stores, compares and finds values (not strict, utf8mb4_unicode_ci)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Literal

from .failures import Unforeseen
from .php import from_json, to_json

Kind = Literal["int", "text", "json", "jsontext", "decimal", "datetime", "date"]

NO_DATE = "0000-00-00"

_TEXT_BYTES = 65535
_LARGEST = Decimal("99999999.9999")


@dataclass(frozen=True)
class Column:
    """One column: what it holds and what it points to."""

    kind: Kind
    length: int = 0
    required: bool = False
    unique: bool = False
    references: str = ""


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Reduce a text to what the collation compares: no case, no accents, no trailing blanks."""
    letters = unicodedata.normalize("NFKD", text.rstrip(" ")).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def number(value: Any) -> float:
    """Read a number as MariaDB does: the digits in front, or nought."""
    found = re.match(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", str(value))
    return float(found.group()) if found else 0.0


def stored(column: Column, value: Any) -> Any:
    """Turn a value into what the column keeps of it: cut, clamped or emptied, never refused."""
    if value is None:
        return "" if column.required and column.kind == "text" else None
    if column.kind == "json":
        return value
    if isinstance(value, dict | list):
        raise Unforeseen("Array to string conversion")
    return _kept(column, value)


def _kept(column: Column, value: Any) -> Any:
    match column.kind:
        case "int":
            return int(number(int(value) if isinstance(value, bool) else value))
        case "decimal":
            return decimal_text(value)
        case "jsontext":
            return _json_text(value)
        case "date":
            return _date(str(value))
        case "text":
            return _cut(str(value), column.length)
        case _:
            return value


def _date(text: str) -> str:
    """Keep year, month and day from the front of a text; without them a date of noughts (a-076 of 2.2.3)."""
    found = re.match(r"(\d{4})\D(\d\d?)\D(\d\d?)(?!\d)", text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else NO_DATE
    except ValueError:
        return NO_DATE


def _cut(text: str, length: int) -> str:
    if length:
        return text[:length]
    return text.encode()[:_TEXT_BYTES].decode(errors="ignore")


def _json_text(value: Any) -> str:
    text = value if isinstance(value, str) else to_json(value)
    if from_json(text) is None and text != "null":
        raise Unforeseen("CONSTRAINT failed", "Illuminate\\Database\\QueryException")
    return text


def decimal_text(value: Any) -> str:
    """Write a number as decimal(12,4) shows it, clamped to what fits."""
    amount = Decimal(str(number(value))).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return str(max(-_LARGEST, min(_LARGEST, amount)))


def column_text(column: Column, value: Any) -> str:
    """Show a stored value as the text that LIKE looks at."""
    return to_json(value) if column.kind == "json" else str(value)


def equals(column: Column, value: Any, wanted: Any) -> bool:
    """Compare a stored value with one from a query string."""
    if value is None:
        return False
    if column.kind in ("int", "decimal"):
        return number(value) == number(wanted)
    if column.kind in ("json", "jsontext"):
        return column_text(column, value) == str(wanted)
    if column.kind == "text":
        return folded(str(value)) == folded(str(wanted))
    return str(value) == str(wanted)


def is_like(column: Column, value: Any, pattern: str) -> bool:
    """Match LIKE: JSON by its bytes, all other text without case and accents."""
    if value is None:
        return False
    text = column_text(column, value)
    if column.kind not in ("json", "jsontext"):
        text, pattern = folded(text), folded(pattern)
    return re.fullmatch(_expression(pattern), text, re.DOTALL) is not None


@lru_cache
def _expression(pattern: str) -> str:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return "".join(wild.get(part, re.escape(part[-1])) for part in parts)
