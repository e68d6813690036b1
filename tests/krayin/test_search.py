"""How words from outside are put into Krayin's search."""

from __future__ import annotations

import re
from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmhost_krayin.clients.search import any_of, exactly, pattern


def test_email_and_phone_are_one_search() -> None:
    assert any_of(emails="ann@example.com", contact_numbers="+447700900123") == {
        "search": 'emails:"ann@example.com";contact_numbers:"+447700900123"',
        "searchFields": "emails:like;contact_numbers:like",
        "limit": 50,
    }


@pytest.mark.parametrize("value", ["", "%", "___", ";:", "řř", '"'])
def test_a_search_that_would_return_strangers_is_never_made(value: str) -> None:
    assert any_of(emails=value, contact_numbers="") == {}
    assert exactly(title=value) == {}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a;b:c", "a_b_c"),
        ("a/b", "a%b"),
        ("jiří@x.cz", "ji%@x.cz"),
        ("a\\b", "a%b"),
        ("a_b%c", "a_b%c"),
        ("o'brien+tag", "o'brien+tag"),
    ],
)
def test_what_cannot_be_said_is_said_by_wildcards(value: str, said: str) -> None:
    assert pattern(value) == said


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=12))
def test_a_term_never_breaks_out_of_the_search_and_always_matches_its_own_value(value: str) -> None:
    term = pattern(value)

    assert not set(term) & set(';:\\/"')
    assert _like(term).fullmatch(value)


@given(st.text(alphabet=ascii_letters + "0123456789.@+-'"))
def test_plain_addresses_are_searched_for_as_they_are(value: str) -> None:
    assert pattern(value) == value


def _like(term: str) -> re.Pattern[str]:
    """Return what SQL's LIKE means by a term."""
    wildcards = {"_": ".", "%": ".*"}
    return re.compile("".join(wildcards.get(char, re.escape(char)) for char in term), re.DOTALL)
