"""HTML for Krayin's notes, which it shows as such: the only place where words from outside become HTML.

Nothing but ``<p>``, ``<br>`` and ``<strong>`` is ever written; an image in a customer's words would be
fetched by the salesperson's browser.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from html import escape

TEXT_LIMIT = 65_535
"""Bytes of a text that Krayin keeps; it cuts the rest without a word."""
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def paragraphs(text: str) -> str:
    """Return the text as paragraphs: an empty line begins one, a line break stays a line break."""
    blocks = (block.strip("\n") for block in re.split(r"\n[ \t]*\n\s*", plain(text)))
    return "".join(paragraph(escaped(block)) for block in blocks if block)


def paragraph(*lines: str) -> str:
    """Return a paragraph of lines that are HTML already."""
    return f"<p>{'<br>'.join(lines)}</p>"


def strong(text: str) -> str:
    """Return the words in bold."""
    return f"<strong>{escaped(text)}</strong>"


def escaped(text: str) -> str:
    """Return the words as HTML that shows them and does nothing else."""
    return escape(plain(text)).replace("\n", "<br>")


def plain(text: str) -> str:
    """Return the text with one kind of line end and without what no one can see or store."""
    whole = text.encode("utf-8", "replace").decode()
    return _INVISIBLE.sub("", whole.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: object) -> str:
    """Return the words of a text with single blanks between them; "" for what is no text."""
    return " ".join(plain(text).split()) if isinstance(text, str) else ""


def shortened(text: str, room: int) -> str:
    """Return as much of the text as takes at most ``room`` bytes as HTML, with … where it was cut."""
    if size(escaped(text)) <= room:
        return text
    room -= size("…")
    kept = bisect_right(range(1, len(text) + 1), room, key=lambda count: size(escaped(text[:count])))
    return text[:kept] + "…"


def cut(text: str) -> str:
    """Return as much of the text as Krayin keeps."""
    return text.encode()[:TEXT_LIMIT].decode(errors="ignore")


def size(text: str) -> int:
    """Return the bytes that Krayin needs to store the text."""
    return len(text.encode())
