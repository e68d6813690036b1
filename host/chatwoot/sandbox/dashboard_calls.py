"""The API's calls about dashboard apps: tabs beside each conversation, with a page of somebody else's."""

from __future__ import annotations

from .call import Call
from .failures import Failure, invalid, not_found
from .state import Json


def list_apps(call: Call) -> list[Json]:
    """Return the account's apps, in no envelope; agents see them too."""
    return list(call.chatwoot.state.dashboard_apps.values())


def make_app(call: Call) -> Json:
    """Make an app."""
    given = _given(call)
    app = {"id": call.chatwoot.state.new_id("dashboard_apps"), **given}
    call.chatwoot.state.dashboard_apps[app["id"]] = app
    return app


def update_app(call: Call, app_id: int) -> Json:
    """Change an app."""
    given = _given(call)
    app = _app(call, app_id)
    app.update(given)
    return app


def delete_app(call: Call, app_id: int) -> Json:
    """Remove an app."""
    call.administrators_only()
    _app(call, app_id)
    del call.chatwoot.state.dashboard_apps[app_id]
    return {}


def _app(call: Call, app_id: int) -> Json:
    if app_id not in call.chatwoot.state.dashboard_apps:
        raise not_found()
    return call.chatwoot.state.dashboard_apps[app_id]


def _given(call: Call) -> Json:
    call.administrators_only()
    given = call.body.get("dashboard_app")
    if not given:
        raise Failure(422, {"error": "param is missing or the value is empty: dashboard_app"})
    content = given.get("content")
    if not content or content[0].get("type") != "frame" or "://" not in str(content[0].get("url")):
        raise invalid("content", "Content : Invalid data")
    return {name: given[name] for name in ("title", "content") if name in given}
