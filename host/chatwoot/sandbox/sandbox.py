"""The sandbox itself: what a test or a demo does in it, and its API as an ASGI application."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from . import hooks, rest
from .call import Call
from .chaos import CALM, Chaos
from .failures import Failure, not_found, unauthenticated
from .people import People
from .routes import found
from .sender import Sender, Sent
from .state import State, User
from .talks import Talks

if TYPE_CHECKING:
    from starlette.requests import Request

ACCOUNT = re.compile(r"/api/v1/accounts/(\d+)(/.*)")
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class ChatwootSandbox:
    """A Chatwoot with one account.

    People act by ``contacts`` and ``conversations``, programs by the API (``app``). What happened waits
    until ``deliver`` posts it to the webhooks. ``signs`` is false for a Chatwoot before 4.11.2;
    ``troubles`` are answers, one a request, that the API gives instead of its own.
    """

    def __init__(
        self,
        account_id: int = 3,
        *,
        chaos: Chaos = CALM,
        threads: int = 1,
        signs: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.state = State(account_id, clock)
        self.contacts = People(self.state)
        self.conversations = Talks(self.state, self.contacts)
        self.signs = signs
        self.troubles: list[Response] = []
        self.asked: list[str] = []
        """Every request: ``GET /contacts/5821``, below the account's path."""
        self._sender = Sender(self.state, partial(hooks.body_of, self.state), chaos, threads)
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=METHODS)])

    def make_token(self, role: str = "administrator") -> str:
        """Return the token of a new user: an administrator's, or an agent's."""
        return self.state.make_token(role)

    def tables(self) -> dict[str, list[dict[str, str]]]:
        """Return contacts and conversations as a person would like to see them."""
        with self.state.lock:
            people, talks = list(self.state.contacts.values()), list(self.state.conversations.values())
        return {
            "contacts": [
                {
                    "id": str(one.id),
                    "name": one.name,
                    "email": one.email or "",
                    "phone": one.phone_number or "",
                }
                for one in people
            ],
            "conversations": [
                {"id": str(one.id), "contact": str(one.contact_id), "status": one.status} for one in talks
            ],
        }

    def deliver(self) -> list[Sent]:
        """Post what happened to the webhooks that want it; return what was answered."""
        return self._sender.deliver()

    def close(self) -> None:
        """Close the connections to the webhooks."""
        self._sender.close()

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        return await asyncio.to_thread(self._answer_now, request, body)

    def _answer_now(self, request: Request, body: bytes) -> Response:
        with self.state.lock:
            if self.troubles:
                return self.troubles.pop(0)
            try:
                said = self._ask(request, body)
            except Failure as failure:
                return JSONResponse(failure.body, failure.status)
            except (TypeError, ValueError, KeyError):
                return PlainTextResponse("Internal Server Error", 500)
        return JSONResponse(said) if said != {} else Response(status_code=200)

    def _ask(self, request: Request, body: bytes) -> Any:
        token, user = self._let_in(request)
        if request.url.path == "/api/v1/profile":
            return rest.profile(self.state, user, token)
        path = ACCOUNT.fullmatch(request.url.path)
        if path is None or int(path[1]) != self.state.account["id"]:
            raise not_found()
        self.asked.append(f"{request.method} {path[2]}")
        endpoint, ids = found(request.method, path[2])
        read = json.loads(body) if body else {}
        return endpoint(Call(self, user, dict(request.query_params), read), *ids)

    def _let_in(self, request: Request) -> tuple[str, User]:
        """Return token and user; to Rack a header's name is the same with hyphens and underscores."""
        headers = {name.replace("_", "-"): value for name, value in request.headers.items()}
        token = headers.get("api-access-token", "")
        if token not in self.state.tokens:
            raise unauthenticated()
        return token, self.state.users[self.state.tokens[token]]
