"""The documents say what the code says."""

import inspect
import re
from pathlib import Path

import pytest

from crmhost import hookspecs
from crmhost.settings import PREFIX, Settings

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


def test_the_settings_page_is_the_settings() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", (ROOT / "docs/settings.md").read_text(), re.MULTILINE
    )

    expected = [
        (PREFIX + name.upper(), field.description, "" if field.default is None else f"`{field.default}`")
        for name, field in Settings.model_fields.items()
    ]
    assert rows == expected


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]*)(?:#[^)]*)?\)", page.read_text())

    missing = [link for link in links if link and not (page.parent / link).exists()]

    assert missing == []


def test_every_command_in_the_documents_exists() -> None:
    from crmhost.cli import COMMANDS

    named = {
        word
        for page in PAGES
        for block in re.findall(r"^```\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
        for word in re.findall(r"^crmhost ([\w-]+)", block, re.MULTILINE)
    }

    assert named <= COMMANDS.keys()
    assert {"connect", "secret", "serve", "status"} <= named
