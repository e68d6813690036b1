"""The rate limit: so many requests a minute, counted from the first one."""

from dataclasses import dataclass, field

from .failures import Throttled
from .times import Times


@dataclass
class Throttle:
    """Counts by key in windows that do not slide."""

    times: Times
    windows: dict[str, tuple[int, float]] = field(default_factory=dict)

    def hit(self, key: str, limit: int, seconds: float) -> dict[str, str]:
        """Count a request, or refuse it; give the headers that its answer bears."""
        now = self.times.stamp()
        count, ends = self.windows.get(key, (0, 0.0))
        if now >= ends:
            count, ends = 0, now + seconds
        if count >= limit:
            raise Throttled(headers=_refusal(limit, ends, now))
        self.windows[key] = (count + 1, ends)
        return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(limit - count - 1)}


def _refusal(limit: int, ends: float, now: float) -> dict[str, str]:
    return {
        "Retry-After": str(max(0, int(ends - now))),
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(ends)),
    }
