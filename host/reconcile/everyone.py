"""All contacts as Chatwoot has them now: who is there, and who has which address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..models import ADDRESSES

Row = Mapping[str, Any]


@dataclass
class Everyone:
    """The contacts that were seen: their ids, and whose each e-mail, phone and identifier is."""

    ids: set[int] = field(default_factory=set)
    _owners: dict[tuple[str, str], int] = field(default_factory=dict)

    def noting(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, each noted."""
        for row in rows:
            self.ids.add(row["id"])
            self._owners |= {(name, row[name]): row["id"] for name in ADDRESSES if row.get(name)}
            yield row

    def owner(self, row: Row) -> tuple[int, str] | None:
        """Return the contact that has an address of this one now, and which; None where none has."""
        for name in ADDRESSES:
            if found := self._owners.get((name, row.get(name) or "")):
                return found, name.removesuffix("_number").replace("email", "e-mail")
        return None
