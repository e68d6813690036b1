"""Settings: a wrong variable is refused by its name."""

from pathlib import Path

import pytest

from crmhost import SettingsError
from crmhost.settings import load_settings


def test_the_defaults_need_no_variable() -> None:
    settings = load_settings()

    assert settings.data_dir == Path("data")
    assert settings.redis_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRMHOST_BASE_URL", "crm.example.com"),
        ("CRMHOST_DATABASE_URL", "mysql://localhost"),
        ("CRMHOST_REDIS_URL", "localhost:6379"),
        ("CRMHOST_MAX_BODY_BYTES", "big"),
        ("CRMHOST_WORKER_THREADS", "0"),
        ("CRMHOST_DATABSE_URL", "sqlite:///x"),
    ],
)
def test_a_wrong_variable_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_a_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CRMHOST_BASE_URL=https://sync.example.com/\n")

    assert load_settings().base_url == "https://sync.example.com"


def test_the_value_of_a_wrong_secret_is_not_shown() -> None:
    from crmhost.vault import Vault

    with pytest.raises(SettingsError) as error:
        Vault("not-a-key-but-secret")

    assert "not-a-key" not in str(error.value) + error.value.fix
