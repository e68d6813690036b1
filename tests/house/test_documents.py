"""The documents say what the code says."""

import inspect
import re
from pathlib import Path

import pytest

from crmhost import hookspecs

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("plugins/*/*.md"))]


def hooks() -> list[str]:
    """Return each hook's exact signature."""
    return [
        f"{name}({', '.join(inspect.signature(hook).parameters)})"
        for name, hook in vars(hookspecs).items()
        if hasattr(hook, "crmhost_spec")
    ]


def test_every_hook_has_a_section_with_its_exact_signature() -> None:
    headings = re.findall(r"^## (\w+\(.*\))$", (ROOT / "docs/hooks.md").read_text(), re.MULTILINE)

    assert headings == hooks()


def test_every_hook_says_when_it_is_called() -> None:
    undocumented = [hook for hook in hooks() if not getattr(hookspecs, hook.split("(")[0]).__doc__]
    assert undocumented == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]*)(?:#[^)]*)?\)", page.read_text())

    missing = [link for link in links if link and not (page.parent / link).exists()]

    assert missing == []
