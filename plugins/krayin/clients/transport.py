"""The one way that requests go to Krayin, and answers or errors come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmhost import Answer, Http, PluginError, TryAgain

from .errors import ADDRESS_FIX, Asked, body_of, error_from, is_bare
from .pace import WINDOW, pace_of

WHOAMI = "/get"
"""The cheapest call: who the token belongs to."""


class Transport:
    """Asks one Krayin, on behalf of one Chatwoot record (``contact 5821``) that errors name."""

    def __init__(self, http: Http, api_url: str, token: str, *, record: str = "") -> None:
        self._http = http
        self._base = f"{api_url}/api/v1"
        # Without the first two Krayin answers errors with a page and status 200, or a redirect.
        self._headers = {
            "Accept": "application/json",
            "X-Requested-With": "XMLHttpRequest",
            "Authorization": f"Bearer {token}",
        }
        self._pace = pace_of(api_url, token)
        self.lists = self._pace.lists
        self._record = record

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a list. What is no list is no answer: «nothing there» has consequences."""
        data = self._data("GET", path, params=params)
        if not isinstance(data, list):
            raise TryAgain(f"Krayin's answer to GET {path} has no list in it.", fix=ADDRESS_FIX)
        return [row for row in data if isinstance(row, dict)]

    def one(self, path: str, record_id: int) -> dict[str, Any] | None:
        """Return a record, or None; asked as a list, since Krayin says 500 of an unknown person's id."""
        return next((row for row in self.get(path, {"id": record_id}) if row.get("id") == record_id), None)

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the record that a POST or PUT made or changed; it has an ``id``."""
        data = self._data(method, path, body=body)
        if not isinstance(data, dict) or not isinstance(data.get("id"), int):
            raise TryAgain(f"Krayin's answer to {method} {path} has no record in it.", unsure=True)
        return data

    def do(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        """Carry out what answers with no more than a sentence."""
        self._data(method, path, body=body)

    def ask(self, method: str, path: str, **parts: Any) -> Answer:
        """Return the answer whatever it is, and keep what it says of the rate limit."""
        answer = self._http.request(method, self._base + path, headers=self._headers, **parts)
        self._pace.note(answer.headers)
        if answer.status < 400 or not is_bare(answer):
            self._pace.accepted()
        return answer

    def wait(self) -> float | None:
        """Return the seconds until Krayin allows requests again, if it is known that it does not."""
        return self._pace.wait()

    def _data(self, method: str, path: str, **parts: Any) -> Any:
        answer = self.ask(method, path, **parts)
        asked = Asked(method, path, self._record)
        wait, whoami = self.wait(), None
        if answer.status == 500 and is_bare(answer) and wait is None:
            whoami = self._whoami(asked)
            if whoami.status == 500:
                wait = self.wait()  # another thread may have heard «0 remaining» meanwhile
            if whoami.status == 500 and wait is None and not self._pace.refused():
                raise _let_a_minute_pass(asked)
        error = error_from(answer, asked, wait=wait, whoami=whoami)
        if error:
            raise error
        return body_of(answer).get("data")

    def _whoami(self, asked: Asked) -> Answer:
        """Ask who we are, to learn what a bare 500 meant."""
        try:
            return self.ask("GET", WHOAMI)
        except PluginError as error:
            raise TryAgain(f"Krayin failed at {asked}, and then was away.", unsure=asked.writes) from error


def _let_a_minute_pass(asked: Asked) -> TryAgain:
    """Neither a wrong token's request nor a throttled one is carried out."""
    return TryAgain(
        f"Krayin lets nothing in (500 to {asked} and to the question who we are).",
        delay=WINDOW + 1,
        fix="Either this minute's requests are used up, or the token is wrong: in a minute it shows.",
    )
