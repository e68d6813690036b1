"""Choosing among Krayin's rows, and saying which there are where one is named that is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crmhost import SettingsError

Row = Mapping[str, Any]


def chosen(
    name: str,
    rows: Sequence[Row],
    wanted: int | None,
    default: Callable[[Sequence[Row]], Row],
    where: str = "",
    *,
    needed: bool = False,
) -> Row:
    """Return the row that is set, or the default; {} where Krayin has none and can do without."""
    if wanted is not None:
        return existing(name, rows, wanted, where)
    if needed and not rows:
        raise SettingsError(f"Krayin has no {name}{where}.", fix="Make one in Krayin, under Settings.")
    return default(rows) if rows else {}


def existing(name: str, rows: Iterable[Row], wanted_id: int, where: str = "", *, setting: str = "") -> Row:
    """Return the row that is set, or say which there are; ``setting`` is where that is to be changed."""
    rows = list(rows)
    found = next((row for row in rows if row["id"] == wanted_id), None)
    if found is None:
        known = ", ".join(map(named, rows)) or "none"
        message = f"Krayin has no {name} {wanted_id}{where}; it has {known}."
        raise SettingsError(message, fix=f"Set {setting or f'{name}_id'} to one of these.")
    return found


def named(row: Row) -> str:
    """Return ``Web (2)``."""
    return f"{row.get('name')} ({row['id']})" if row else "none"
