"""The account's API as an ASGI application."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .account import Account, Lead, Refusal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

SPAN = 5.0
"""Seconds in which calls are counted."""
Answer = Callable[["Request"], Awaitable[Any]]


class LeadSquaredSandbox:
    """A LeadSquared in memory, for one account and one user; ``requests`` says what it was asked.

    ``calls`` is how many it takes in five seconds, 0 for any number.
    """

    def __init__(self, *, calls: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self.account = Account()
        self.keys: dict[str, str] = {}
        """The secret key of each access key."""
        self.requests: list[str] = []
        self._calls = calls
        self._clock = clock
        self._lately: deque[float] = deque()
        self._app = Starlette(
            routes=[
                self._route("GET", "Authentication.svc/UserByAccessKey.Get", self._user),
                self._route("GET", "LeadManagement.svc/Leads.GetByQuickSearch", self._search),
                self._route("POST", "LeadManagement.svc/Lead.CreateOrUpdate", self._create_or_update),
                self._route("POST", "LeadManagement.svc/Lead.Update", self._update),
                self._route("GET", "ProspectActivity.svc/ActivityTypes.Get", self._types),
                self._route("POST", "ProspectActivity.svc/CreateType", self._make_type),
                self._route("POST", "ProspectActivity.svc/Create", self._post_activity),
            ]
        )

    def make_keys(self) -> tuple[str, str]:
        """Make an access key and its secret key, as an administrator can; others stay valid."""
        access_key, secret_key = f"u$r{secrets.token_hex(16)}", secrets.token_hex(20)
        self.keys[access_key] = secret_key
        return access_key, secret_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)

    def _route(self, method: str, path: str, answer: Answer) -> Route:
        async def respond(request: Request) -> Response:
            self.requests.append(f"{method} {path.rpartition('/')[2]}")
            if turned_away := self._turned_away(request):
                return turned_away
            try:
                return JSONResponse(await answer(request))
            except Refusal as refusal:
                return _envelope(refusal)
            except (ValueError, KeyError, TypeError):
                return PlainTextResponse("Bad Request", 400)

        return Route(f"/v2/{path}", respond, methods=[method])

    def _turned_away(self, request: Request) -> Response | None:
        """Return the answer to who has no valid keys, or asks too often."""
        access_key, secret_key = map(request.headers.get, ("x-lsq-accesskey", "x-lsq-secretkey"))
        if (access_key, secret_key) not in self.keys.items():
            return PlainTextResponse("Unauthorized", 401)
        now = self._clock()
        while self._lately and self._lately[0] <= now - SPAN:
            self._lately.popleft()
        if self._calls and len(self._lately) >= self._calls:
            problem = f"API calls exceeded the limit of {self._calls} in 5 second(s)"
            return PlainTextResponse(problem, 429)
        self._lately.append(now)
        return None

    async def _user(self, request: Request) -> Any:
        """Say whose the keys are; the account is on the very host that was asked."""
        return {
            "Id": "1a50c565-0000-0000-0000-000000000000",
            "Name": "Example",
            "Role": "Administrator",
            "TimeZone": "Asia/Kolkata",
            "OrgId": "3b1041a3-0000-0000-0000-000000000000",
            "OrgShortCode": "22824",
            "DefaultCountryCode": "91",
            "LSQCommonServiceURLs": {"api": request.url.netloc, "app": request.url.netloc},
        }

    async def _search(self, request: Request) -> Any:
        return self.account.search(request.query_params["key"])

    async def _create_or_update(self, request: Request) -> Any:
        lead_id = self.account.create_or_update(await _attributes(request))
        return _success({"Id": lead_id, "AffectedRows": 1})

    async def _update(self, request: Request) -> Any:
        self.account.update(request.query_params.get("leadId", ""), await _attributes(request))
        return _success({"AffectedRows": 1})

    async def _types(self, _request: Request) -> Any:
        return [
            {"ActivityEventName": known["ActivityEventName"], "ActivityEvent": code}
            for code, known in self.account.types.items()
        ]

    async def _make_type(self, request: Request) -> Any:
        return _success({"Id": self.account.make_type(await request.json())})

    async def _post_activity(self, request: Request) -> Any:
        made = self.account.post_activity(await request.json())
        return _success({"Id": made, "Message": "Activity created successfully"})


async def _attributes(request: Request) -> Lead:
    """Read ``[{"Attribute": …, "Value": …}]``."""
    return {pair["Attribute"]: str(pair["Value"]) for pair in await request.json()}


def _success(message: dict[str, Any]) -> dict[str, Any]:
    return {"Status": "Success", "Message": message}


def _envelope(refusal: Refusal) -> Response:
    body = {"Status": "Error", "ExceptionType": refusal.type, "ExceptionMessage": refusal.message}
    return JSONResponse(body | ({"IsMXException": True} if refusal.flagged else {}), refusal.status)
