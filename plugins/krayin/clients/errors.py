"""What an answer of Krayin's means: the error it is, or none.

With debugging off, Krayin answers a plain 500 to nearly everything: a wrong token, a throttled
request, a mistake in the request. On Krayin 2.1 every request that got past token and throttle has
X-RateLimit headers in its answer, whatever its status; that tells the 500s apart. The texts are
translated and differ between versions, so they are shown and never compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from crmhost import Answer, CredentialsError, PluginError, Rejected, TryAgain

ATTEMPTS = 3
"""How often Krayin may fail at a record before that is a refusal: it says 500 to plain mistakes."""
CREDENTIALS_FIX = (
    "Look at the token: a login through Krayin's API deletes a user's older tokens. Make a new one, for a "
    "user of its own, with php artisan tinker (the README shows how), and see that the web server passes "
    "the Authorization header on to PHP."
)
ADDRESS_FIX = "Look at the address, and at any proxy or log-in page in front of Krayin."
LOG_FIX = "The reason is in Krayin's storage/logs/laravel.log."


class Invalid(Rejected):
    """Krayin found fault with fields of the record; ``errors`` has what it said, by field."""

    def __init__(self, message: str, errors: Mapping[str, Any], *, fix: str) -> None:
        super().__init__(message, fix=fix)
        self.errors = errors

    def names(self, field: str) -> bool:
        """Whether a field, or an entry of it, is among those at fault: ``person.emails.0.value``."""
        return any(field in name.split(".") for name in self.errors)


class Missing(Rejected):
    """Krayin has no such record."""


class Failed(TryAgain):
    """Krayin failed in the middle of a request; what the request wrote before may be there."""


@dataclass(frozen=True)
class Asked:
    """What an answer is the answer to; ``record`` is Chatwoot's, such as ``contact 5821``."""

    method: str
    path: str
    record: str = ""

    @property
    def writes(self) -> bool:
        """Whether the request could have changed something."""
        return self.method not in {"GET", "HEAD"}

    def __str__(self) -> str:
        """Return ``POST /leads for contact 5821``."""
        return f"{self.method} {self.path}" + (f" for {self.record}" if self.record else "")


def is_bare(answer: Answer) -> bool:
    """Whether the answer lacks what each request past Krayin 2.1's token and throttle checks gets."""
    return "x-ratelimit-limit" not in answer.headers


def error_from(
    answer: Answer, asked: Asked, *, wait: float | None = None, whoami: Answer | None = None
) -> PluginError | None:
    """Return the error that the answer means, or None.

    A bare 500 needs one thing more: ``wait``, the seconds until the rate limit's window ends, where
    it is known to be used up; else ``whoami``, what GET /get answers.
    """
    status = answer.status
    if status < 300:
        return None if _is_json(answer) else _page(asked)
    if status < 400:
        return _redirect(answer, asked)
    if status in {401, 403}:
        return CredentialsError(f"Krayin refuses the API token ({status} to {asked}).", fix=CREDENTIALS_FIX)
    if status == 404:
        return _not_found(answer, asked)
    if status == 422:
        return _invalid(answer, asked)
    if status == 429:
        return _throttled(asked, _seconds(answer.headers.get("retry-after")))
    if status >= 500:
        return _broken(answer, asked, wait, whoami)
    return Rejected(f"Krayin answered {status} to {asked}.", fix=LOG_FIX)


def body_of(answer: Answer) -> Mapping[str, Any]:
    """Return an answer's JSON object; {} where it is something else."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}


def _is_json(answer: Answer) -> bool:
    try:
        return isinstance(answer.json(), dict | list)
    except ValueError:
        return False


def _page(asked: Asked) -> PluginError:
    message = f"A web page came back instead of data from {asked}."
    return TryAgain(message, fix=ADDRESS_FIX, unsure=asked.writes)


def _redirect(answer: Answer, asked: Asked) -> PluginError:
    """Tell Krayin's own refusal, which it can say by sending us elsewhere, from a proxy's redirect."""
    if not is_bare(answer):
        return Rejected(f"Krayin refused {asked} without saying why ({answer.status}).", fix=LOG_FIX)
    message = f"The address sends {asked} elsewhere, to {redirected_to(answer)}."
    return TryAgain(message, fix=ADDRESS_FIX)


def redirected_to(answer: Answer) -> str:
    """Return where an answer points to, without a query that could hold what is secret."""
    parts = urlsplit(answer.headers.get("location", ""))
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else parts.path or "nowhere"


def _not_found(answer: Answer, asked: Asked) -> PluginError:
    """Tell a record that is gone from an API that is gone: a record's path ends with its id."""
    if is_bare(answer) and not asked.path.rsplit("/", 1)[-1].isdigit():
        message = f"Krayin's REST API is not there (404 to {asked})."
        # Or something that the request names is gone, so that it has to be looked at.
        return TryAgain(
            message,
            fix="Was the package krayin/rest-api removed, or Krayin moved? Look: crmhost check.",
            unsure=asked.writes,
        )
    fix = "It was deleted in Krayin, or a setting names what is no longer there: crmhost check."
    return Missing(f"Krayin has not got what {asked} names.", fix=fix)


def _invalid(answer: Answer, asked: Asked) -> PluginError:
    body = body_of(answer)
    errors = body.get("errors")
    errors = errors if isinstance(errors, Mapping) else {}
    said = [f"{name}: {_first(texts)}" for name, texts in errors.items()]
    what = "; ".join(said) or str(body.get("message", "no reason given"))
    fix = "Correct it in Chatwoot, or the person who has it already in Krayin; then replay the delivery."
    return Invalid(f"Krayin does not accept {asked}: {what}", errors, fix=fix)


def _throttled(asked: Asked, delay: float | None) -> PluginError:
    """A throttled request is not carried out."""
    message = f"Krayin allows no more requests this minute (at {asked})."
    return TryAgain(message, delay=delay, fix="It goes on by itself.")


def _broken(answer: Answer, asked: Asked, wait: float | None, whoami: Answer | None) -> PluginError:
    message = f"Krayin failed with {answer.status} at {asked}."
    if answer.status != 500 or not is_bare(answer):
        return Failed(message, fix=LOG_FIX, unsure=asked.writes, at_most=ATTEMPTS)
    if wait is not None:
        return _throttled(asked, wait)
    if whoami is None or whoami.status == 200:
        # Where /get has the headers and this had not, the request never got past the throttle.
        reached = whoami is None or is_bare(whoami)
        error = Failed if reached else TryAgain
        return error(message, fix=LOG_FIX, unsure=asked.writes and reached, at_most=ATTEMPTS)
    if whoami.status in {401, 403, 500}:
        return CredentialsError(
            f"Krayin refuses the API token ({answer.status} to {asked}).", fix=CREDENTIALS_FIX
        )
    return TryAgain(message, fix=LOG_FIX, unsure=asked.writes)


def _first(texts: object) -> str:
    """Return one text of Laravel's list of texts."""
    return str(texts[0]) if isinstance(texts, list) and texts else str(texts)


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() else None
