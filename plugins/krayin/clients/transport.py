"""The one way that requests go to Krayin, and answers or errors come back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from crmhost import Answer, Http, NotYet, PluginError, TryAgain

from ..settings import Facts
from .budget import Allowance
from .errors import ADDRESS_FIX, Asked, body_of, error_from, is_bare, is_foreign_refusal
from .memory import memory_of
from .pace import WINDOW

API = "/api/v1"
WHOAMI = "/get"
"""The cheapest call: who the token belongs to."""
A_LITTLE = 10.0
"""Seconds after which a Krayin without a rate limit is asked again before its token is called wrong."""


class Transport:
    """Asks one Krayin, on behalf of one Chatwoot record (``contact 5821``) that errors name.

    ``facts`` is what setup found of it; without, nothing is taken for granted (as in setup itself).
    """

    def __init__(
        self,
        http: Http,
        api_url: str,
        token: str,
        *,
        record: str = "",
        facts: Facts | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._http = http
        self._address = api_url
        # Without the first two Krayin answers errors with a page and status 200, or a redirect.
        self._headers = {"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"}
        self._token = {"Authorization": f"Bearer {token}"}
        self._record = record
        self._facts = facts
        self._allowance = allowance
        self._began = False
        self.memory = memory_of(api_url, token)

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
            message = f"Krayin's answer to {method} {path} has no record in it."
            raise TryAgain(message, fix=ADDRESS_FIX, unsure=True)
        return data

    def do(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        """Carry out what answers with no more than a sentence."""
        self._data(method, path, body=body)

    def ask(self, method: str, path: str, **parts: Any) -> Answer:
        """Return the answer whatever it is, and keep what it says of the rate limit and the version."""
        if self._facts is not None and not self._began:
            self._began = True
            self.memory.doubts.heed(self._facts)
        answer = self._send(method, f"{API}{path}", self._headers | self._token, **parts)
        self._learn(method, answer)
        return answer

    def knock(self, path: str) -> Answer:
        """Return the answer to a GET of a page beside the API, without the token."""
        return self._send("GET", path, self._headers)

    def wait(self) -> float | None:
        """Return the seconds until Krayin allows requests again, if it is known that it does not."""
        return self.memory.pace.wait()

    def _send(self, method: str, path: str, headers: Mapping[str, str], **parts: Any) -> Answer:
        call: AbstractContextManager[None] = self._allowance.call() if self._allowance else nullcontext()
        with call:
            return self._http.request(method, self._address + path, headers=headers, **parts)

    def _learn(self, method: str, answer: Answer) -> None:
        self.memory.pace.note(answer.headers)
        if answer.status < 400 or not is_bare(answer):
            self.memory.pace.accepted()
        if self._allowance:
            self._allowance.told(answer.headers)
        if self._facts is not None:
            self.memory.doubts.note(method, answer, self._facts)

    def _data(self, method: str, path: str, **parts: Any) -> Any:
        answer = self.ask(method, path, **parts)
        asked = Asked(method, path, self._record)
        error = self._error(answer, asked)
        if error:
            raise error
        return body_of(answer).get("data")

    def _error(self, answer: Answer, asked: Asked) -> PluginError | None:
        """Return what the answer means; where it does not say itself, GET /get decides."""
        wait, whoami = None, None
        if answer.status in {404, 500} and self._tells_nothing(answer):
            wait = self.wait() if is_bare(answer) else None
            whoami = self._whoami(asked) if wait is None else None
        elif is_foreign_refusal(answer):
            whoami = self._whoami(asked)
        if answer.status == 500 and whoami is not None and whoami.status == 500 and is_bare(whoami):
            wait = self.wait()  # another thread may have heard «0 remaining» meanwhile
            if wait is None and not self.memory.pace.refused(self._patience):
                return self._shut(answer, asked)
        return error_from(answer, asked, wait=wait, whoami=whoami)

    def _tells_nothing(self, answer: Answer) -> bool:
        """Whether the headers do not say if the request came in; on 2.2 they are not Krayin's."""
        return is_bare(answer) or (self._facts is not None and self._facts.krayin == "2.2")

    def _whoami(self, asked: Asked) -> Answer:
        """Ask who we are, to learn what an answer meant."""
        try:
            return self.ask("GET", WHOAMI)
        except PluginError as error:
            raise TryAgain(
                f"Krayin failed at {asked}, and then was not to be asked why ({error}).",
                delay=error.delay if isinstance(error, NotYet) else None,
                fix=error.fix or ADDRESS_FIX,
                unsure=asked.writes,
            ) from error

    @property
    def _limited(self) -> bool:
        """Whether a used-up minute is among the reasons that Krayin may have to let nothing in."""
        return self._facts is None or self._facts.limit is not None

    @property
    def _patience(self) -> float | None:
        return None if self._limited else A_LITTLE

    def _shut(self, answer: Answer, asked: Asked) -> PluginError:
        """Return what is to be said where neither the request nor the question who we are was let in."""
        message = f"Krayin lets nothing in (500 to {asked} and to the question who we are)."
        if self._limited and is_bare(answer):
            fix = "Either this minute's requests are used up, or the token is wrong: in a minute it shows."
            return NotYet(message, delay=WINDOW + 1, fix=fix, unsure=asked.writes)
        fix = "Either Krayin is in trouble, or the token is wrong: in a moment it shows."
        return TryAgain(message, delay=A_LITTLE, fix=fix, unsure=asked.writes)
