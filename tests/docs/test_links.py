"""A link to a heading finds it: Sphinx looks at the pages it builds anew only."""

import re
from pathlib import Path
from runpy import run_path

import pytest

from ..browser.looking import DOCUMENTS
from .pages import FENCE, PAGES, ROOT

LINK = re.compile(r"\]\((?!https?://)(?P<page>[^)#]*)#(?P<anchor>[^)]+)\)")


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and the site make them."""
    text = FENCE.sub("", page.read_text())
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def test_what_is_somebodys_is_asked_for_before_a_release_and_what_is_nobodys_is_not() -> None:
    linked = {link for page in PAGES for link in re.findall(r"\]\((https?://[^)]+)\)", page.read_text())}
    (nobodys,) = run_path(str(ROOT / "docs" / "conf.py"))["linkcheck_ignore"]
    examples = (
        "http://127.0.0.1:3000",
        "https://crm.example.com/api",
        "http://localhost",
        "http://crm.test/",
    )

    assert len(linked) > 8
    assert [link for link in linked if re.match(nobodys, link)] == []
    assert [link for link in examples if not re.match(nobodys, link)] == []
    assert not re.match(nobodys, "https://test.leadsquared.com")
    assert re.search(r"^ +make links$", (ROOT / "docs" / "release.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_heading_that_is_linked_is_there(page: Path) -> None:
    missing = [
        found[0]
        for found in LINK.finditer(FENCE.sub("", page.read_text()))
        if found["anchor"] not in headings((page.parent / found["page"]) if found["page"] else page)
    ]

    assert missing == []


def test_the_screens_that_are_shown_are_those_that_are_taken() -> None:
    shown = {name for page in PAGES for name in re.findall(r"\(\S*screens/([\w-]+)\.png\)", page.read_text())}
    kept = {file.stem for file in (ROOT / "docs" / "screens").iterdir()}

    assert shown == kept == DOCUMENTS
