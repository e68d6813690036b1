"""Growth: what a delivery, a page and the process cost with a hundred times as much stored."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from crmhost.admin import pages_of
from crmhost.server import serving

from ..host.admin.conftest import Browser, add_user, browsing
from .crm import running_crm
from .filling import Size, fill
from .load import Task, send
from .parts import of_one
from .place import SQLITE, Place, place
from .processes import megabytes
from .rows import TIMES, Aim, Row, Scale, expect

FLAT, SAME = Aim(most=1.2), Aim(most=1)
SMALL = Size(10_000, 1_000, 20)
"""With as many connections as the overview has on a page: both pages are full."""
ROUNDS, EACH = 6, 30
LOOKS = 9
"""How often each page is asked for; the quickest counts."""
PATHS = ("/", "/connections/1", "/deliveries", "/deliveries?state=unchanged", "/contacts", "/contacts?q=ana")
WHO = "ana@example.com"


@dataclass
class Grown:
    """A place of some size, and what was measured there."""

    here: Place
    size: Size
    milliseconds: list[float] = field(default_factory=list)
    statements: set[float] = field(default_factory=set)
    pages: dict[str, float] = field(default_factory=dict)
    memory: float = 0.0

    def deliver(self, number: int) -> None:
        """Bring and work some new customers' deliveries."""
        parts, statements = of_one(self.here, 5_000_000 + number * EACH, EACH)
        self.milliseconds.append(sum(parts.values()))
        self.statements.add(round(statements, 2))

    @contextmanager
    def browsing(self) -> Iterator[Browser]:
        """Serve the pages while the block lasts; yield a browser that is signed in."""
        add_user(self.here.house, WHO)
        with serving(pages_of(self.here.house)) as address, browsing(address) as browser:
            browser.sign_in(WHO)
            yield browser

    def look(self, browser: Browser) -> None:
        """Ask for each page."""
        for path in PATHS:
            self.pages[path] = min(_time(browser, path), self.pages.get(path, math.inf))

    def serve(self) -> None:
        """Run a receiver, let it take some deliveries, and look how large it is."""
        with self.here.serve() as server:
            url = server.found + self.here.webhook_paths[0]
            seen = send(Task(url, 8, 60, 500, 7_000_000))
            expect("answers with 200", (seen.answered, seen.refused), (500, 0))
            self.here.wait(120)
            self.memory = megabytes(server.pid)


def measure(scale: Scale) -> Sequence[Row]:
    """Measure both sizes in turns, so that what else the machine does meets both alike."""
    large = Size(scale.of(1_000_000, 50_000), scale.of(100_000, 5_000), scale.of(1_000, 50))
    with running_crm() as crm, ExitStack() as stack:
        both = [Grown(stack.enter_context(place(SQLITE)), size) for size in (SMALL, large)]
        for one in both:
            one.here.connect(crm)
            fill(one.here, one.size)
        for number in range(ROUNDS):
            for one in both:
                one.deliver(number)
        with ExitStack() as open_:
            browsers = [(one, open_.enter_context(one.browsing())) for one in both]
            for _ in range(LOOKS):
                for one, browser in browsers:
                    one.look(browser)
        for one in both:
            one.serve()
    return _rows(*both)


def _rows(small: Grown, large: Grown) -> list[Row]:
    times = f"{large.size.deliveries:,} stored deliveries beside {small.size.deliveries:,}"
    costs = {"small, ms": min(small.milliseconds), "large, ms": min(large.milliseconds)}
    pages = {"small, ms": sum(small.pages.values()), "large, ms": sum(large.pages.values())}
    for path, of in large.pages.items():
        pages |= {f"{path} of the small, ms": small.pages[path], f"{path} of the large, ms": of}
    statements = {"small": max(small.statements), "large": max(large.statements)}
    memory = {"small, MB": small.memory, "large, MB": large.memory}
    return [
        _row("growth.cost", f"cost per delivery, {times}", costs, FLAT),
        _row("growth.pages", f"time of the pages, {times}", pages, FLAT),
        _row("growth.memory", f"memory of crmhost serve, {times}", memory, FLAT),
        _row("statements", f"SQL statements per delivery of a new customer, {times}", statements, SAME),
    ]


def _row(name: str, what: str, parts: dict[str, float], aim: Aim) -> Row:
    small, large = list(parts.values())[:2]
    return Row(name, what, large / small, TIMES, aim, parts)


def _time(browser: Browser, path: str) -> float:
    answer = browser.client.get(path)
    expect(f"the answer to {path}", answer.status_code, 200)
    timed = re.search(r"page;dur=([\d.]+)", answer.headers["server-timing"])
    expect(f"that {path} says its time", timed is not None, True)
    return float(timed[1]) if timed else 0.0
