"""Each sentence of the pages is there in each language, and none that no page says."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from crmhost.admin.forms import grouped
from crmhost.admin.words import FOLDER, LANGUAGES, gettext, ngettext, speaking, understood
from crmhost.plugins import discover
from crmhost_krayin.card import SAID

ADMIN = FOLDER.parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true"}}
TRANSLATED = [name for name in LANGUAGES if name != "en"]
Sentence = str | tuple[str, ...]


def said() -> set[Sentence]:
    """Return all sentences of the pages."""
    found = extract_from_dir(ADMIN, METHODS, OPTIONS)
    sentences = (one[2] for one in found if one[2])
    return {one if isinstance(one, str) else tuple(one) for one in sentences}


def catalog(language: str, folder: Path = FOLDER) -> Catalog:
    with (folder / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> dict[Sentence, Message]:
    each = (one for one in catalog(language) if one.id)
    return {one.id if isinstance(one.id, str) else tuple(one.id): one for one in each}


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language: str) -> None:
    known = messages(language)

    missing = [one for one in said() if one not in known or not all(forms(known[one])) or known[one].fuzzy]

    assert missing == [], "make words, then translate them"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_of_a_sentence_that_is_gone(language: str) -> None:
    assert messages(language).keys() - said() == set(), "make words"
    assert not catalog(language).obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_put_into_a_sentence_is_put_into_its_translation(language: str) -> None:
    def holes(sentence: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)[sd]", sentence))

    for sentence, message in messages(language).items():
        source = sentence if isinstance(sentence, str) else sentence[-1]
        for form in forms(message):
            assert holes(form) == holes(source), form


def test_a_sentence_is_said_in_the_language_spoken() -> None:
    with speaking("pt_BR"):
        assert gettext("There is no delivery %(id)s.", id=7) == "Não existe a entrega 7."
        told = ngettext("%(count)d connection needs you", "%(count)d connections need you", 2)
        assert told == "2 conexões precisam de você"
    assert gettext("Deliveries") == "Deliveries"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("es-MX,es;q=0.9", "es"),
        ("de-DE,es;q=0.7", "es"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
        ("*;q=x,,--", "en"),
    ],
)
def test_the_browsers_language_is_spoken_where_it_is_known(accepted: str, language: str) -> None:
    assert understood(accepted) == language


def settings_sentences(name: str) -> set[Sentence]:
    """Return what a plugin's settings say in a form: titles, descriptions, groups."""
    model = discover()[name].info.settings
    shown = [(group, [model.model_fields[one] for one in names]) for *group, names in grouped(model)]
    each = [(group, [field for field in fields if field.repr]) for group, fields in shown]
    titles = [text for group, fields in each if fields for text in group]
    texts = [text for _, fields in each for field in fields for text in (field.title, field.description)]
    return {text for text in (*titles, *texts) if text}


@pytest.mark.parametrize("language", TRANSLATED)
def test_krayins_settings_are_said_in_each_language(language: str) -> None:
    folder = discover()["krayin"].info.locales
    assert folder is not None
    with (folder / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        known = {one.id: one.string for one in read_po(file, locale=language) if one.id}

    assert known.keys() == settings_sentences("krayin") | set(SAID)
    assert all(known.values())
