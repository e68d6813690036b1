"""Requests to one account of Chatwoot's REST API, and what each kind of answer means for the host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from ..errors import CredentialsError, Rejected, SettingsError, TryAgain
from ..validation import first_problem

if TYPE_CHECKING:
    from ..http import Answer, Http

Row = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)
# Chatwoot's papers spell it api_access_token; nginx drops names with underscores unless it is told
# not to, and Rails reads both spellings as one (concerns/access_token_auth_helper.rb).
HEADER = "Api-Access-Token"
THROTTLED = 429
THROTTLED_FOR = 60.0
"""Seconds: Chatwoot counts requests by the minute and does not say when to come again; a proxy may."""
NEW_TOKEN = (
    "Give an administrator's token; for a connection that is there already, with crmhost set CONNECTION "  # noqa: S105
    "--chatwoot-token @file."
)

UNREADABLE_FIX = "Is this Chatwoot newer than crmhost knows? Update crmhost; report it where that is no help."


class Transport:
    """Asks one account of one Chatwoot with one user's token."""

    def __init__(self, http: Http, url: str, token: str, account_id: int) -> None:
        self._http = http
        self._url = url
        self._headers = {HEADER: token, "Accept": "application/json"}
        self._account = f"/api/v1/accounts/{account_id}"

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return what is at this path of the account; None where it is not there."""
        return self.ask("GET", self._account + path, params=params)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Write to this path of the account; return the answer, None where it is not there."""
        return self.ask(method, self._account + path, body=body)

    def ask(self, method: str, path: str, **parts: Any) -> Any:
        """Ask a path of the whole Chatwoot; return what its JSON says, None for its own 404."""
        what = f"{method} {path}"
        try:
            answer = self._http.request(method, self._url + path, headers=self._headers, **parts)
        except TryAgain as error:
            told = f"Chatwoot is away: {error}"
            raise TryAgain(told, delay=error.delay, unsure=error.unsure, fix=error.fix) from error
        said = _json(answer)
        if problem := _problem(answer, said, what, self._url):
            raise problem
        return None if answer.status == 404 else said


def _problem(answer: Answer, said: Any, what: str, url: str) -> Exception | None:
    """Return the error that an answer means, or None."""
    status, reason = answer.status, _reason(said)
    told = f": {reason}" if reason else ""
    if status in {401, 403}:
        # 403: the plan of this account has no API (Chatwoot Cloud, 4.16).
        return CredentialsError(f"Chatwoot refuses crmhost's token at {what}{told}.", fix=NEW_TOKEN)
    if status == THROTTLED:
        delay = THROTTLED_FOR if answer.retry_after is None else answer.retry_after
        message = "Chatwoot has had too many requests of this host."
        return TryAgain(message, delay=delay, fix="It goes on by itself.")
    if 300 <= status < 400:
        there = answer.headers.get("location", "elsewhere")
        fix = "Give the address that it leads to: crmhost set CONNECTION --chatwoot-url URL."
        return SettingsError(f"Chatwoot's address {url} leads on to {there}.", fix=fix)
    # A proxy in front of a Chatwoot that restarts says 404 or 200 as well, but not in Chatwoot's words.
    foreign = said is None or (status == 404 and not reason)
    if status >= 500 or foreign:
        message = f"Chatwoot is not to be had: {what} was answered {status} by what is not its API."
        fix = "See whether Chatwoot is up, and what stands in front of it."
        return TryAgain(message, delay=answer.retry_after, fix=fix)
    if status >= 400 and status != 404:
        fix = "See that the account's number is right, and what Chatwoot's log says."
        return Rejected(f"Chatwoot refuses {what} ({status}){told}.", fix=fix)
    return None


def _json(answer: Answer) -> Any:
    """Return what an answer says; {} for an empty one, None for what is not JSON."""
    if not answer.body.strip():
        return {}
    try:
        said = answer.json()
    except ValueError:
        return None
    return said if isinstance(said, dict | list) else None


def _reason(said: Any) -> str:
    """Return Chatwoot's own words: ``{"error": …}``, or ``{"message": …}`` of a validation."""
    if not isinstance(said, dict):
        return ""
    return str(said.get("error") or said.get("message") or "").strip().rstrip(".")


def rows_of(said: Any, *keys: str) -> list[Row]:
    """Return the rows of a list; some answers wrap it, in ``payload`` or ``data.payload``, some do not."""
    for key in keys:
        said = said.get(key) if isinstance(said, dict) else said
    return [row for row in said if isinstance(row, dict)] if isinstance(said, list) else []


def read(model: type[Model], row: Any, what: str) -> Model:
    """Read a row as one of the host's models, or say what is wrong with it."""
    try:
        return model.model_validate(row)
    except ValidationError as error:
        message = f"Chatwoot's {what} cannot be read: {first_problem(error)}."
        raise Rejected(message, fix=UNREADABLE_FIX) from error


def address_of(url: str) -> str:
    """Return Chatwoot's address out of what a person copied from the browser: scheme, host, port."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        fix = "It starts with http:// or https://, such as https://chat.example.com."
        raise SettingsError("What was given is not the address of a Chatwoot.", fix=fix)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"
