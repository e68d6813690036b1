"""Each sentence of the pages is there in each language, and none that no page says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from crmhost.admin import words
from crmhost.admin.forms import grouped
from crmhost.admin.heard import translated
from crmhost.admin.reasons import REASONS
from crmhost.admin.words import FOLDER, LANGUAGES, gettext, ngettext, speaking, understood
from crmhost.plugins import discover
from crmhost_krayin.card import SAID
from crmhost_krayin.sayings import SAYINGS

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
    info = discover()["krayin"].info
    folder = info.locales
    assert folder is not None
    with (folder / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        known = {one.id: one.string for one in read_po(file, locale=language) if one.id}

    assert known.keys() == settings_sentences("krayin") | set(SAID) | set(SAYINGS) | {info.summary}
    assert all(known.values())


def test_a_reason_that_was_kept_in_english_is_read_in_the_language_spoken() -> None:
    inner = "Nothing answers at http://crm:80 ([Errno 111])"
    with speaking("es"):
        said = translated(f"Given up after 72 hours: {inner}")
        unknown = translated("Nobody has translated this, 7 times.")

    assert said == "Se dejó tras 72 horas: Nada responde en http://crm:80 ([Errno 111])"
    assert unknown == "Nobody has translated this, 7 times."
    assert translated(inner) == inner


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("Delivery 12 brought a newer state.", "La entrega 12 trajo un estado más nuevo."),
        ("Go on with the button, or: crmhost resume 1", "Continúe con el botón, o: crmhost resume 1"),
        (
            "Delivery 12 brought a newer state, which this one would overwrite.",
            "La entrega 12 trajo un estado más nuevo, que esta sobrescribiría.",
        ),
        ("Delivery 12 was odd.", "Delivery 12 was odd."),
        ("contact 7 has a friend.", "contact 7 has a friend."),
    ],
)
def test_a_reason_is_read_wholly_in_one_language(english: str, spanish: str) -> None:
    with speaking("es"):
        assert translated(english) == spanish


@pytest.mark.usefixtures("admin_words")
def test_a_plugins_reason_is_read_in_the_language_spoken() -> None:
    with speaking("pt_BR"):
        said = translated("Krayin failed with 500 at POST /leads for contact 7.")

    assert said == "O Krayin falhou com 500 em POST /leads for contact 7."


@pytest.fixture(name="admin_words")
def _admin_words() -> Iterator[None]:
    """The pages as they are once the plugins' words are known."""
    before = list(words._folders)
    folder = discover()["krayin"].info.locales
    assert folder is not None
    words.learn(folder)
    yield
    words._folders[:] = before
    words.translations.cache_clear()


def test_what_the_host_says_is_among_what_is_translated() -> None:
    """A sentence that was written otherwise since would be read in English by everybody."""
    files = [path for path in ADMIN.parent.rglob("*.py") if path.name != "reasons.py"]
    host = "".join(path.read_text() for path in files)
    flat = re.sub(r'"\s*\n\s*f?"', "", host)

    gone = [
        one
        for one in REASONS
        if not all(part in flat for part in re.split(r"%\(\w+\)[sd]", one) if len(part) > 12)
    ]

    assert gone == []


@pytest.mark.parametrize("template", sorted(ADMIN.glob("templates/*.html")), ids=lambda file: file.name)
def test_only_what_a_template_says_itself_is_taken_for_safe(template: Path) -> None:
    """Jinja puts what ``_()`` returns on the page as it is, and fills in its ``%``; a variable may hold
    a customer's words, and is for ``translated``."""
    assert re.findall(r"\bn?_\((?!\s*[\"'])[^)]*\)", template.read_text()) == []
