"""A new plugin, made of a template that comes with crmhost; and bringing one up to date with a newer one.

Each version of the template is a folder here. For copier they are the commits of a repository that is
made anew each time, and is the same each time: so a plugin made by an older crmhost can be compared with
the template it was made of, and only what is new in the template is merged into it.
"""

from __future__ import annotations

import keyword
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from .._version import __version__
from ..errors import CRMHostError, SettingsError

VERSIONS = Path(__file__).parent
SOURCE = "https://plugin-template.crmhost.invalid/template.git"
"""What a plugin says that it was made of, on whatever machine; git is told where that is."""
ANSWERS = ".copier-answers.yml"
"""In which file of a plugin it is."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
SOMEBODY = {
    f"GIT_{who}_{what}": said
    for who in ("AUTHOR", "COMMITTER")
    for what, said in (
        ("NAME", "crmhost"),
        ("EMAIL", "crmhost@example.com"),
        ("DATE", "2026-01-01T00:00:00Z"),
    )
}
"""Who commits the template's versions, and when: always the same, or the commits would differ."""


def make(name: str, title: str, folder: Path) -> list[Path]:
    """Make a plugin in a new folder; return its files."""
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        fix = "It is small letters, digits and underscores, as in crmhost connect NAME."
        raise SettingsError(f"{name!r} is no name of a plugin.", fix=fix)
    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(f"{folder} is there already.", fix="Name another folder: --into FOLDER")
    answers = {"name": name, "title": title, "crmhost": __version__}
    data = [part for key, value in answers.items() for part in ("--data", f"{key}={value}")]
    with template() as (environment, newest):
        _copier(environment, "copy", "--vcs-ref", newest, "--defaults", *data, SOURCE, str(folder))
    return sorted(file.relative_to(folder) for file in folder.rglob("*") if file.is_file())


def update(folder: Path) -> None:
    """Merge what is new in the template into a plugin; where both changed a line, both are left there."""
    if not folder.exists():
        within = Path(ANSWERS).exists()
        fix = "Run it in the folder above: cd .." if within else "Name the plugin's folder: --into FOLDER"
        raise SettingsError(f"There is no folder {folder} here.", fix=fix)
    if not (folder / ANSWERS).exists():
        fix = "It is for a plugin that was made by crmhost new-plugin."
        raise SettingsError(f"{folder} does not say what it was made of ({ANSWERS}).", fix=fix)
    with template() as (environment, newest):
        _copier(environment, "update", "--vcs-ref", newest, "--defaults", "--conflict", "inline", str(folder))


@contextmanager
def template(versions: Sequence[Path] = ()) -> Iterator[tuple[Mapping[str, str], str]]:
    """Yield the environment in which git finds the template, and the name of its newest version."""
    found = [folder for folder in VERSIONS.iterdir() if folder.name.isdecimal()]
    ordered = sorted(versions or found, key=lambda folder: int(folder.name))
    with tempfile.TemporaryDirectory(prefix="crmhost-template-") as temporary:
        home = Path(temporary)
        environment = {**os.environ, **SOMEBODY, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        _git(environment, home, "init", "--quiet", "--initial-branch=main")
        for folder in ordered:
            _git(environment, home, "rm", "-r", "--quiet", "--ignore-unmatch", ".")
            shutil.copytree(folder, home, dirs_exist_ok=True)
            _git(environment, home, "add", "--all")
            _git(environment, home, "commit", "--quiet", "--message", f"Version {folder.name}")
            _git(environment, home, "tag", folder.name)
        here = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{home}.insteadOf",
            "GIT_CONFIG_VALUE_0": SOURCE,
        }
        yield {**os.environ, **here}, ordered[-1].name


def _git(environment: Mapping[str, str], folder: Path, *words: str) -> None:
    if shutil.which("git") is None:
        raise CRMHostError(
            "This needs git, which is not installed.", fix="Install it; a plugin has a history."
        )
    subprocess.run(["git", *words], cwd=folder, env=environment, check=True)  # noqa: S603, S607


def _copier(environment: Mapping[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "copier", words[0], "--quiet", *words[1:]]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if ran.returncode:
        said = (ran.stderr or ran.stdout).strip().splitlines() or ["no reason given"]
        raise CRMHostError(
            f"The template could not be applied: {said[-1]}", fix="Commit what is changed there first."
        )
