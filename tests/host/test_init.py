"""crmhost init prints a .env that says everything and changes nothing until it is edited."""

import re
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values

from crmhost.env_file import commented
from crmhost.settings import PREFIX, Settings, load_settings

from .conftest import Types


def test_as_printed_it_changes_nothing() -> None:
    assert dotenv_values(stream=StringIO(commented({}))) == {}


def test_every_setting_is_in_it_at_its_default() -> None:
    lines = re.findall(rf"^# ({PREFIX}[A-Z_]+)=(.*)$", commented({}), re.MULTILINE)
    values = {name.removeprefix(PREFIX).lower(): value for name, value in lines if value}

    assert [name.removeprefix(PREFIX).lower() for name, _ in lines] == list(Settings.model_fields)
    assert Settings(**values) == Settings()


def test_what_is_given_is_set(types: Types, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    printed = types("crmhost", "init", "--base-url", "https://sync.example.com", "--key").out
    (tmp_path / ".env").write_text(printed)
    monkeypatch.chdir(tmp_path)

    settings = load_settings()

    assert settings.base_url == "https://sync.example.com"
    assert settings.secret_key is not None


def test_what_cannot_be_is_not_printed(types: Types) -> None:
    ran = types("crmhost", "init", "--base-url", "sync.example.com")

    assert ran.status == 1
    assert "CRMHOST_BASE_URL is wrong" in ran.err
    assert ran.out == ""
