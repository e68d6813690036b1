"""What deploy/ says is done, as far as it can be without an engine: built, started, asked for its health."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from ..databases import empty_schema
from ..processes import run, running
from .pages import ROOT
from .test_quickstart import free_port

pytestmark = pytest.mark.slow

DEPLOY = ROOT / "deploy"
PLACES = ("/src", "/opt/crmhost", "/data")
"""Where the image has things."""
INHERITED = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "LANG", "SSL"))}


@dataclass
class Image:
    """What a Dockerfile makes, in a folder instead of a root of its own."""

    root: Path
    context: frozenset[str]
    """What .dockerignore lets in."""
    env: dict[str, str] = field(default_factory=dict)
    work: str = "/"
    said: dict[str, list[str]] = field(default_factory=dict)
    """CMD and HEALTHCHECK, as words."""

    def here(self, text: str) -> str:
        """Return a text with the image's places as they are here."""
        return re.sub(
            "|".join(f"{place}(?![\\w-])" for place in PLACES), lambda found: f"{self.root}{found[0]}", text
        )

    def does(self, word: str, rest: str) -> None:
        """Do one instruction."""
        if word == "COPY" and not rest.startswith("--from"):
            *sources, target = rest.split()
            for source in sources:
                assert any(source == one or source.startswith(f"{one}/") for one in self.context), source
                _copied(ROOT / source, Path(self.here(target)))
        elif word == "RUN" and not rest.startswith("useradd"):  # whose it is, is the engine's
            self.runs(["sh", "-e", "-c", self.here(rest)])
        elif word == "ENV":
            self.env |= dict(pair.split("=", 1) for pair in shlex.split(self.here(rest)))
        elif word == "WORKDIR":
            self.work = rest
            Path(self.here(rest)).mkdir(parents=True, exist_ok=True)
        elif word in {"CMD", "HEALTHCHECK"}:
            self.said[word] = yaml.safe_load(rest[rest.index("[") :])

    def runs(self, words: list[str]) -> None:
        """Run something in it, which must end well."""
        ran = subprocess.run(
            words, env=self.environment, cwd=self.root, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    @property
    def environment(self) -> dict[str, str]:
        usual = f"{Path(sys.base_prefix) / 'bin'}:{os.environ['PATH']}"
        path = self.env.get("PATH", "$PATH").replace("$PATH", usual)
        return {**INHERITED, **self.env, "PATH": path, "HOME": str(self.root)}


def _copied(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """Yield what a Dockerfile says, line by line, those that end in a backslash joined."""
    text = re.sub(r"\\\n\s*", "", dockerfile.read_text())
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            yield word, rest


def test_the_image_is_made_of_what_it_is_given_serves_and_says_that_it_is_well(tmp_path: Path) -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    image = Image(tmp_path, frozenset(line[1:] for line in ignored if line.startswith("!")))
    for word, rest in instructions(DEPLOY / "Dockerfile"):
        image.does(word, rest)
    port = free_port()
    serve, health = (
        [word.replace("8000", port) for word in image.said[name]] for name in ("CMD", "HEALTHCHECK")
    )

    found = shutil.which(serve[0], path=image.environment["PATH"])
    assert found
    assert found.startswith(str(tmp_path))
    with running(Path(image.here(image.work)), [found, *serve[1:]], r"listens on (\S+)", **image.environment):
        image.runs(health)


def test_the_services_of_compose_start_together_on_a_server(
    tmp_path: Path, redis_url: str, postgresql_url: str
) -> None:
    """On PostgreSQL, as they do there, with the key that the documented step writes."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    (tmp_path / ".env").write_text(
        run(tmp_path, "crmhost", "init", "--base-url", "http://crmhost:8000", "--key").out
    )
    with empty_schema(postgresql_url) as database, ExitStack() as stack:
        given = dict(services["crmhost"]["environment"])
        assert given.keys() == {"CRMHOST_DATABASE_URL", "CRMHOST_REDIS_URL"}
        given = {"CRMHOST_DATABASE_URL": database, "CRMHOST_REDIS_URL": redis_url}
        port = free_port()
        serve = [word.replace("8000", port) for word in services["crmhost"]["command"]]
        stack.enter_context(running(tmp_path, serve, r"listens on (\S+)", **given))
        stack.enter_context(running(tmp_path, services["worker"]["command"], r"worker is ready", **given))
        told = run(tmp_path, *services["worker"]["healthcheck"]["test"][1:], **given)

    assert told.status == 0, told.err


def test_the_units_process_starts_with_the_file_of_settings_and_stops_when_it_is_told(tmp_path: Path) -> None:
    unit = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / "crmhost.service").read_text(), re.MULTILINE))
    words = shlex.split(unit["ExecStart"].replace("/opt/crmhost/bin/", "").replace("8000", free_port()))
    settings = run(tmp_path, "crmhost", "init", "--base-url", "https://sync.example.com").out
    lines = (line for line in settings.splitlines() if line and not line.startswith("#"))

    with running(tmp_path, words, r"data in (\S+)", **dict(line.split("=", 1) for line in lines)) as data:
        assert data == str(tmp_path / "data")
