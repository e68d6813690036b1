"""Words from outside in Krayin's notes: they show as they were written, and do nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmhost_krayin.mappers.markup import escaped, one_line, paragraphs, plain, shortened, size, strong

HOSTILE = st.text(
    alphabet=st.sampled_from(tuple("<>&\"'/=!-;\n\r\t pbrimgstonx0\x00ž🦊")) | st.characters(codec="utf-8")
)


class Reader(HTMLParser):
    """Reads HTML as a browser would: its tags, and the words it shows."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag if not attrs else f"{tag} with attributes")
        self.words += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.words += data


@given(HOSTILE)
def test_no_tag_can_be_forged_and_every_word_is_shown(text: str) -> None:
    read = Reader(escaped(text))

    assert read.tags <= {"br"}
    assert read.words == plain(text)


@given(HOSTILE)
def test_paragraphs_hold_all_words_and_no_other_tags(text: str) -> None:
    html = paragraphs(text)

    assert Reader(html).tags <= {"p", "br"}
    assert re.sub(r"\s", "", Reader(html).words) == re.sub(r"\s", "", plain(text))


@given(HOSTILE, st.integers(3, 60))
def test_shortened_words_fit_and_are_the_first_ones(text: str, room: int) -> None:
    short = shortened(text, room)

    assert size(escaped(short)) <= room
    assert text.startswith(short.removesuffix("…"))


def test_line_breaks_and_paragraphs_are_kept() -> None:
    assert paragraphs("Hi\r\nJane,\n\n\nthanks!\n") == "<p>Hi<br>Jane,</p><p>thanks!</p>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<img src=https://evil.example/pixel.png>", "&lt;img src=https://evil.example/pixel.png&gt;"),
        ("a & b", "a &amp; b"),
        ("a\x00b\x1b", "ab"),
        ("half \ud83d", "half ?"),
    ],
)
def test_what_could_do_something_is_only_shown(text: str, html: str) -> None:
    assert escaped(text) == html


def test_bold_words_are_escaped_too() -> None:
    assert strong("<b>") == "<strong>&lt;b&gt;</strong>"


def test_what_is_no_text_is_no_words() -> None:
    assert one_line({"company": 1}) == one_line(None) == ""
    assert one_line(" Globex\n  Ltd ") == "Globex Ltd"
