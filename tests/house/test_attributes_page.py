"""The page on Krayin's attributes says what the code does, and its examples are tried."""

import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmhost_krayin.mappers.attribute_types import TYPES
from crmhost_krayin.mappers.reading import text_of
from crmhost_krayin.mappers.sources import OF_CONTACT, OF_CONVERSATION
from crmhost_krayin.mappers.transforms import transformed
from crmhost_krayin.settings.mapping import SCOPES, TRANSFORMS, mapping_of

PAGE = (Path(__file__).parents[2] / "docs" / "krayin-attributes.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the rows under a heading, without the table's own two lines."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def code(cell: str) -> str:
    return cell.strip("`").replace("\\|", "|")


def test_the_types_are_those_that_can_be_written() -> None:
    assert [code(row[0]) for row in rows("Targets")] == list(TYPES)


def test_the_sources_are_those_that_there_are() -> None:
    named = re.findall(r"`(contact|conversation)\.([a-z_]+)`[,.]", PAGE.split("Fields of a contact")[1])

    assert [code(row[0]).partition(".")[0] for row in rows("Sources")] == list(SCOPES)
    assert [name for scope, name in named if scope == "contact"] == list(OF_CONTACT)
    assert [name for scope, name in named if scope == "conversation"] == list(OF_CONVERSATION)


def test_the_transforms_are_those_that_there_are() -> None:
    named = [code(row[0]).partition(":")[0] for row in rows("Transforms")]

    assert list(dict.fromkeys(named)) == list(TRANSFORMS)


@pytest.mark.parametrize("row", rows("Transforms"), ids=lambda row: row[0])
def test_a_transforms_example_is_so(row: list[str]) -> None:
    step, _, given, made = row
    step = step[1:-1]
    value: Any = json.loads(code(given)) if given.startswith("`[") else code(given)
    (pair,) = mapping_of({"person.thing": f"contact.it|{step}"})

    after = transformed(value, pair.transforms, ZoneInfo("UTC"))

    assert ("" if after is None else text_of(after)) == code(made)


def test_the_examples_can_be_read() -> None:
    pairs = dict(code(row[0]).split("=", 1) for row in rows("Examples"))

    assert len(mapping_of(pairs)) == len(pairs) > 5
