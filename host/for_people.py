"""What a stand-in shows to people: it has an API and no pages, and links of crmhost's lead to pages.

Programs are answered by the stand-in alone. Who asks with a browser for what is not there gets a page
that says so, with what the stand-in holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Tables = Callable[[], Mapping[str, Sequence[Mapping[str, str]]]]
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1rem; }
div { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: start; vertical-align: top; }
tr[aria-current] { background: #fe94; font-weight: bold; } :root { color-scheme: light dark; }
"""


class ForPeople:
    """A stand-in's API, with a page for people where it has none; ``name`` is whom it stands in for.

    ``tables`` says what it holds, as ``StandIn.tables`` does, where it can be looked into; only who sits at
    the same machine is shown it.
    """

    def __init__(self, app: ASGIApp, name: str, tables: Tables | None = None) -> None:
        self._app = app
        self._name = name
        self._tables = tables or dict

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _is_a_persons(scope):
            await self._app(scope, receive, send)
            return
        told: list[Message] = []

        async def keep(message: Message) -> None:
            told.append(message)

        await self._app(scope, receive, keep)
        if _is_no_page(told[0]):
            from starlette.responses import HTMLResponse

            held = self._tables() if _is_here(scope) else {}
            await HTMLResponse(shown(self._name, scope["path"], held), 404)(scope, receive, send)
            return
        for message in told:
            await send(message)


def _is_a_persons(scope: Scope) -> bool:
    """Whether a browser asks for a page: no program says that it takes one."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _is_no_page(start: Message) -> bool:
    """Whether what was asked for is not there; a Krayin says that in HTML, with status 200."""
    html = any(name == b"content-type" and value.startswith(b"text/html") for name, value in start["headers"])
    return html or 400 <= start["status"] < 500


def _is_here(scope: Scope) -> bool:
    """Whether who asks sits at this machine: nobody else is shown what is held, as they have no token."""
    host = scope["client"][0] if scope.get("client") else ""
    return host == "::1" or host.startswith("127.")


def shown(name: str, path: str, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    """Return the page: what would be at ``path``, and what is held, the row that is meant marked."""
    title = f"A stand-in for {name}"
    *within, last = path.strip("/").split("/")
    parts = [_table(of, rows, last if of in within else "") for of, rows in tables.items()]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body><main>'
        f"<h1>{escape(title)}</h1><p>It has {escape(name)}'s API, and no pages. The real one shows here what "
        f"<code>{escape(path)}</code> is.</p>{''.join(parts)}</main></body></html>"
    )


def _table(of: str, rows: Sequence[Mapping[str, str]], meant: str) -> str:
    """Return a table of what is held; the row with the id that is meant is marked."""
    if not rows:
        return f"<h2>{escape(of)}</h2><p>none</p>"
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in rows[0])
    lines = [
        f"<tr{' aria-current=true' if meant and row.get('id') == meant else ''}>"
        f"{''.join(f'<td>{escape(str(cell))}</td>' for cell in row.values())}</tr>"
        for row in rows
    ]
    return f"<h2>{escape(of)}</h2><div><table><thead><tr>{head}</tr></thead>{''.join(lines)}</table></div>"
