"""The plugins' logos: shown as images within the page, where an SVG can neither run nor fetch anything."""

from __future__ import annotations

from base64 import b64encode

LARGEST = 32 * 1024
"""Bytes: a logo comes with each page that shows it."""


def address_of(logo: str) -> str:
    """Return what an image's ``src`` is to be; empty where that is no SVG, or one too large."""
    data = logo.strip().encode()
    if not data.startswith(b"<svg") or len(data) > LARGEST:
        return ""
    return f"data:image/svg+xml;base64,{b64encode(data).decode()}"
