"""Whether Krayin is there and takes the token, and whose it is."""

from __future__ import annotations

from crmhost import Answer, CredentialsError, NotYet, PluginError, SettingsError, TryAgain

from ..clients.errors import ADDRESS_FIX, CREDENTIALS_FIX, body_of, redirected_to
from ..clients.lookups import Lookups
from ..clients.pace import WINDOW
from .rows import Row

UNCLEAR_FIX = f"Try again in a minute: Krayin says the same where its calls are used up. {CREDENTIALS_FIX}"
"""A 500 in production hides both, and a first answer has no word of the calls that are left."""
INSTALL_FIX = (
    "If this is Krayin's address, install its REST API there: composer require krayin/rest-api, then put "
    "SANCTUM_STATEFUL_DOMAINS with Krayin's host name into .env, then php artisan krayin-rest-api:install. "
    "Otherwise correct the address."
)


def user_of(lookups: Lookups, url: str) -> tuple[Row, Answer]:
    """Return the token's user with the answer that says so, or raise what is wrong with it."""
    answer = _ask(lookups)
    body = body_of(answer)
    user = body.get("data") if answer.status == 200 else None
    if not isinstance(user, dict) or "view_permission" not in user:
        raise _trouble(answer, body, url, lookups.wait())
    if user["view_permission"] != "global":
        raise SettingsError(
            f"Krayin's user {user.get('name')} sees only some records, and so Krayin's search always fails.",
            fix="In Krayin, under Settings, Users, set that user's view permission to Global.",
        )
    return user, answer


def _ask(lookups: Lookups) -> Answer:
    try:
        return lookups.whoami()
    except NotYet:
        raise
    except TryAgain as error:
        raise SettingsError(f"Krayin can't be reached: {error}", fix=ADDRESS_FIX) from error


def _trouble(answer: Answer, body: Row, url: str, wait: float | None) -> SettingsError | PluginError:
    """Return what an answer means that is not the user's card.

    Laravel, which Krayin is built on, says {"message": …} to each error. With debugging off a wrong
    token is a 500, an unknown path a 404.
    """
    status, laravel = answer.status, "message" in body
    if status == 429 or (status == 500 and wait is not None):
        delay = WINDOW if wait is None else wait
        return NotYet("Krayin allows no more requests this minute.", delay=delay, fix="Try in a minute.")
    if 300 <= status < 400:
        where = redirected_to(answer)
        return SettingsError(
            f"{url} sends us elsewhere, to {where}.", fix="If that is Krayin, set its address to it."
        )
    if status == 404 and laravel:
        return SettingsError(f"There is no Krayin REST API at {url}.", fix=INSTALL_FIX)
    if status == 401:
        return CredentialsError(f"Krayin at {url} refuses the API token.", fix=CREDENTIALS_FIX)
    if status == 500 and laravel:
        said = f"Krayin at {url} refuses the API token, or has no calls left for its user this minute."
        return CredentialsError(said, fix=UNCLEAR_FIX)
    if status >= 500:
        return TryAgain(f"What answers at {url} is out of order ({status}).", fix=ADDRESS_FIX)
    return SettingsError(
        f"What answers at {url} is not Krayin ({status} to GET /api/v1/get).", fix=ADDRESS_FIX
    )
