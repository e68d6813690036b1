"""Settings: a wrong variable is refused by its name."""

from pathlib import Path

import pytest

from crmhost import SettingsError
from crmhost.settings import load_settings

from .conftest import Types


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


def test_an_env_file_that_this_user_may_not_read_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError(13, "Permission denied", ".env")

    monkeypatch.setattr("crmhost.settings.dotenv_values", forbid)

    with pytest.raises(SettingsError, match=f"^The file {tmp_path}/.env is closed to this user.$") as error:
        load_settings()

    assert "start crmhost in another folder" in error.value.fix


def test_an_env_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"CRMHOST_BASE_URL=\xff\xfe")

    with pytest.raises(SettingsError, match=r"The file \.env cannot be read: "):
        load_settings()


@pytest.fixture
def gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a folder that somebody has removed."""
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()


@pytest.mark.usefixtures("gone")
@pytest.mark.parametrize(
    "words", [["status"], ["doctor"], ["serve"], ["connections"], ["new-plugin", "x"], ["users", "list"]]
)
def test_in_a_folder_that_is_gone_a_command_says_so(
    types: Types, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("CRMHOST_DATA_DIR", "data")
    monkeypatch.setenv("CRMHOST_REDIS_URL", "redis://127.0.0.1:1")

    ran = types("crmhost", *words)

    assert ran.status == 1
    assert ran.err.startswith("Error: The folder that this was started in is gone.\nGo to one that is there")


@pytest.mark.usefixtures("gone")
def test_in_a_folder_that_is_gone_whole_paths_are_good(types: Types) -> None:
    assert types("crmhost", "status").status == 0


def test_the_value_of_a_wrong_secret_is_not_shown() -> None:
    from crmhost.vault import Vault

    with pytest.raises(SettingsError) as error:
        Vault("not-a-key-but-secret")

    assert "not-a-key" not in str(error.value) + error.value.fix
