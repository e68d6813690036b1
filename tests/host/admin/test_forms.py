"""Forms made of a plugin's own model: what each setting looks like, and how it is read again."""

import re
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from crmhost import Choice
from crmhost.admin import forms
from crmhost.admin.forms import filled_in, groups, mistakes
from crmhost.admin.rendering import environment
from crmhost.admin.words import speaking


class Place(BaseModel):
    pipeline: int | None = None


class Deep(BaseModel):
    places: tuple[Place, ...] = ()


class Reach(BaseModel):
    """Where it is."""

    model_config = ConfigDict(title="Your CRM")

    url: str = Field(title="Address", description="As in the browser.")
    token: SecretStr


class Rules(BaseModel):
    """What goes where."""

    notes: bool = True
    policy: Literal["one_each", "none"] = "one_each"
    pipeline: Annotated[int | None, BeforeValidator(lambda value: value or None)] = None
    stages: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    mapping: dict[str, str] = {}
    by_inbox: dict[int, Place] = {}
    rules: dict[str, Literal["merge", "never"]] = {}
    depths: dict[int, Deep] = {}
    found: str = Field("", repr=False)


class Model(Rules, Reach):
    model_config = ConfigDict(extra="forbid", frozen=True)


CHOICES = {"pipeline": [Choice("7", "Sales"), Choice("8", "Support")], "stages": [Choice("1", "New")]}
CHOICES["mapping.values"] = [Choice("contact.name", "name")]


def field(name: str, **given: object) -> forms.Field:
    each = groups(Model, given, choices=CHOICES, found={"pipeline": 8})
    return next(one for group in each for one in group.fields if one.name == name)


def test_each_part_of_the_model_is_a_group_in_its_order() -> None:
    each = groups(Model, {})

    assert [(group.title, group.help) for group in each] == [
        ("Your CRM", "Where it is."),
        ("Settings", "What goes where."),
    ]
    assert [one.name for one in each[0].fields] == ["url", "token"]
    assert "found" not in [one.name for one in each[1].fields]


def test_each_kind_of_setting_has_its_kind_of_field() -> None:
    names = (
        "url",
        "token",
        "notes",
        "policy",
        "pipeline",
        "stages",
        "labels",
        "mapping",
        "by_inbox",
        "depths",
    )

    assert {name: field(name).kind for name in names} == {
        "url": "text",
        "token": "secret",
        "notes": "tick",
        "policy": "choice",
        "pipeline": "choice",
        "stages": "several",
        "labels": "lines",
        "mapping": "pairs",
        "by_inbox": "table",
        "depths": "json",
    }


def test_a_secret_is_never_shown() -> None:
    assert field("token", token="t0ken").value is True
    assert "t0ken" not in repr(groups(Model, {"token": "t0ken"}))


def test_what_setup_found_is_named_where_nothing_was_given() -> None:
    assert field("pipeline").found == "Support"
    assert field("pipeline", pipeline=7).found == ""


def test_what_was_filled_in_is_read_as_the_model_reads_it() -> None:
    form = {
        "url": [" https://crm.example.com "],
        "token": [""],
        "policy": ["none"],
        "pipeline": [""],
        "stages.several": ["1"],
        "stages": ["1", "2"],
        "labels": [""],
        "mapping.key": ["a", "", "b "],
        "mapping.value": ["1", "x", " 2"],
        "by_inbox.key": ["7", "", " 9 "],
        "by_inbox.pipeline": ["8", "7", ""],
        "rules.key": ["name"],
        "rules.value": ["never"],
        "unknown": ["x"],
    }

    assert filled_in(Model, form) == {
        "url": "https://crm.example.com",
        "notes": False,
        "policy": "none",
        "pipeline": None,
        "stages": ["1", "2"],
        "labels": [],
        "mapping": {"a": "1", "b": "2"},
        "by_inbox": {"7": {"pipeline": "8"}, "9": {}},
        "rules": {"name": "never"},
        "depths": {},
    }


def test_a_table_has_a_column_for_each_thing_that_a_row_says() -> None:
    shown = field("by_inbox", by_inbox={"7": {"pipeline": 8, "unset": None}})

    assert shown.value[:2] == [("7", {"pipeline": "8"}), ("", {})]
    assert [(one.name, one.title, one.choices) for one in shown.columns] == [
        ("pipeline", "pipeline", tuple(CHOICES["pipeline"]))
    ]


def test_a_row_of_a_table_is_chosen_from_what_there_is() -> None:
    form: Any = environment().get_template("form.html").module
    shown = str(form.field(field("by_inbox", by_inbox={"7": {"pipeline": 8}})))

    assert re.findall(r'<option value="(\w*)"( selected)?>', shown)[:3] == [
        ("", ""),
        ("7", ""),
        ("8", " selected"),
    ]
    assert re.findall(r'<(input|select) name="([\w.]+)"', shown)[:2] == [
        ("input", "by_inbox.key"),
        ("select", "by_inbox.pipeline"),
    ]


def test_what_stands_on_the_right_is_chosen_where_it_is_known() -> None:
    rules, mapping = field("rules"), field("mapping")

    assert (rules.closed, [one.value for one in rules.values]) == (True, ["merge", "never"])
    assert (mapping.closed, [one.value for one in mapping.values]) == (False, ["contact.name"])


def test_what_is_as_it_is_by_itself_is_left_for_setup_to_find() -> None:
    said = {"notes": True, "policy": "none", "pipeline": "", "stages": [], "mapping": {}}

    assert forms.changed(Model, said, {}) == {"policy": "none"}
    assert forms.changed(Model, said, {"pipeline": 7}) == {"policy": "none", "pipeline": ""}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"url": "x", "token": "t"}, {}),
        ({"url": "x"}, {"token": "it is needed"}),
        ({"url": "x", "token": "t", "pipeline": "many"}, {"pipeline": "it is a whole number"}),
        ({"url": "x", "token": "t", "nothing": 1}, {"nothing": "there is no such setting"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(values: dict[str, object], wrong: dict[str, str]) -> None:
    assert mistakes(Model, values) == wrong


def test_a_group_with_a_mistake_is_open() -> None:
    each = groups(Model, {}, wrong={"policy": "it cannot be"})

    assert [group.wrong for group in each] == [False, True]


def test_what_the_plugin_says_to_choose_from_is_in_the_language_spoken() -> None:
    """The CRM's own names are left as they are, whatever they are called."""
    given = [Choice("contact.name", "name", in_english=True), Choice("7", "name")]

    with speaking("es"):
        titles = [one.title for one in field_of(given).choices]

    assert titles == ["nombre", "name"]


def field_of(options: list[Choice]) -> forms.Field:
    each = groups(Model, {}, choices={"pipeline": options})
    return next(one for group in each for one in group.fields if one.name == "pipeline")
