"""What an answer of LeadSquared's means: the error it is, or none.

LeadSquared says what went wrong in an envelope, ``{"Status": "Error", "ExceptionType": …}``, mostly with
HTTP 500 and now and then with HTTP 200: the envelope decides, not the status. What LeadSquared's own
exceptions (MX…) refuse was not written. One of the system below it, silence, or a page or a redirect of what
stands in between, leaves doubt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmhost import Answer, CredentialsError, NotYet, PluginError, Rejected, SetUpAgain, TryAgain

WINDOW = 5.0
"""Seconds in which LeadSquared counts calls: https://apidocs.leadsquared.com/rate-limits/"""
ATTEMPTS = 3
"""How often LeadSquared may stumble over a record before that is a refusal."""
KEYS_FIX = "See that both keys are right and their user is active; crmhost set takes others."
ADDRESS_FIX = "Look at api_url, and at any proxy in between."
RECORD_FIX = "Correct it in Chatwoot or in LeadSquared; then replay the delivery."
TROUBLE_FIX = "LeadSquared's own log of API calls may say more; then replay the delivery."


class Duplicate(Rejected):
    """Another lead has this e-mail address or phone number already."""


class LeadGone(Rejected):
    """LeadSquared has no such lead, or no longer."""


class Failed(TryAgain):
    """LeadSquared stumbled over a request, and says so."""


REFUSALS: Mapping[str, type[Rejected]] = {
    "MXDuplicateEntryException": Duplicate,
    "MXInvalidEntityReferenceException": LeadGone,
}
"""LeadSquared's exceptions that there is a remedy for; all others of its own (MX…) are plain refusals."""

BEFORE_WRITING = frozenset({"NullReferenceException"})
"""Exceptions of the system below it that are said before anything is written: of a type that is not there."""


@dataclass(frozen=True)
class Asked:
    """What an answer is the answer to; ``record`` is Chatwoot's, such as ``contact 5821``."""

    method: str
    path: str
    record: str = ""

    @property
    def writes(self) -> bool:
        """Whether the request could have changed something."""
        return self.method != "GET"

    def __str__(self) -> str:
        """Return ``POST Lead.Update for contact 5821``."""
        what = f"{self.method} {self.path.rpartition('/')[2]}"
        return f"{what} for {self.record}" if self.record else what


def error_from(answer: Answer, asked: Asked) -> PluginError | None:
    """Return the error that the answer means, or None."""
    said, status = _json(answer), answer.status
    if status in {401, 403}:
        return CredentialsError(f"LeadSquared refuses the keys ({status} to {asked}).", fix=KEYS_FIX)
    if status == 429:
        # LeadSquared does not say for how long; what stands before it may.
        delay = WINDOW if answer.retry_after is None else answer.retry_after
        message = f"LeadSquared takes no more calls for now (at {asked})."
        return NotYet(message, delay=delay, fix="It goes on by itself.")
    if isinstance(said, Mapping) and said.get("Status") == "Error":
        return _refusal(said, asked)
    if status < 300 and isinstance(said, Mapping | list):
        return None
    if status == 404:
        message = f"LeadSquared's API is not there (404 to {asked})."
        return SetUpAgain(message, fix=ADDRESS_FIX, unsure=asked.writes)
    if 400 <= status < 500:
        return Rejected(f"LeadSquared does not accept {asked} ({status}).", fix=RECORD_FIX)
    message = f"LeadSquared did not answer {asked}: what came back is a page with status {status}."
    return TryAgain(message, delay=answer.retry_after, fix=ADDRESS_FIX, unsure=asked.writes)


def _refusal(said: Mapping[str, Any], asked: Asked) -> PluginError:
    """Tell LeadSquared's own exceptions from those of the system below it."""
    name = str(said.get("ExceptionType"))
    message = f"LeadSquared says no to {asked}: {said.get('ExceptionMessage')} ({name})"
    if name.startswith("MX"):
        return REFUSALS.get(name, Rejected)(message, fix=RECORD_FIX)
    unsure = asked.writes and name not in BEFORE_WRITING
    return Failed(message, fix=TROUBLE_FIX, at_most=ATTEMPTS, unsure=unsure)


def _json(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
