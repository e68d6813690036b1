"""Each sentence of the pages is there in each language, and none that no page says."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from pydantic import ValidationError

from crmhost.admin.heard import HOLE, translated
from crmhost.admin.words import FOLDER, gettext, ngettext, speaking, understood
from crmhost.validation import problems
from crmhost_krayin.settings import KrayinSettings

from .sentences import sentences
from .words import TRANSLATED, catalogues, file_of, knowing_plugins

ADMIN = FOLDER.parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true"}}
Sentence = str | tuple[str, ...]


def said() -> set[Sentence]:
    """Return all sentences of the pages."""
    found = extract_from_dir(ADMIN, METHODS, OPTIONS)
    sentences = (one[2] for one in found if one[2])
    return {one if isinstance(one, str) else tuple(one) for one in sentences}


def read(language: str, folder: Path = FOLDER, domain: str = "messages") -> Catalog:
    with file_of(language, folder, domain).open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> dict[Sentence, Message]:
    each = (one for one in read(language) if one.id)
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
    assert not read(language).obsolete


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


HEARD = list(catalogues())
HEARD_OF = ["host", "krayin", "leadsquared"]


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize(("folder", "domain", "said_there"), HEARD, ids=HEARD_OF)
def test_what_the_code_says_is_translated(
    language: str, folder: Path, domain: str, said_there: Callable[[], dict[str, str]]
) -> None:
    """Found in the code itself: a sentence that is new there, and one that is gone, shows here."""
    known = {one.id: one for one in read(language, folder, domain) if one.id}

    assert known.keys() == said_there().keys(), "make words, then translate them"
    assert [one.id for one in known.values() if not one.string or one.fuzzy] == []
    holes = [[set(HOLE.findall(str(text))) for text in (one.id, one.string)] for one in known.values()]
    assert [pair for pair in holes if pair[0] != pair[1]] == []


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("said_there", [one[-1] for one in HEARD], ids=HEARD_OF)
@pytest.mark.usefixtures("admin_words")
def test_what_the_code_says_is_known_again(language: str, said_there: Callable[[], dict[str, str]]) -> None:
    """Whatever stands in its holes."""
    with speaking(language):
        told = {
            sentence: (translated(filled(sentence)), filled(gettext(sentence))) for sentence in said_there()
        }

    assert {sentence: pair for sentence, pair in told.items() if pair[0] != pair[1]} == {}


def filled(sentence: str) -> str:
    """Return a sentence as it is said."""
    if not HOLE.search(sentence):
        return sentence
    return HOLE.sub(lambda hole: "7" if hole[2] == "d" else "(x)", sentence.replace("%%", "%"))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (
            'raise Rejected(f"There is no {kind} of {row.id}", fix="Mend it.")',
            ["There is no %(kind)s of %(id)d", "Mend it."],
        ),
        ('why = "There is nothing of it."', ["There is nothing of it."]),
        ('fix = f"Make {one.name}" f" and {two.name}: {why()}."', ["Make %(name)s and %(name2)s: %(why)s."]),
        (
            'def f():\n    why = "no end"\n    raise Rejected(why, fix="Mend it." if x else "Ask.")',
            ["no end", "Mend it.", "Ask."],
        ),
        ('W = {"a": ("it is odd", FIX)}', ["it is odd"]),
        ('yield ReportLine("Zone", f"{zone} as set", "ok", fix="")', ["Zone"]),
        ('yield ReportLine("Zone", f"{zone} as was set", "ok", fix="")', ["Zone", "%(zone)s as was set"]),
        ('log.info("Something was done.")', []),
        ('def f(): "Do something of it."', []),
        ('x = "crmhost set 7 to it."', []),
        ('told = _("It is found by Babel.")', []),
        ("fix.format(id=1, what='Give {id} once more.')", ["Give %(id)d once more."]),
    ],
)
def test_sentences_are_found_where_they_are_said(code: str, found: list[str]) -> None:
    assert list(dict.fromkeys(sentences(code))) == found


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
        (
            "Contact … is gone in Chatwoot: merged into another, or deleted.",
            "El contacto … ya no está en Chatwoot: se fusionó con otro, o se borró.",
        ),
        ("Open it again. Give it first.", "Ábrala de nuevo. Delo primero."),
        (
            "Another lead has the phone number. Company stays as it is in LeadSquared.",
            "Otro lead tiene el teléfono. Company queda como está en LeadSquared.",
        ),
        ("Open it again. Nobody knows this.", "Open it again. Nobody knows this."),
        (
            "Krayin has no stage 7 in the pipeline Sales (2); it has New (1).",
            "Krayin no tiene etapa 7 en el embudo Sales (2); tiene New (1).",
        ),
        (
            "Setting attributes: person.plan: Krayin's persons have no attribute plan; they have vip.",
            "Ajuste attributes: person.plan: en Krayin, personas: no hay un atributo plan; los que hay: vip.",
        ),
        ("Setting pipeline: it is needed.", "Ajuste pipeline: hace falta."),
        ("tags, field_rules: it is needed.", "tags, field_rules: hace falta."),
        ("A lead is gone: it is needed.", "A lead is gone: it is needed."),
        ("Delivery 12 was odd.", "Delivery 12 was odd."),
        ("contact 7 has a friend.", "contact 7 has a friend."),
    ],
)
@pytest.mark.usefixtures("admin_words")
def test_a_reason_is_read_wholly_in_one_language(english: str, spanish: str) -> None:
    with speaking("es"):
        assert translated(english) == spanish


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("calls_per_minute", 0, "es 1 o más"),
        ("calls_per_minute", "many", "es un número entero"),
        ("closed_leads", "burn", "es uno de estos: 'leave', 'reopen', 'new'"),
        ("lead_title", "", "tiene 1 caracteres o más"),
        ("colour", "red", "no existe tal ajuste"),
        ("only_labels", 7, "es una lista"),
        ("attributes", 7, "son pares"),
    ],
)
def test_what_is_wrong_with_a_setting_is_said_in_the_language_spoken(
    name: str, wrong: object, said: str
) -> None:
    with pytest.raises(ValidationError) as error:
        KrayinSettings.model_validate({"api_url": "https://crm.example.com", "api_token": "1|x", name: wrong})

    with speaking("es"):
        assert translated(problems(error.value)[name]) == said


@pytest.mark.usefixtures("admin_words")
def test_a_plugins_reason_is_read_in_the_language_spoken() -> None:
    with speaking("pt_BR"):
        said = translated("Krayin failed with 500 at POST /leads for contact 7.")

    assert said == "O Krayin falhou com 500 em POST /leads for contact 7."


@pytest.fixture(name="admin_words")
def _admin_words() -> Iterator[None]:
    """The pages as they are once the plugins' words are known."""
    with knowing_plugins():
        yield


@pytest.mark.parametrize("template", sorted(ADMIN.glob("templates/*.html")), ids=lambda file: file.name)
def test_only_what_a_template_says_itself_is_taken_for_safe(template: Path) -> None:
    """Jinja puts what ``_()`` returns on the page as it is, and fills in its ``%``; a variable may hold
    a customer's words, and is for ``translated``."""
    assert re.findall(r"\bn?_\((?!\s*[\"'])[^)]*\)", template.read_text()) == []
