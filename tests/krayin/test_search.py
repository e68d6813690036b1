"""How words from outside are put into Krayin's search."""

from __future__ import annotations

import re
from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmhost_krayin.clients.search import any_of, email_address, pattern, phone_number, words


def test_email_and_phone_are_one_search() -> None:
    email, phone = email_address("ann@example.com"), phone_number("4477009")

    assert any_of(emails=email, contact_numbers=phone) == {
        "search": 'emails:"_nn@_xample.com";contact_numbers:4%4%7%7%0%0%9',
        "searchFields": "emails:like;contact_numbers:like",
        "limit": 50,
    }


@pytest.mark.parametrize("value", ["", "%", "___", ";:", "řř", '"'])
def test_a_search_that_would_return_strangers_is_never_made(value: str) -> None:
    assert any_of(emails=email_address(value), contact_numbers=phone_number("")) == {}
    assert any_of(title=words(value)) == {}


@pytest.mark.parametrize(
    ("email", "typed", "found"),
    [
        ("jane.doe@example.com", "Jane.Doe@Example.com", True),
        ("jane.doe@example.com", "jane.doe@Example.com", True),
        ("o'brien-smith@x.co.uk", "O'Brien-Smith@X.Co.uk", True),
        ("j@x.cz", "J@x.cz", True),
        ("eve@localhost", "eve@localhost", True),
        ("jane.doe@example.com", "mary.jane.doe@example.com", False),
        ("jane.doe@example.com", "jane.doe@example.comx", False),
        ("jane.doe@example.com", "JANE.DOE@EXAMPLE.COM", False),
    ],
)
def test_an_address_is_found_though_its_words_begin_with_capitals(
    email: str, typed: str, found: bool
) -> None:
    assert bool(_like(email_address(email)).fullmatch(f'"{typed}"')) is found


def test_a_few_digits_are_found_as_a_whole_number_only() -> None:
    assert phone_number("44777") == '"+44777"'


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
