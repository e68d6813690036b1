"""A link to a heading finds it: Sphinx looks at the pages it builds anew only."""

import re
from pathlib import Path

import pytest

from .pages import FENCE, PAGES, ROOT

LINK = re.compile(r"\]\((?!https?://)(?P<page>[^)#]*)#(?P<anchor>[^)]+)\)")


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and the site make them."""
    text = FENCE.sub("", page.read_text())
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_heading_that_is_linked_is_there(page: Path) -> None:
    missing = [
        found[0]
        for found in LINK.finditer(FENCE.sub("", page.read_text()))
        if found["anchor"] not in headings((page.parent / found["page"]) if found["page"] else page)
    ]

    assert missing == []
