"""What a page is handed, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from ..errors import CRMHostError
from .passwords import digest
from .words import gettext as _

if TYPE_CHECKING:
    from starlette.requests import Request

    from ..house import House
    from ..store.users import Session, User

May = Literal["anyone", "card", "member", "viewer", "administrator"]
"""``card``: whoever frames it, the view asks who it is; ``member``: whoever is signed in."""


class NotThere(CRMHostError):
    """There is nothing at this address."""


class NotAllowed(CRMHostError):
    """Somebody who may not see or do this."""


@dataclass(frozen=True)
class Visit:
    """One request of a browser: who asks, for what, and with which form filled in."""

    house: House
    request: Request
    form: Mapping[str, list[str]]
    session: Session | None
    token: str = field(repr=False)
    """The session's, as the browser has it."""

    @property
    def user(self) -> User:
        """Who is signed in."""
        if self.session is None:
            raise NotAllowed(_("You are not signed in."), fix=_("Sign in, and try again."))
        return self.session.user

    @property
    def changes(self) -> bool:
        """Whether whoever asks may change things."""
        return self.session is not None and self.session.user.administrator

    @property
    def form_token(self) -> str:
        """What each form of this session carries: nobody else can know it."""
        return digest(f"form {self.token}") if self.token else ""

    @property
    def base(self) -> str:
        """What goes before each address of ours: the path under which a proxy serves us."""
        return urlsplit(self.house.settings.base_url).path

    def number(self, name: str) -> int:
        """Return a number that stands in the address."""
        return int(self.request.path_params[name])

    def asked(self, name: str) -> str:
        """Return what stands in the address behind the question mark."""
        return self.request.query_params.get(name, "").strip()

    def given(self, name: str) -> str:
        """Return what was filled in."""
        return (self.form.get(name) or [""])[0]


@dataclass(frozen=True)
class Page:
    """A template, and what is put into it."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    framed_by: str | None = None
    """The origin whose pages may frame this one; None: nobody's."""


@dataclass(frozen=True)
class Document:
    """A JSON document, for a program; ``kind`` is its media type."""

    content: Mapping[str, Any]
    kind: str = "application/json"


@dataclass(frozen=True)
class Go:
    """Another page to go to, and what is said there."""

    path: str
    said: str = ""
    sign_in: str | None = None
    """The token of a session that begins; an empty one ends it."""
    language: str | None = None
    """What this browser speaks from now on."""


View = Callable[[Visit], Page | Document | Go]


@dataclass(frozen=True)
class Place:
    """An address, what is there, and for whom."""

    path: str
    view: View
    may: May = "viewer"
    method: Literal["GET", "POST"] = "GET"


def own_path(path: str) -> str:
    """Return a path of ours, or that of the overview; nobody is sent elsewhere from here."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours else "/"


def form(path: str, view: View, may: May = "administrator") -> Place:
    """Return the place that a form is sent to."""
    return Place(path, view, may, "POST")
