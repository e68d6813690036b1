"""The page that reads a plugin aloud reads what is there, and leaves nothing out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "leadsquared.md").read_text()
PLUGIN = ROOT / "plugins" / "_reference_leadsquared"
SOURCES = {path.relative_to(PLUGIN): path.read_text() for path in PLUGIN.rglob("*.py")}


@pytest.mark.parametrize(
    "block", re.findall(r"^```(?:python|toml)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
)
def test_what_is_read_is_there(block: str) -> None:
    written = [*SOURCES.values(), (PLUGIN / "pyproject.toml").read_text()]

    assert any(block in text for text in written)


def test_no_file_is_left_out() -> None:
    read = PAGE.replace("\\", "")
    named = {path for path in SOURCES if path.name in read or f"{path.parts[0]}/" in read}

    assert set(SOURCES) - named == {Path("_version.py")}
