"""Each sentence of the pages is there in each language, and none that no page says."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

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
        told = ngettext("%(count)s connection needs you", "%(count)s connections need you", 2_000)
        assert told == "2.000 conexões precisam de você"
    assert gettext("Deliveries") == "Deliveries"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("es-MX,es;q=0.9", "es"),
        ("de-DE,es;q=0.7", "es"),
        ("en;q=0.1, es;q=0.9", "es"),
        ("es;q=0, pt-BR;q=0.2", "pt_BR"),
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


@pytest.mark.usefixtures("admin_words")
def test_what_a_crm_says_is_soon_looked_through() -> None:
    """However much of it looks like sentences of ours, one in the other."""
    said = "Krayin does not accept POST /x: a, b; " * 25
    began = time.process_time()

    with speaking("es"):
        told = translated(said)

    assert told.startswith("Krayin no acepta POST /x: ")
    assert time.process_time() - began < 5


def test_a_reason_that_was_kept_in_english_is_read_in_the_language_spoken() -> None:
    inner = "Nothing answers at http://crm:80 ([Errno 111])"
    with speaking("es"):
        said = translated(f"Given up after 72 hours: {inner}")
        unknown = translated("Nobody has translated this, 7 times.")

    assert said == "Se abandonó tras 72 horas: Nada responde en http://crm:80 ([Errno 111])"
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
        (
            "Setting attributes: person.a: the word x is no number (x); the word y is no date (y). lead.b: "
            "Krayin's leads have no attribute b; b is one of its persons.",
            "Ajuste attributes: person.a: la palabra x no es un número (x); la palabra y no es una fecha (y)."
            " lead.b: en Krayin, leads: no hay un atributo b; b existe para personas.",
        ),
        (
            "Setting attributes: lead.plan: Krayin's leads have no attribute plan; plan is one of its "
            "persons.",
            "Ajuste attributes: lead.plan: en Krayin, leads: no hay un atributo plan; plan existe para "
            "personas.",
        ),
        (
            "chatwoot_ref: made for persons, not used for leads: it is not unique. To do without, set "
            "reference_attribute to nothing.",
            "chatwoot_ref: creado para personas, no se usa para leads: no es único. Para prescindir de él, "
            "deje reference_attribute vacío.",
        ),
        (
            "person.plan (select of 5), lead.budget (price)",
            "person.plan (una opción de 5), lead.budget (precio)",
        ),
        (
            "Europe/Prague, by Krayin's clock (+02:00 in July, +01:00 in January). Set server_timezone to "
            "Krayin's APP_TIMEZONE if it is another with the same clock. At other times of the year "
            "Africa/Cairo have another: a date between will tell.",
            "Europe/Prague, por el reloj de Krayin (+02:00 en julio, +01:00 en enero). Ponga en "
            "server_timezone el APP_TIMEZONE de Krayin si es otra con el mismo reloj. En otras épocas "
            "del año Africa/Cairo tienen otra hora: una fecha intermedia lo dirá.",
        ),
        (
            "not known: Krayin failed with 504 at POST /activities.",
            "desconocida: Krayin falló con 504 en POST /activities.",
        ),
        ("Europe/Prague, as set", "Europe/Prague, como está puesto"),
        (
            "person.spent: contact.spent is no number (much). Tags put on: a, b. Tags taken off: c.",
            "person.spent: contact.spent no es un número (much). Etiquetas puestas: a, b. "
            "Etiquetas quitadas: c.",
        ),
        (
            "The sales team's name and job title stay.",
            "Se conserva lo del equipo de ventas: nombre y puesto.",
        ),
        (
            "LeadSquared refuses the keys (401 to POST Lead.Update for contact 7).",
            "LeadSquared rechaza las claves (401 a POST Lead.Update para el contacto 7).",
        ),
        (
            "Krayin failed at GET /x for conversation 7, and then was not to be asked why (Calls to the CRM "
            "must wait: 10 in 60 seconds, 4 at once are allowed.).",
            "Krayin falló en GET /x para la conversación 7, y después no se le pudo preguntar por qué (Las "
            "llamadas al CRM deben esperar: se permiten 10 en 60 segundos, 4 a la vez.).",
        ),
        (
            "bad (crmhost-bad): it needs acme_sdk, which is not installed.",
            "bad (crmhost-bad): necesita acme_sdk, que no está instalado.",
        ),
        (
            "Webhooks are refused, 12345 so far, the last at 2026-11-26 06:05 UTC: not signed.",
            "Los webhooks se rechazan, 12.345 hasta ahora, el último el 26 nov 2026, 6:05:00 UTC: "
            "sin firmar.",
        ),
        ("LeadSquared (reference)", "LeadSquared (referencia)"),
        ("Setting with an odd name: it is needed.", "Ajuste de nombre extraño: hace falta."),
        ("Smith and Sons, Ltd", "Smith and Sons, Ltd"),
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


KNOWN = [name for name in get_args(ErrorType) if name not in {"value_error", "assertion_error"}]


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("kind", KNOWN)
def test_whatever_pydantic_says_is_said_in_the_language_spoken(kind: ErrorType, language: str) -> None:
    """Any type may stand in a plugin's settings: none of pydantic's own English reaches a page."""
    line = {"type": kind, "loc": ("size",), "input": "", "ctx": LIMITS}
    error = ValidationError.from_exception_data("x", [line])  # type: ignore[list-item]
    english = problems(error)["size"]

    with speaking(language):
        said = translated(english)

    assert said != english
    assert not re.search(r"Input|should|\b(it|is|has) ", said)


LIMITS: dict[str, Any] = {
    **dict.fromkeys(("gt", "ge", "lt", "le", "multiple_of"), 7),
    **dict.fromkeys(("min_length", "max_length", "actual_length", "max_digits", "decimal_places"), 7),
    **dict.fromkeys(("whole_digits", "tz_expected", "tz_actual", "expected_version"), 7),
    **dict.fromkeys(("error", "attribute", "method_name", "class_name", "class", "pattern", "encoding"), "x"),
    **dict.fromkeys(("encoding_error", "tag", "discriminator", "expected_schemes", "field_type"), "x"),
    **dict.fromkeys(("expected", "expected_tags"), "'a' or 'b'"),
}
"""What pydantic's kinds of errors want to know."""


@pytest.mark.usefixtures("admin_words")
def test_a_plugins_reason_is_read_in_the_language_spoken() -> None:
    with speaking("pt_BR"):
        said = translated("Krayin failed with 500 at POST /leads for contact 7.")

    assert said == "O Krayin falhou com 500 em POST /leads para o contato 7."


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
