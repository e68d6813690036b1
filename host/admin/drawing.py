"""Charts, drawn on the server: bars in an SVG that stretches as wide as its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

HEIGHT = 100.0
STEP, GAP = 10.0, 2.0
LEAST = 1.5
"""How high a part is at the least that is not nothing."""


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, how much of each part, and all of it in words."""

    label: str
    parts: tuple[float, ...]
    told: str

    @property
    def whole(self) -> float:
        """How high it is."""
        return sum(self.parts)


@dataclass(frozen=True)
class Chart:
    """Bars, the look of each part, and what all of it says in a sentence."""

    title: str
    bars: tuple[Bar, ...]
    looks: tuple[str, ...]
    """A class of the style sheet for each part of a bar."""
    names: tuple[str, ...]
    """What each part is, where there is more than one."""
    summary: str
    top: str
    """How much the highest bar is, in words."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(bar.whole for bar in self.bars)

    def svg(self) -> Markup:
        """Return the drawing; what it says is said beside it as well."""
        highest = max((bar.whole for bar in self.bars), default=0) or 1
        width = STEP * len(self.bars)
        pieces = [
            f'<svg class="bars" viewBox="0 0 {_n(width)} {_n(HEIGHT)}" preserveAspectRatio="none" role="img" '
            f'aria-label="{escape(self.summary)}">'
        ]
        for index, bar in enumerate(self.bars):
            pieces += _bar(bar, index * STEP, self.looks, HEIGHT / highest)
        # Escaped piece by piece: Markup.format, which would do it too, took a tenth of a second a page.
        return Markup("".join([*pieces, "</svg>"]))  # noqa: S704


def _bar(bar: Bar, left: float, looks: Sequence[str], scale: float) -> Iterator[str]:
    yield f"<g><title>{escape(bar.label)}: {escape(bar.told)}</title>"
    yield _rect("air", left, 0, STEP, HEIGHT)
    foot = HEIGHT
    for look, part in zip(looks, bar.parts, strict=True):
        if part:
            high = max(part * scale, LEAST)
            foot = max(foot - high, 0)
            yield _rect(look, left + GAP / 2, foot, STEP - GAP, high)
    yield "</g>"


def _rect(look: str, left: float, top: float, width: float, height: float) -> str:
    """Return a rectangle; ``look`` is a class of ours."""
    place = f'x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}"'
    return f'<rect class="{look}" {place}/>'


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
