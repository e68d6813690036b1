"""What must be in each catalogue that Babel does not fill: the host's words, and the plugins'.

``python -m tests.house.words`` brings the files up to date, as ``make words`` does; translators do the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import get_origin

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from pydantic.fields import FieldInfo

from crmhost.admin import words
from crmhost.admin.forms import grouped
from crmhost.admin.reasons import PARTS
from crmhost.admin.rows import value_of
from crmhost.admin.typed import core, is_model, literal_choices
from crmhost.admin.words import FOLDER, LANGUAGES
from crmhost.plugins import discover
from crmhost_krayin.card import SAID
from crmhost_krayin.sayings import FIELDS, SAYINGS
from crmhost_leadsquared_reference.sayings import SAYINGS as LEADSQUARED_SAYINGS

from .sentences import ROOT, heard

TRANSLATED = [name for name in LANGUAGES if name != "en"]
ROOMS = {"krayin": "plugins/krayin", "leadsquared": "plugins/_reference_leadsquared"}
"""Where the code of each plugin is."""
PUT_IN = {"krayin": (*SAID, *SAYINGS, *FIELDS), "leadsquared": LEADSQUARED_SAYINGS}
"""What each puts into its sentences, and what its card says."""


def of_the_host() -> dict[str, str]:
    """Return what the host says, and where."""
    return heard(ROOT / "host") | dict.fromkeys(PARTS, "host/admin/reasons.py")


def of_plugin(name: str) -> dict[str, str]:
    """Return what a plugin says, and where."""
    said = dict.fromkeys((*settings_texts(name), *PUT_IN[name]), "")
    return said | {text: where for text, where in heard(ROOT / ROOMS[name]).items() if text not in said}


def settings_texts(name: str) -> Iterator[str]:
    """Yield what a plugin's settings say in a form: groups, titles, descriptions, what there is to choose."""
    info = discover()[name].info
    yield info.summary
    for title, told, names in grouped(info.settings):
        fields = [field for one in names if (field := info.settings.model_fields[one]).repr]
        texts = [text for field in fields for text in _texts(field)]
        yield from (text for text in (title, told, *texts) if text and fields)


def _texts(field: FieldInfo) -> Iterator[str | None]:
    """Yield what one setting says: its names, what there is to choose, and a table's columns."""
    yield from (field.title, field.description)
    each = field.annotation
    if get_origin(core(each)) is dict:
        each = value_of(field)
    if is_model(each):
        for column, of in core(each).model_fields.items():
            yield of.title or column.replace("_", " ")
            yield from (one.title for one in literal_choices(of.annotation))
    yield from (one.title for one in literal_choices(each))


@contextmanager
def knowing_plugins() -> Iterator[None]:
    """Let the pages know the plugins' words while the block lasts, as they do once they are served."""
    before = list(words._folders)
    words.learn(discover())
    try:
        yield
    finally:
        words._folders[:] = before
        words.translations.cache_clear()


def plugins_folder(name: str) -> Path:
    """Return where a plugin's translations are."""
    folder = discover()[name].info.locales
    assert folder is not None
    return folder


def catalogues() -> Iterator[tuple[Path, str, Callable[[], dict[str, str]]]]:
    """Yield the folder of each catalogue, its domain, and what returns all that must be in it."""
    yield FOLDER, "reasons", of_the_host
    for name in ROOMS:
        yield plugins_folder(name), "messages", partial(of_plugin, name)


def file_of(language: str, folder: Path, domain: str) -> Path:
    """Return where a catalogue is kept."""
    return folder / language / "LC_MESSAGES" / f"{domain}.po"


def renew(file: Path, language: str, said: Mapping[str, str]) -> None:
    """Have a catalogue hold these sentences, those that it had translated, and none that is gone."""
    template = Catalog(charset="utf-8")
    for sentence, where in said.items():
        template.add(sentence, locations=[(where, 0)] if where else [])
    with file.open("rb") as there:
        catalog = read_po(there, locale=language)
    catalog.update(template, no_fuzzy_matching=True)
    with file.open("wb") as there:
        write_po(there, catalog, width=110, omit_header=True, ignore_obsolete=True, include_lineno=False)


if __name__ == "__main__":
    for language in TRANSLATED:
        for folder, domain, said_there in catalogues():
            renew(file_of(language, folder, domain), language, said_there())
