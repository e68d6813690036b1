"""Lists: filters on columns, order, pages and their links (allResources and Laravel's paginator)."""

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from .call import Call
from .failures import Invalid, Unforeseen
from .mariadb import Column, equals, folded
from .php import from_json, is_empty, to_json
from .state import Row, Table

_NOT_FILTERS = ("entity_type", "limit", "page", "pagination", "order", "sort")
_QUERY = "Illuminate\\Database\\QueryException"
_CONNECTION = "vendor/laravel/framework/src/Illuminate/Database/Connection.php:829"
_ON_EACH_SIDE = 3
_GAP = {"url": None, "label": "...", "active": False}


def listed(call: Call, table: Table, show: Callable[[Call, Row], dict[str, Any]]) -> dict[str, Any]:
    """Answer a request for a list."""
    rows = _ordered(call, table, _filtered(call, table))
    pagination = call.input.get("pagination")
    if pagination is not None and is_empty(pagination):
        return {"data": [show(call, row) for row in rows]}
    return _paged(call, rows, show)


def refuse_choice(field: str) -> NoReturn:
    """Refuse a filter, a sort column or an order that is not on the list."""
    sentence = f"The selected {field} is invalid."
    raise Invalid(sentence, errors={field: [sentence]})


def unknown_column(table: Table, name: str, value: str) -> Unforeseen:
    """Say what the database says about a column that is not there (recording 35)."""
    sql = f"select count(*) as aggregate from `{table.name}` where `{name}` in ({value})"  # noqa: S608 - shown only
    problem = f"SQLSTATE[42S22]: Column not found: 1054 Unknown column '{name}' in 'WHERE'"
    return Unforeseen(f"{problem} (Connection: mysql, SQL: {sql})", _QUERY, _CONNECTION)


def _filtered(call: Call, table: Table) -> list[Row]:
    rows = list(table.values())
    for key, value in call.input.items():
        if key in _NOT_FILTERS:
            continue
        if call.profile.checks_filters and key not in table.columns:
            refuse_choice(key)
        if not isinstance(value, str | int | float | None):
            raise Unforeseen(
                "explode(): Argument #2 ($string) must be of type string, array given", "TypeError"
            )
        wanted = [part.strip() for part in str(value or "").split(",")]
        chosen = _chooser(table, key, str(value))
        rows = [row for row in rows if any(chosen(row, one) for one in wanted)]
    return rows


def _chooser(table: Table, key: str, value: str) -> Callable[[Row, str], bool]:
    name, *path = key.split("->")
    if name not in table.columns:
        raise unknown_column(table, name, value)
    column = table.columns[name]
    if path:
        return lambda row, one: _unquoted(_reached(_decoded(column, row[name]), path)) == one
    return lambda row, one: equals(column, row[name], one)


def _decoded(column: Column, value: Any) -> Any:
    return from_json(value) if column.kind == "jsontext" and value is not None else value


def _reached(value: Any, path: list[str]) -> Any:
    """Follow a JSON path: a name is a key of a map, only `[0]` is a place in a list (recordings 111, 534)."""
    for step in path:
        place = re.fullmatch(r"\[(\d+)\]", step)
        if place and isinstance(value, list) and int(place[1]) < len(value):
            value = value[int(place[1])]
        elif not place and isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def _unquoted(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | int | float) else to_json(value)


def _ordered(call: Call, table: Table, rows: list[Row]) -> list[Row]:
    sort, order = call.input.get("sort"), call.input.get("order") or "desc"
    name = "id" if is_empty(sort) else str(sort)
    if call.profile.checks_filters:
        _check_order(table, name, str(order))
    return sorted_by(table, rows, name, str(order))


def _check_order(table: Table, name: str, order: str) -> None:
    if name not in table.columns:
        refuse_choice("sort")
    if order.lower() not in ("asc", "desc"):
        refuse_choice("order")


def sorted_by(table: Table, rows: list[Row], name: str, order: str) -> list[Row]:
    """Sort rows by a column, nulls first and texts without case."""
    if name not in table.columns or order.lower() not in ("asc", "desc"):
        raise unknown_column(table, name, "")
    kind = table.columns[name].kind

    def place(row: Row) -> tuple[bool, Any]:
        value = row[name]
        if value is None:
            return (False, 0 if kind in ("int", "decimal") else "")
        if kind == "text":
            return (True, folded(value))
        return (True, float(value)) if kind in ("int", "decimal") else (True, str(value))

    return sorted(rows, key=place, reverse=order.lower() == "desc")


def _paged(call: Call, rows: list[Row], show: Callable[[Call, Row], dict[str, Any]]) -> dict[str, Any]:
    # A limit of 0 means the model's own 15 (recording 95).
    limit = call.input.get("limit")
    per_page = 10 if limit is None else (_whole(limit) or 15)
    page = max(1, _whole(call.input.get("page", 1)))
    start = (page - 1) * per_page
    data = [show(call, row) for row in rows[start : start + per_page]]
    last = max(1, -(-len(rows) // per_page))
    url = f"{call.base_url}{call.path}"
    links, page_links = _links(url, page, last), _page_links(url, page, last)
    if not call.profile.links_name_pages:
        page_links = [{key: link[key] for key in link if key != "page"} for link in page_links]
    meta = {
        "current_page": page, "from": start + 1 if data else None, "last_page": last,
        "links": page_links, "path": url, "per_page": per_page,
        "to": start + len(data) if data else None, "total": len(rows),
    }  # fmt: skip
    return {"data": data, "links": links, "meta": meta}


def _whole(value: Any) -> int:
    return int(str(value)) if re.fullmatch(r"-?\d+", str(value)) else 0


def _links(url: str, page: int, last: int) -> dict[str, str | None]:
    return {
        "first": f"{url}?page=1",
        "last": f"{url}?page={last}",
        "prev": f"{url}?page={page - 1}" if page > 1 else None,
        "next": f"{url}?page={page + 1}" if page < last else None,
    }


def _page_links(url: str, page: int, last: int) -> list[dict[str, Any]]:
    return [
        _page_link(url, page - 1 if page > 1 else None, "&laquo; Previous", active=False),
        *(_page_link(url, one, str(one), active=one == page) if one else _GAP for one in _window(page, last)),
        _page_link(url, page + 1 if page < last else None, "Next &raquo;", active=False),
    ]


def _page_link(url: str, page: int | None, label: str, *, active: bool) -> dict[str, Any]:
    address = None if page is None else f"{url}?page={page}"
    return {"url": address, "label": label, "page": page, "active": active}


def _window(page: int, last: int) -> list[int | None]:
    """Choose the pages to link: all, or those at the ends and around the current one."""
    reach = _ON_EACH_SIDE + 4
    first_two, last_two = [1, 2], [last - 1, last]
    if last < _ON_EACH_SIDE * 2 + 8:
        return list(range(1, last + 1))
    if page <= reach:
        return [*range(1, reach + _ON_EACH_SIDE + 1), None, *last_two]
    if page > last - reach:
        return [*first_two, None, *range(last - (reach + _ON_EACH_SIDE - 1), last + 1)]
    around = range(page - _ON_EACH_SIDE, page + _ON_EACH_SIDE + 1)
    return [*first_two, None, *around, None, *last_two]
