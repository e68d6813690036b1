"""A new plugin is found and says what is missing; a newer template is merged into an older plugin."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crmhost import CRMHostError, SettingsError, scaffold
from crmhost.plugins import load

from .conftest import Types

GIT = ["git", "-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]


def commit(folder: Path, message: str) -> None:
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", message]):
        subprocess.run([*GIT, *words], cwd=folder, check=True)


def test_a_new_plugin_can_be_used(tmp_path: Path, types: Types, monkeypatch: pytest.MonkeyPatch) -> None:
    made = types("crmhost", "new-plugin", "acme_two", "--title", "Acme «2»", "--json")

    folder = tmp_path / "crmhost-acme_two"
    monkeypatch.syspath_prepend(str(folder))
    plugin = load("acme_two", importlib.import_module("crmhost_acme_two"))
    assert made.document["folder"] == str(folder)
    assert "crmhost_acme_two/client.py" in made.document["files"]
    assert (plugin.info.title, plugin.info.kinds) == ("Acme «2»", ("person", "note"))
    assert "{" + "{" not in "".join(
        file.read_text()
        for file in folder.rglob("*.*")
        if file.is_file() and file.suffix in {".py", ".toml", ".md"}
    )


@pytest.mark.parametrize("name", ["Acme", "9acme", "acme-crm", "class", ""])
def test_a_name_that_cannot_be_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no name of a plugin"):
        scaffold.make(name, "Acme", tmp_path / "acme")


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "work.txt").write_text("mine")

    with pytest.raises(SettingsError, match="is there already"):
        scaffold.make("acme", "Acme", tmp_path / "acme")


def test_a_plugin_that_was_made_otherwise_is_not_updated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not say what it was made of"):
        scaffold.update(tmp_path)


def test_the_template_has_the_same_commits_wherever_it_is_made(tmp_path: Path) -> None:
    said = set()
    for _ in range(2):
        with scaffold.template() as (environment, newest):
            command = ["git", "ls-remote", scaffold.SOURCE, f"refs/tags/{newest}"]
            said.add(subprocess.check_output(command, env=environment, cwd=tmp_path, text=True))

    assert len(said) == 1


@pytest.mark.slow
def test_what_is_new_in_the_template_is_merged_and_what_is_the_authors_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "crmhost-acme"
    scaffold.make("acme", "Acme CRM", folder)
    client = folder / "crmhost_acme" / "client.py"
    client.write_text(client.read_text().replace("NAME_LIMIT = 120", "NAME_LIMIT = 80"))
    commit(folder, "Mine")

    versions = tmp_path / "versions"
    shutil.copytree(scaffold.VERSIONS / "1", versions / "1")
    shutil.copytree(scaffold.VERSIONS / "1", versions / "2")
    newer = versions / "2" / "template" / "crmhost_{{name}}" / "client.py.jinja"
    newer.write_text(newer.read_text() + "\n\n# What is new in version 2 for {{ title }}.\n")
    monkeypatch.setattr(scaffold, "VERSIONS", versions)
    scaffold.update(folder)

    text = client.read_text()
    assert "NAME_LIMIT = 80" in text
    assert "# What is new in version 2 for Acme CRM." in text
    assert "_commit: '2'" in (folder / ".copier-answers.yml").read_text()


@pytest.mark.slow
def test_where_something_is_not_committed_nothing_is_merged(tmp_path: Path) -> None:
    folder = tmp_path / "crmhost-acme"
    scaffold.make("acme", "Acme CRM", folder)
    commit(folder, "Mine")
    (folder / "README.md").write_text("Changed.")

    with pytest.raises(CRMHostError) as error:
        scaffold.update(folder)

    assert "Commit" in error.value.fix


@pytest.mark.slow
def test_the_new_plugins_types_are_right(tmp_path: Path) -> None:
    folder = tmp_path / "crmhost-acme"
    scaffold.make("acme", "Acme CRM", folder)

    checked = [sys.executable, "-m", "mypy", "--strict", "crmhost_acme"]
    ran = subprocess.run(checked, cwd=folder, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout


def test_what_runs_in_the_plugins_folder_is_not_committed(tmp_path: Path) -> None:
    folder = tmp_path / "crmhost-acme"
    scaffold.make("acme", "Acme CRM", folder)
    secrets = ("data/crmhost.sqlite3", "data/secret.key", ".env", "token.txt", "acme-token-2.txt")
    (folder / "data").mkdir()
    for name in secrets:
        (folder / name).write_text("s3cret")

    commit(folder, "All")

    kept = subprocess.check_output([*GIT, "ls-files"], cwd=folder, text=True).split()
    assert "crmhost_acme/client.py" in kept
    assert not set(secrets) & set(kept)


def test_an_update_from_within_the_plugins_folder_says_where_to_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scaffold.make("acme", "Acme CRM", tmp_path / "crmhost-acme")
    monkeypatch.chdir(tmp_path / "crmhost-acme")

    with pytest.raises(SettingsError, match="There is no folder crmhost-acme here") as error:
        scaffold.update(Path("crmhost-acme"))

    assert error.value.fix == "Run it in the folder above: cd .."
