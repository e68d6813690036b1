"""What the plugin is known by on a page: a mark of our own, which is not Krayin's."""

from __future__ import annotations

LOGO = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">
<rect width="40" height="40" rx="8" fill="#0b5c8a"/>
<path d="M13 9v22M27 9 14 20l13 11" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round"
stroke-linejoin="round"/>
</svg>"""
