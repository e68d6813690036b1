"""What the pages quote of crmhost, crmhost says."""

import re

import pytest

from .pages import ROOT
from .sentences import is_said

QUOTING = ("docs/troubleshooting.md", "docs/faq.md", "docs/reference/errors.md")


@pytest.mark.parametrize("page", QUOTING)
def test_a_quoted_sentence_is_one_of_ours(page: str) -> None:
    quoted = re.findall(r"«([^»]+)»", (ROOT / page).read_text())

    assert quoted
    assert [sentence for sentence in quoted if not is_said(sentence)] == []


def test_what_nobody_says_is_noticed() -> None:
    assert is_said("There is no connection ….")
    assert not is_said("There is no such thing as a connection.")
