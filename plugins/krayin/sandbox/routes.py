"""Which address and method lead to which endpoint."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from . import access, activities, definitions, leads, organizations, persons, resources, settings_lists, tags
from .failures import NotFound, WrongMethod

Endpoint = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Route:
    """One address pattern with the endpoint behind it."""

    method: str
    pattern: str
    endpoint: Endpoint
    is_open: bool = False
    extra_limit: tuple[int, float] | None = None

    def arguments(self, path: str) -> list[str] | None:
        """Read the ids from an address, or nothing if it is not this one."""
        pattern = self.pattern.replace("{n}", r"(\d+)").replace("{}", "([^/]+)")
        found = re.fullmatch(pattern, path)
        return list(found.groups()) if found else None


def _settings(name: str, table: str, show: settings_lists.Show) -> list[Route]:
    index, one = settings_lists.index_of(table, show), settings_lists.show_of(table, show)
    return [
        Route("GET", f"/api/v1/settings/{name}", index),
        Route("GET", f"/api/v1/settings/{name}/{{}}", one),
    ]


_PERSONS = "/api/v1/contacts/persons"
_ORGANIZATIONS = "/api/v1/contacts/organizations"
_LEADS = "/api/v1/leads"
_ACTIVITIES = "/api/v1/activities"

ROUTES = (
    Route("GET", "/api/user", access.demo),
    Route("POST", "/api/v1/login", access.login, is_open=True),
    Route("DELETE", "/api/v1/logout", access.logout),
    Route("GET", "/api/v1/get", access.get),
    Route("GET", _PERSONS, persons.index),
    Route("GET", f"{_PERSONS}/search", persons.search),
    Route("GET", f"{_PERSONS}/{{n}}", persons.show),
    Route("POST", _PERSONS, persons.store),
    Route("PUT", f"{_PERSONS}/{{}}", persons.update),
    Route("DELETE", f"{_PERSONS}/{{}}", persons.destroy, extra_limit=(100, 3600.0)),
    Route("POST", f"{_PERSONS}/mass-destroy", persons.mass_destroy),
    Route("GET", f"{_PERSONS}/{{}}/activities", activities.of_person),
    Route("POST", f"{_PERSONS}/{{}}/tags", tags.attach_to_person),
    Route("DELETE", f"{_PERSONS}/{{}}/tags", tags.detach_from_person),
    Route("GET", _ORGANIZATIONS, organizations.index),
    Route("GET", f"{_ORGANIZATIONS}/{{}}", organizations.show),
    Route("POST", _ORGANIZATIONS, organizations.store),
    Route("PUT", f"{_ORGANIZATIONS}/{{}}", organizations.update),
    Route("DELETE", f"{_ORGANIZATIONS}/{{}}", organizations.destroy),
    Route("GET", _LEADS, leads.index),
    Route("GET", f"{_LEADS}/search", leads.search),
    Route("GET", f"{_LEADS}/{{n}}", leads.show),
    Route("POST", _LEADS, leads.store),
    Route("PUT", f"{_LEADS}/{{}}", leads.update),
    Route("DELETE", f"{_LEADS}/{{}}", leads.destroy),
    Route("POST", f"{_LEADS}/mass-update", leads.mass_update),
    Route("POST", f"{_LEADS}/mass-destroy", leads.mass_destroy),
    Route("PUT", f"{_LEADS}/attributes/edit/{{}}", leads.edit_attributes),
    Route("PUT", f"{_LEADS}/stage/edit/{{}}", leads.edit_stage),
    Route("GET", f"{_LEADS}/{{}}/activities", activities.of_lead),
    Route("POST", f"{_LEADS}/{{}}/tags", tags.attach_to_lead),
    Route("DELETE", f"{_LEADS}/{{}}/tags", tags.detach_from_lead),
    Route("GET", _ACTIVITIES, activities.index),
    Route("GET", f"{_ACTIVITIES}/{{n}}", activities.show),
    Route("POST", _ACTIVITIES, activities.store),
    Route("PUT", f"{_ACTIVITIES}/{{}}", activities.update),
    Route("DELETE", f"{_ACTIVITIES}/{{}}", activities.destroy),
    Route("POST", f"{_ACTIVITIES}/mass-update", activities.mass_update),
    *_settings("pipelines", "lead_pipelines", resources.pipeline),
    *_settings("sources", "lead_sources", resources.named),
    *_settings("types", "lead_types", resources.named),
    Route("GET", "/api/v1/settings/users/search", settings_lists.search_users),
    Route("GET", "/api/v1/settings/attributes/lookup/{}", definitions.lookup),
    Route("POST", "/api/v1/settings/attributes", definitions.store),
    Route("DELETE", "/api/v1/settings/attributes/{n}", definitions.destroy),
    *_settings("attributes", "attributes", resources.attribute),
    Route("GET", "/api/v1/settings/tags/search", tags.search),
    Route("POST", "/api/v1/settings/tags", tags.store),
    Route("DELETE", "/api/v1/settings/tags/{n}", tags.destroy),
    *_settings("tags", "tags", resources.tag),
    *_settings("users", "users", resources.user),
)


_UP = Route("GET", "/up", access.up, is_open=True)


def matched(method: str, path: str, *, has_up: bool) -> tuple[Route, list[str]]:
    """Find the route for a request; HEAD goes where GET goes."""
    wanted = "GET" if method == "HEAD" else method
    found = [
        (route, ids)
        for route in ((*ROUTES, _UP) if has_up else ROUTES)
        if (ids := route.arguments(path)) is not None
    ]
    for route, ids in found:
        if route.method == wanted:
            return route, ids
    address = path.strip("/")
    if found:
        methods = ", ".join(_methods([route for route, _ in found]))
        problem = f"The {method} method is not supported for route {address}."
        raise WrongMethod(f"{problem} Supported methods: {methods}.")
    raise NotFound(f"The route {address} could not be found.")


def _methods(routes: list[Route]) -> list[str]:
    found = {route.method for route in routes}
    return sorted(found | ({"HEAD"} if "GET" in found else set()))
