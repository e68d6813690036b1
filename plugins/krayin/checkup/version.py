"""Which Krayin it is. No call says so, so it is told by what differs between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crmhost import Answer

from ..clients.budget import limit_and_remaining
from ..clients.errors import is_bare
from ..clients.versions import Versions


@dataclass(frozen=True)
class Version:
    """Krayin's version and its REST package's, as far as they matter, and the requests it allows a minute."""

    krayin: Literal["2.1", "2.2"]
    rest: Literal["2.1.1", "2.2.0"]
    limit: int | None

    def __str__(self) -> str:
        """Return ``Krayin 2.2 with REST package 2.2.0``."""
        return f"Krayin {self.krayin} with REST package {self.rest}"


def version_of(versions: Versions, whoami: Answer) -> Version:
    """Tell the version, in one call for 2.1 and two for 2.2.

    Krayin 2.2 has a page /up, and no rate limit unless its owner gave it one: the page is believed for
    the version and the headers for the limit. Where something in front of Krayin hides the page, the
    headers decide alone. The REST package 2.2.0 needs Krayin 2.2.
    """
    told = limit_and_remaining(whoami.headers)
    has_up_page = versions.has_up_page()
    newer = is_bare(whoami) if has_up_page is None else has_up_page
    rest: Literal["2.1.1", "2.2.0"] = "2.2.0" if newer and versions.checks_filters() else "2.1.1"
    return Version("2.2" if newer else "2.1", rest, told[0] if told else None)
