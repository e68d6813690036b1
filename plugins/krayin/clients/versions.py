"""What tells one Krayin's version from another's: no call says it, so this is how it behaves."""

from __future__ import annotations

from crmhost import Answer

from .errors import body_of
from .transport import Transport

UNKNOWN_FILTER = {"crmhost": 1, "limit": 1}


class Versions:
    """The signs of one Krayin's version."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def has_up_page(self) -> bool | None:
        """Whether there is a page /up, as on 2.2; None where it is not Krayin that answers."""
        answer = self._transport.knock("/up")
        if answer.status == 200:
            return True
        return False if answer.status == 404 and _is_laravels(answer) else None

    def checks_filters(self) -> bool:
        """Whether an unknown filter is refused by name, as by rest-api 2.2.0; 2.1.1 fails at it."""
        return self._transport.ask("GET", "/settings/types", params=UNKNOWN_FILTER).status == 422


def _is_laravels(answer: Answer) -> bool:
    return "message" in body_of(answer)
