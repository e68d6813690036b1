"""A request that was let in, and what it may ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .failures import forbidden
from .state import Json, User

if TYPE_CHECKING:
    from .sandbox import ChatwootSandbox


@dataclass(frozen=True)
class Call:
    """A request that was let in."""

    chatwoot: ChatwootSandbox
    user: User
    params: dict[str, str]
    body: Json

    def number(self, name: str, default: int = 0) -> int:
        """Return a parameter as a number, as Ruby's to_i would."""
        found = re.match(r"\d+", self.params.get(name, ""))
        return int(found.group()) if found else default

    def page(self, rows: Sequence[Any], length: int) -> Sequence[Any]:
        """Return the page of the rows that is asked for."""
        begin = (max(self.number("page", 1), 1) - 1) * length
        return rows[begin : begin + length]

    def administrators_only(self) -> None:
        """Refuse an agent."""
        if self.user.role != "administrator":
            raise forbidden()
