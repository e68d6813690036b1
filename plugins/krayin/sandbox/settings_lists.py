"""The settings that an integration reads: pipelines, sources, types and users."""

from collections.abc import Awaitable, Callable
from typing import Any

from . import resources
from .call import Call
from .listing import listed
from .search import searched
from .state import Row

Show = Callable[[Call, Row], dict[str, Any]]


def index_of(table: str, show: Show) -> Callable[[Call], Awaitable[Any]]:
    """Make the endpoint that lists a table."""

    async def index(call: Call) -> Any:
        return listed(call, call.state.tables[table], show)

    return index


def show_of(table: str, show: Show) -> Callable[[Call, str], Awaitable[Any]]:
    """Make the endpoint that shows one row; an unknown one is a 500 (recording 224)."""

    async def one(call: Call, row_id: str) -> Any:
        row = call.state.tables[table].get(int(row_id)) if row_id.isdecimal() else None
        if row is None:
            raise call.unknown(table, row_id)
        return {"data": show(call, row)}

    return one


async def search_users(call: Call) -> Any:
    """Search users."""
    return {"data": [resources.user(call, row) for row in searched(call, call.state.users)]}
