"""Plots: bars as SVG, readable in light and dark, drawn by hand in few lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LABEL, BAR, GAP = 640, 250, 18, 10
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#333}.bar{fill:#2f6fa7}.aim{stroke:#b3261e;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.bar{fill:#6aa9de}.aim{stroke:#ff8a80}}"
)


def bars(title: str, values: Mapping[str, float], unit: str = "", aim: float | None = None) -> str:
    """Return a bar for each value, and a line where the aim is."""
    top = max([*values.values(), aim or 0.0]) or 1.0
    span = WIDTH - LABEL - 70
    parts = [f'<text x="0" y="16" font-weight="600">{escape(title)}</text>']
    height = 30
    for name, value in values.items():
        parts += _bar(name, value, height, span * value / top, unit)
        height += BAR + GAP
    if aim is not None:
        x = LABEL + span * aim / top
        parts.append(f'<line class="aim" x1="{x:.1f}" x2="{x:.1f}" y1="24" y2="{height - GAP + 4}"/>')
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{escape(title)}</title>'
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>\n"])


def _bar(name: str, value: float, top: float, length: float, unit: str) -> Sequence[str]:
    middle = top + BAR - 5
    shown = f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
    return (
        f'<text x="{LABEL - 8}" y="{middle}" text-anchor="end">{escape(name)}</text>',
        f'<rect class="bar" x="{LABEL}" y="{top}" width="{max(length, 1):.1f}" height="{BAR}" rx="2"/>',
        f'<text x="{LABEL + max(length, 1) + 6:.1f}" y="{middle}">{shown} {escape(unit)}</text>',
    )
