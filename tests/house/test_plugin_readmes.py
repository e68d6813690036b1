"""Each plugin's README says of each setting what it is."""

import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from crmhost.plugins import discover

PLUGINS = Path(__file__).parents[2] / "plugins"
FOLDERS = {"krayin": "krayin", "leadsquared": "_reference_leadsquared"}


def test_all_plugins_are_looked_at() -> None:
    assert set(FOLDERS) == set(discover().found)


@pytest.mark.parametrize("name", FOLDERS)
def test_the_readme_says_of_each_setting_what_it_is_and_its_default(name: str) -> None:
    readme = (PLUGINS / FOLDERS[name] / "README.md").read_text()

    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", readme, re.MULTILINE)

    assert rows == [
        (key, (field.description or "").replace("|", "\\|"), _shown(field))
        for key, field in discover()[name].info.settings.model_fields.items()
        if key != "facts"
    ]


def _shown(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    nothing = field.default is None or field.default in ("", (), {})
    return {"True": "yes", "False": "no"}.get(str(field.default), "" if nothing else f"`{field.default}`")
