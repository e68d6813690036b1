"""What pages say of settings, commands and errors is what the code has."""

from pathlib import Path

import pytest

from .pages import PAGES, ROOT
from .written import PART, WRITERS, rewritten

WRITTEN = {page: page.read_text() for page in PAGES if PART.search(page.read_text())}


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_written_part_is_as_the_code_has_it(page: Path) -> None:
    assert WRITTEN[page] == rewritten(WRITTEN[page]), "run: make reference"


def test_every_part_stands_on_a_page() -> None:
    assert {found["name"] for text in WRITTEN.values() for found in PART.finditer(text)} == set(WRITERS)
