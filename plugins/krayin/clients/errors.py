"""What an answer of Krayin's means: the error it is, or none.

With debugging off, Krayin answers a plain 500 to nearly everything: a wrong token, a throttled
request, a mistake in the request. On Krayin 2.1 every request that got past token and throttle has
X-RateLimit headers in its answer, whatever its status; that tells the 500s apart. Krayin 2.2 has no
such headers, and there GET /get has to. The texts are translated and differ between versions, so they
are shown and never compared.

A write that was carried out may be answered so, too: where PHP dies of its time or its memory Laravel says
500 without those headers, as it does of a throttled request, and what stands before Krayin says an error, a
page or a redirect in the place of an answer. So only Krayin's own refusals say that nothing was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from crmhost import Answer, CredentialsError, NotYet, PluginError, Rejected, TryAgain

from .pace import WINDOW

ATTEMPTS = 3
"""How often Krayin may fail at a record before that is a refusal: it says 500 to plain mistakes."""
CREDENTIALS_FIX = (
    "Look at the token: a login through Krayin's API deletes a user's older tokens. Make a new one, for a "
    "user of its own, with php artisan tinker (the README shows how), and see that the web server passes "
    "the Authorization header on to PHP."
)
ADDRESS_FIX = "Look at the address, and at any proxy or log-in page in front of Krayin."
LOG_FIX = "The reason is in Krayin's storage/logs/laravel.log."
RECORD_FIX = (
    "Correct it in Chatwoot, or the person who has it already in Krayin. A field that Krayin requires: make "
    "its attribute optional there, or map something to it. Then replay the delivery."
)
QUESTION_FIX = "Krayin or its REST package was changed: crmhost check says what is there now."
GONE_FIX = "It was deleted in Krayin, or a setting names what is no longer there: crmhost check."
PROXY_FIX = "Let the web server take larger requests; then replay the delivery."
PACKAGE_FIX = "Was the package krayin/rest-api removed, or Krayin moved? Look: crmhost check."


NO_FAULT = frozenset({408, 421, 425, 499})
"""What servers say of a request that came at a wrong time or on a wrong connection, whatever was in it."""
TOO_LARGE = frozenset({413, 414, 431})

ZONE_FIX = "Set server_timezone to APP_TIMEZONE of the Krayin server."
BY_ITSELF = "It is tried again by itself."


def just_deleted(what: str) -> TryAgain:
    """Return the error for a record that was there a moment ago."""
    return TryAgain(f"{what} was deleted in Krayin just now.", fix=BY_ITSELF)


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


class Overlaps(Rejected):
    """Krayin takes no meeting at this time: somebody has another one (on 2.2 nearly always)."""


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

    @property
    def schedules(self) -> bool:
        """Whether the request could have made or moved a meeting."""
        return self.writes and self.path.startswith("/activities")

    def __str__(self) -> str:
        """Return ``POST /leads for contact 5821``."""
        return f"{self.method} {self.path}" + (f" for {self.record}" if self.record else "")


def is_bare(answer: Answer) -> bool:
    """Whether the answer lacks what each request past Krayin 2.1's token and throttle checks gets."""
    return "x-ratelimit-limit" not in answer.headers


def is_foreign_refusal(answer: Answer) -> bool:
    """Whether what stands before Krayin forbids a request: Krayin's own word is JSON."""
    return answer.status == 403 and not _is_json(answer)


def error_from(
    answer: Answer, asked: Asked, *, wait: float | None = None, whoami: Answer | None = None
) -> PluginError | None:
    """Return the error that the answer means, or None.

    A bare 500 or 404 needs one thing more: ``wait``, the seconds until the rate limit's window ends,
    where it is known to be used up; else ``whoami``, what GET /get answers. So does a 403 that is no JSON.
    """
    status = answer.status
    if status < 300:
        return None if _is_json(answer) else _page(asked)
    if status < 400:
        return _redirect(answer, asked)
    if status >= 500:
        return _broken(answer, asked, wait, whoami)
    if status == 404:
        return _not_found(answer, asked, whoami)
    if _is_json(answer) or status in {401, 429}:
        return _refused(answer, asked)
    return _foreign(answer, asked, whoami)


