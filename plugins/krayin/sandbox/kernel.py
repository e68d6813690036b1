"""From a call to its answer: token, rate limit, endpoint, and the error handler around them."""

import asyncio

from starlette.responses import JSONResponse, Response

from .call import Call
from .failures import Failure, Unauthenticated, Unforeseen
from .rendering import failed
from .routes import Route, matched
from .throttle import Throttle

_MINUTE = 60.0
_TRIPPED = (TypeError, ValueError, AttributeError, LookupError)


class Kernel:
    """Answers calls."""

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle

    async def answer(self, call: Call) -> Response:
        """Answer a call, whatever happens."""
        headers: dict[str, str] = {}
        try:
            route, ids = matched(call.method, call.path, has_up=call.profile.has_up_page)
            self._admit(call, route)
            headers = self._count(call, route)
            answer = await self._ask(call, route, ids)
        except Failure as failure:
            answer = failed(call, failure)
        if not call.paused:
            await asyncio.sleep(call.settings.latency)
        # Only what got past token and limit bears these (recordings 15, 39); they hide a route's own limit.
        answer.headers.update(headers)
        return answer

    async def _ask(self, call: Call, route: Route, ids: list[str]) -> Response:
        extra: dict[str, str] = {}
        try:
            extra = self._count_extra(call, route)
            found = await route.endpoint(call, *ids)
        except Failure as failure:
            found = failed(call, failure)
        except _TRIPPED as error:
            # An input that trips this code is one that Krayin's does not expect either.
            found = failed(call, Unforeseen(str(error), "TypeError"))
        answer = found if isinstance(found, Response) else JSONResponse(found)
        answer.headers.update(extra)
        return answer

    def _admit(self, call: Call, route: Route) -> None:
        if route.is_open:
            return
        user = call.state.users.get(call.state.tokens.get(call.token, 0))
        if user is None or route.pattern == "/api/user":
            raise Unauthenticated("Unauthenticated.")
        call.user = user

    def _count(self, call: Call, route: Route) -> dict[str, str]:
        if not (call.settings.rate_limit and call.profile.limits_requests):
            return {}
        key = f"address {call.client}" if route.is_open else f"user {call.user['id']}"
        return self._throttle.hit(key, call.settings.rate_limit, _MINUTE)

    def _count_extra(self, call: Call, route: Route) -> dict[str, str]:
        if not (route.extra_limit and call.settings.rate_limit):
            return {}
        return self._throttle.hit(f"{route.pattern} of {call.user['id']}", *route.extra_limit)
