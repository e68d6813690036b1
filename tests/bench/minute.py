"""What a Krayin's 60 calls a minute are good for: crmhost beside the plan's own flow, in the same minutes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from crmhost.demo import payloads
from crmhost.demo.payloads import Payload

from .krayin import Krayin, running_krayin
from .load import post
from .place import whole
from .plans import A_MINUTE, Flow
from .rows import TIMES, Aim, Row, Scale, expect

PLAIN, TALKING = Aim(least=2.2), Aim(least=3)
THANKS = "Great, thank you!"
"""The last message: in the note of whoever is done."""
SPARE = 3.0
"""Seconds before the end of a minute at which is counted."""


def measure(scale: Scale) -> Sequence[Row]:
    """Let crmhost and the plan's flow work side by side, each with a Krayin of its own, for some minutes.

    What is done in the first minute is left out: then all begin, and nobody is halfway through yet.
    """
    minutes = scale.of(3)
    with ExitStack() as stack:
        krayins = [stack.enter_context(running_krayin(0, A_MINUTE)) for _ in range(4)]
        plain, talking, plans, plans_talking = krayins
        urls = [stack.enter_context(_crmhost(krayin)) for krayin in (plain, talking)]
        time.sleep(A_MINUTE)  # what connecting took is of a minute that is over
        began = time.monotonic()
        flows = [Flow(plans, changes=0), Flow(plans_talking, changes=2)]
        working = [threading.Thread(target=flow.run, daemon=True) for flow in flows]
        for thread in working:
            thread.start()
        for url, changes in zip(urls, (0, 2), strict=True):
            for number in range(1, (minutes + 1) * 20 + 1):
                for one in story(number, changes):
                    post(url, one)
        counts = []
        for minute in (1, minutes + 1):
            time.sleep(max(0.0, began + minute * 60 - SPARE - time.monotonic()))
            done = [_done(krayin, minute) for krayin in (plain, talking)]
            counts.append([*done, *(flow.done for flow in flows)])
        for flow, thread in zip(flows, working, strict=True):
            flow.stop()
            thread.join(10)
        expect("what the plan's flow stumbled over", [flow.failed for flow in flows], ["", ""])
        plain_done, talking_done, *theirs = (
            (after - before) / minutes for before, after in zip(*counts, strict=True)
        )
    ours = (plain_done, talking_done)
    whats = (
        f"under {A_MINUTE} calls a minute: new customers with conversation and resolve, of the plan's flow",
        "the same, where two messages each raise a contact_updated",
    )
    return [
        Row(name, what, mine / other, TIMES, aim, {"crmhost, a minute": mine, "the plan's flow": other})
        for name, what, mine, other, aim in zip(
            ("minute.plain", "minute.talking"), whats, ours, theirs, (PLAIN, TALKING), strict=True
        )
    ]


def story(number: int, changes: int) -> Iterator[Payload]:
    """Yield what Chatwoot says of a new customer who talks, is answered, and is done."""
    one = payloads.contact(
        number,
        f"Customer {number}",
        email=f"customer{number}@example.com",
        phone_number=f"+44770{number:07d}",
        company_name=f"Company {number}",
    )
    yield payloads.contact_created(one)
    yield payloads.conversation_created(payloads.conversation(number, one, 1, said="Do you ship?"))
    for change in range(changes):
        yield payloads.activity_only(one, 60.0 * (change + 1))
    yield payloads.status_changed(payloads.conversation(number, one, 300, status="resolved", said=THANKS))


@contextmanager
def _crmhost(krayin: Krayin) -> Iterator[str]:
    """Run a crmhost that is connected to this Krayin; yield its webhook's address."""
    with whole(krayin.url, plugin="krayin", token=krayin.token) as (here, server):
        yield server.found + here.webhook_paths[0]


def _done(krayin: Krayin, minutes: int) -> int:
    """Return how many customers are done; none is there twice, and no call too many was made."""
    told = krayin.told()
    expect("a lead for each person", told["leads"], told["persons"])
    expect("notes at most one a person", told["notes"] <= told["persons"], True)
    done = sum(THANKS in comment for comment in told["comments"])
    expect("that some were done in the minutes", 0 < done <= minutes * A_MINUTE, True)
    return done
