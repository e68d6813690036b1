"""Text from outside, made fit for every database."""

from __future__ import annotations


def storable(text: str) -> str | None:
    """Return text that every database takes: PostgreSQL knows no NUL, UTF-8 no lone surrogate."""
    clean = text.replace("\x00", "").encode(errors="replace").decode()
    return clean or None
