"""Krayin's error handler: what becomes of a failure in production and in debug mode."""

from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from .call import Call
from .failures import Failure, Invalid, NotFound, Throttled, Unauthenticated, WrongMethod

_TITLES = {500: "500 Internal Server Error", 404: "404 Page Not Found"}

_PAGE = """<!DOCTYPE html>

<html
    lang="en"
    dir="ltr"
>

<head>
    <title>{title}</title>

    <meta charset="UTF-8">

    <meta
        http-equiv="X-UA-Compatible"
        content="IE=edge"
    >
    <meta
        http-equiv="content-language"
        content="en"
    >

    <meta
        name="viewport"
        content="width=device-width, initial-scale=1"
    >
</head>

<body>
    <h1>{title}</h1>
</body>
</html>
"""

_REDIRECT = """<!DOCTYPE html>
<html>
    <head>
        <meta charset="UTF-8" />
        <meta http-equiv="refresh" content="0;url='{url}'" />

        <title>Redirecting to {url}</title>
    </head>
    <body>
        Redirecting to <a href="{url}">{url}</a>.
    </body>
</html>"""


def redirect(url: str) -> Response:
    """Send the caller elsewhere."""
    return HTMLResponse(_REDIRECT.format(url=url), 302, {"Location": url})


def failed(call: Call, failure: Failure) -> Response:
    """Answer a failure as Krayin's handler does."""
    if isinstance(failure, Invalid):
        return _invalid(call, failure)
    return _in_debug(call, failure) if call.settings.debug else _in_production(call, failure)


def _invalid(call: Call, failure: Invalid) -> Response:
    if not call.wants_json:
        # Back to where it came from, which is nowhere: the site's root (recording 11).
        return redirect(call.base_url)
    return JSONResponse({"message": failure.message, "errors": failure.errors}, 422)


def _in_production(call: Call, failure: Failure) -> Response:
    """Flatten: all but a 404 is a 500, said with a key that nobody translates (recordings 15, 26, 14)."""
    status = 404 if isinstance(failure, NotFound) else 500
    if not call.wants_json:
        # The page has status 200 (recordings 10, 13).
        return HTMLResponse(_PAGE.format(title=_TITLES[status]))
    return JSONResponse(_said(call, status), status)


def _said(call: Call, status: int) -> dict[str, str]:
    return {"message": call.profile.errors[status]}


def _in_debug(call: Call, failure: Failure) -> Response:
    status = _status(failure)
    if not call.wants_json:
        # Even a missing token is a 500 here: there is no login page to go to (recording 32).
        status = 500 if status == 401 else status
        return HTMLResponse(f"<!-- {failure.message or 'Route [login] not defined.'} -->\n", status)
    if isinstance(failure, Unauthenticated):
        return JSONResponse(_said(call, 401), 401)
    headers = failure.headers if isinstance(failure, Throttled) else {}
    return JSONResponse(_traced(failure), status, headers)


def _status(failure: Failure) -> int:
    statuses = {NotFound: 404, Unauthenticated: 401, WrongMethod: 405, Throttled: 429}
    return statuses.get(type(failure), 500)


def _traced(failure: Failure) -> dict[str, Any]:
    file, _, line = failure.origin.rpartition(":")
    where = {"file": f"/var/www/krayin/{file}", "line": int(line)}
    return {"message": failure.message, "exception": failure.exception} | where
