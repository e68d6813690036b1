"""The one way that requests go to LeadSquared, and answers or errors come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from crmhost import Http, TryAgain

from .errors import ADDRESS_FIX, Asked, error_from


class Transport:
    """Asks one LeadSquared account, on behalf of one Chatwoot record (``contact 5821``) that errors name.

    ``allowance`` takes one of the calls that the account may make.
    """

    def __init__(
        self,
        http: Http,
        url: str,
        keys: tuple[str, str],
        allowance: Callable[[], AbstractContextManager[None]],
        record: str = "",
    ) -> None:
        self._http = http
        self._url = url
        # In headers, and not in the address, which logs show.
        self._keys = dict(zip(("x-LSQ-AccessKey", "x-LSQ-SecretKey"), keys, strict=True))
        self._allowance = allowance
        self._record = record

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Return what a GET answers."""
        return self._ask("GET", path, params=params)

    def rows(self, path: str, params: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a list. What is no list is no answer: «nothing there» has consequences."""
        rows = self.get(path, params)
        if not isinstance(rows, list):
            asked = Asked("GET", path, self._record)
            raise TryAgain(f"LeadSquared's answer to {asked} is no list.", fix=ADDRESS_FIX)
        return [row for row in rows if isinstance(row, dict)]

    def do(self, path: str, body: Any, params: Mapping[str, str] | None = None) -> Any:
        """Carry out a POST; return the message in its answer."""
        said = self._ask("POST", path, params=params, body=body)
        return said.get("Message") if isinstance(said, dict) else None

    def make(self, path: str, body: Any) -> str:
        """Return the id of what a POST made."""
        message = self.do(path, body)
        if not isinstance(message, dict) or not message.get("Id"):
            asked = Asked("POST", path, self._record)
            raise TryAgain(f"LeadSquared's answer to {asked} names no id.", fix=ADDRESS_FIX, unsure=True)
        return str(message["Id"])

    def _ask(self, method: str, path: str, **parts: Any) -> Any:
        with self._allowance():
            answer = self._http.request(method, f"{self._url}/{path}", headers=self._keys, **parts)
        if error := error_from(answer, Asked(method, path, self._record)):
            raise error
        return answer.json()