def body_of(answer: Answer) -> Mapping[str, Any]:
    """Return an answer's JSON object; {} where it is something else."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}


def redirected_to(answer: Answer) -> str:
    """Return where an answer points to, without a query that could hold what is secret."""
    parts = urlsplit(answer.headers.get("location", ""))
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else parts.path or "nowhere"


def _is_json(answer: Answer) -> bool:
    try:
        return isinstance(answer.json(), dict | list)
    except ValueError:
        return False


def _page(asked: Asked) -> PluginError:
    message = f"A web page came back instead of data from {asked}."
    return TryAgain(message, fix=ADDRESS_FIX, unsure=asked.writes)


def _redirect(answer: Answer, asked: Asked) -> PluginError:
    """Tell Krayin's own refusal from a redirect of what stands before it, to its page for a failure, say.

    Krayin redirects nobody who asks for JSON in both ways that it knows; 2.1's headers tell what came in.
    """
    if is_bare(answer):
        message = f"The address sends {asked} elsewhere, to {redirected_to(answer)}."
        return TryAgain(message, fix=ADDRESS_FIX, unsure=asked.writes)
    if asked.schedules:
        return _overlaps(asked)
    return Rejected(f"Krayin refused {asked} without saying why ({answer.status}).", fix=LOG_FIX)


def _overlaps(asked: Asked) -> PluginError:
    fix = "Note such conversations as something else than a meeting: activity_types."
    return Overlaps(f"Krayin takes no meeting at this time ({asked}): there is another one.", fix=fix)


def _refused(answer: Answer, asked: Asked) -> PluginError:
    """Return what Krayin's own refusal is; nothing was written."""
    status = answer.status
    if status == 400 and asked.schedules:
        return _overlaps(asked)
    if status in {401, 403}:
        return _bad_token(answer, asked)
    if status == 422:
        return _invalid(answer, asked)
    if status == 429:
        return _throttled(asked, answer.retry_after)
    said = _said(answer)
    what = (
        f"Krayin answered {status} to {asked}: {said}." if said else f"Krayin answered {status} to {asked}."
    )
    return Rejected(what, fix=LOG_FIX)


def _foreign(answer: Answer, asked: Asked, whoami: Answer | None) -> PluginError:
    """Return what a refusal is of what stands before Krayin: it may dislike one text.

    What is said of everybody for a while, or of a connection, is no delivery's fault.
    """
    if answer.status in TOO_LARGE:
        return Rejected(f"What stands before Krayin takes no {asked}: it is too large.", fix=PROXY_FIX)
    everybody = whoami is not None and is_foreign_refusal(whoami)
    at_most = None if everybody or answer.status in NO_FAULT else ATTEMPTS
    message = f"What stands before Krayin does not let {asked} through ({answer.status})."
    return TryAgain(message, fix=ADDRESS_FIX, at_most=at_most, unsure=asked.writes)


def _bad_token(answer: Answer, asked: Asked) -> PluginError:
    """Return the error for a token that is refused, which a 500 does not say for sure."""
    message = f"Krayin refuses the API token ({answer.status} to {asked})."
    return CredentialsError(message, fix=CREDENTIALS_FIX, unsure=asked.writes and answer.status == 500)


def _not_found(answer: Answer, asked: Asked, whoami: Answer | None) -> PluginError:
    """Tell a record that is gone from an API that is gone: that one would not say who we are."""
    if not (_is_json(answer) and _came_in(answer, whoami)):
        message = f"Krayin's REST API is not there (404 to {asked})."
        return TryAgain(message, fix=PACKAGE_FIX, unsure=asked.writes)
    return Missing(f"Krayin has not got what {asked} names.", fix=GONE_FIX)


def _came_in(answer: Answer, whoami: Answer | None) -> bool:
    """Whether a request reached what it was meant for, and was not turned away at the door.

    Where other answers have the headers and this has not, it never got past route, token and throttle.
    """
    if not is_bare(answer):
        return True
    return whoami is not None and whoami.status == 200 and is_bare(whoami)


def _invalid(answer: Answer, asked: Asked) -> PluginError:
    body = body_of(answer)
    errors = body.get("errors")
    errors = errors if isinstance(errors, Mapping) else {}
    said = [f"{name}: {_first(texts)}" for name, texts in errors.items()]
    what = "; ".join(said) or str(body.get("message", "no reason given"))
    fix = RECORD_FIX if asked.writes else QUESTION_FIX
    return Invalid(f"Krayin does not accept {asked}: {what}", errors, fix=fix)


def _throttled(asked: Asked, delay: float | None, *, unsure: bool = False) -> PluginError:
    """A throttled request is not carried out; that it was throttled is only a guess where it was a 500."""
    message = f"Krayin allows no more requests this minute (at {asked})."
    delay = WINDOW if delay is None else delay
    return NotYet(message, delay=delay, fix="It goes on by itself.", unsure=unsure)


def _broken(answer: Answer, asked: Asked, wait: float | None, whoami: Answer | None) -> PluginError:
    message = f"Krayin failed with {answer.status} at {asked}."
    if wait is not None:
        return _throttled(asked, wait, unsure=asked.writes)
    if whoami is None:
        at_most = ATTEMPTS if answer.status == 500 else None
        # php artisan down --retry=120 says 503 and for how long.
        delay = answer.retry_after
        return Failed(message, delay=delay, fix=LOG_FIX, unsure=asked.writes, at_most=at_most)
    if whoami.status == 200:
        return Failed(message, fix=LOG_FIX, unsure=asked.writes, at_most=ATTEMPTS)
    if whoami.status in {401, 403} or (whoami.status == 500 and is_bare(whoami)):
        return _bad_token(answer, asked)
    return TryAgain(message, fix=LOG_FIX, unsure=asked.writes)


def _said(answer: Answer) -> str:
    """Return what Krayin said in words, if it did: some of its texts are names that it did not translate."""
    message = str(body_of(answer).get("message", "")).strip(". ")
    return message if "::" not in message else ""


def _first(texts: object) -> str:
    """Return one text of Laravel's list of texts."""
    return str(texts[0]) if isinstance(texts, list) and texts else str(texts)
