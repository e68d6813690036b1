"""The file .env as a newcomer wants it: each setting in it with a word on what it is, at its default."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

from .settings import PREFIX, Settings

HEAD = (
    "The settings of crmhost, each at its default. To change one, take the # from its line.",
    "The file belongs in the folder that crmhost is started in. The environment goes before it.",
)
WIDTH = 100


def commented(given: Mapping[str, str]) -> str:
    """Return a ``.env`` with every setting: those ``given`` (by field) are set, the others are remarks."""
    parts = [_remarks(*HEAD)]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        line = f"{PREFIX}{name.upper()}={given.get(name, default)}"
        parts.append(f"{_remarks(field.description or '')}\n{line if name in given else f'# {line}'}")
    return "\n\n".join(parts) + "\n"


def _remarks(*sentences: str) -> str:
    return "\n".join(f"# {line}" for sentence in sentences for line in wrap(sentence, WIDTH))
