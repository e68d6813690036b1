"""A story for each method of each client: what is asked, what must be understood of the answer.

A story is told to a real Krayin when it is recorded, so it asks for records that are made for it
(``known``), makes only what bears the mark, and leaves everything else as it was.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from crmhost_krayin import clients
from crmhost_krayin.clients.transport import Transport

from ..live.server import EMAILS, MARK
from .tapes import Row

Known = Mapping[str, Row]
"""By kind, a record that Krayin has: persons, leads, organizations, activities, tags, attributes."""
Tell = Callable[[Transport, Known], None]


@dataclass(frozen=True)
class Story:
    """What is asked, and the recordings in which a real Krayin was asked the same.

    A number is one of Krayin 2.1.0, a path one of another version. ``asked_of`` is the path where the
    recordings asked it of another list.
    """

    tell: Tell
    recordings: tuple[int | str, ...]
    asked_of: str = ""


STORIES: dict[str, Story] = {}


def story(method: str, *recordings: int | str, asked_of: str = "") -> Callable[[Tell], None]:
    """Keep the function as the story of a method such as ``Persons.get``."""

    def keep(tell: Tell) -> None:
        STORIES[method] = Story(tell, recordings, asked_of)

    return keep


def methods() -> Iterator[str]:
    """Yield the public methods of all that asks Krayin over a transport."""
    for module in pkgutil.iter_modules(clients.__path__, f"{clients.__name__}."):
        for name, found in inspect.getmembers(import_module(module.name), inspect.isclass):
            if found.__module__ == module.name and "transport" in inspect.signature(found).parameters:
                yield from (f"{name}.{method}" for method in vars(found) if not method.startswith("_"))


def somebody(name: str, number: int) -> Row:
    """Return a person of ours to be made."""
    email, phone = f"{name.lower()}@{EMAILS}", f"+44770090{number:04}"
    return {"name": f"{MARK} {name}", "emails": _work(email), "contact_numbers": _work(phone)}


def values(rows: Any) -> list[str]:
    """Return the e-mails or phones of Krayin's list of them."""
    return [row["value"] for row in rows]


def _work(value: str) -> list[dict[str, str]]:
    return [{"value": value, "label": "work"}]
