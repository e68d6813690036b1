"""Templates: Jinja2, everything escaped, in the language that is spoken."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..store import users
from . import formats, logos, standing, words
from .heard import called, translated
from .masking import MASK

if TYPE_CHECKING:
    from .visits import Page, Visit

STATIC = Path(__file__).parent / "static"
ROLE_NAMES = {
    users.ADMINISTRATOR: words.N_("administrator"),
    users.VIEWER: words.N_("viewer"),
    users.AGENT: words.N_("agent"),
}


@cache
def environment() -> Environment:
    """Return the templates; what is not given to one is a mistake, not nothing."""
    made = Environment(
        loader=PackageLoader(__package__ or "", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext,
        lambda one, many, count: words.translations(words.language()).ngettext(one, many, count),
        newstyle=True,
    )
    for name in ("when", "moment", "ago", "number", "duration", "day_and_hour", "day_of"):
        made.filters[name] = getattr(formats, name)
    made.filters["id_of"] = id_of
    made.globals.update(languages=words.LANGUAGES, how_many=standing.how_many)
    made.globals.update(plain=plain, called=called, translated=translated, logo_of=logos.address_of)
    return made


def plain(value: Any) -> str:
    """Return a field's value as a person reads it: of a list its values, of what is not there nothing."""
    if isinstance(value, bool):
        return words.gettext("yes") if value else words.gettext("no")
    if isinstance(value, Mapping):
        return plain(value["value"]) if "value" in value else ", ".join(map(plain, value.values()))
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    return "" if value is None else str(value)


def id_of(text: str) -> str:
    """Return the id of what does or leads to this: by it the focus is found again when a part comes anew."""
    return "to-" + hashlib.sha256(text.encode()).hexdigest()[:10]


@cache
def version(name: str) -> str:
    """Return what stands behind a file's address, so that a new one is fetched anew."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def render(visit: Visit | None, page: Page) -> str:
    """Return a page as HTML."""
    base = visit.base if visit else ""
    session = visit.session if visit else None
    said = session.message if session else None
    if visit and session and said:
        with visit.house.store.write() as tx:
            users.tell(tx, session.digest, None)
    known = {
        "visit": visit,
        "me": session.user if session else None,
        "may_change": bool(visit and visit.changes),
        "form_token": visit.form_token if visit else "",
        "said": said,
        "shown": lambda text: (MASK if not (visit and visit.changes) else text) if text else "",
        "role_name": lambda role: words.gettext(ROLE_NAMES[role]),
        "language": words.language().replace("_", "-"),
        "path": visit.request.url.path if visit else "/",
        "url": lambda path: base + path,
        "static": lambda name: f"{base}/static/{name}?v={version(name)}",
    }
    return environment().get_template(page.template).render(known | dict(page.values))
