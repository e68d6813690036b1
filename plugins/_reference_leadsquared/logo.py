"""What the plugin is known by on a page: a mark of our own, which is not LeadSquared's."""

from __future__ import annotations

LOGO = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">
<rect width="40" height="40" rx="8" fill="#7a3e12"/>
<path d="M12 9v21h13" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round"
stroke-linejoin="round"/>
<rect x="22" y="10" width="9" height="9" rx="1.5" fill="#fff"/>
</svg>"""
